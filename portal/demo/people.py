"""Who works at the sample company. Their password is for the sample only: the real instance never sees this module run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from portal.accounts import passwords
from portal.accounts.models import Area, Person, PersonRole, Team, TeamMember
from portal.core import clock, search
from portal.core.access import Role
from portal.core.db import db

PASSWORD = "yuelin-demo-2026"

TEAMS = (
    ("浦东班组", "Pudong team", (("浦东", "Pudong", "310115"),)),
    ("静安班组", "Jing'an team", (("静安", "Jing'an", "310106"), ("普陀", "Putuo", "310107"))),
    ("徐汇班组", "Xuhui team", (("徐汇", "Xuhui", "310104"), ("闵行", "Minhang", "310112"))),
    ("长宁班组", "Changning team", (("长宁", "Changning", "310105"), ("宝山", "Baoshan", "310113"))),
)
# username, name, roles, team (index or None), leads, company-wide
PEOPLE = (
    ("linxiao", "林晓", (Role.AGENT,), 0, False, False),
    ("zhoumin", "周敏", (Role.AGENT,), 1, False, False),
    ("hechuan", "何川", (Role.AGENT,), 2, False, False),
    ("wangjianguo", "王建国", (Role.TECHNICIAN,), 0, False, False),
    ("liuchanghe", "刘长河", (Role.TECHNICIAN,), 1, False, False),
    ("sunyumei", "孙玉梅", (Role.TECHNICIAN,), 2, False, False),
    ("zhaotiezhu", "赵铁柱", (Role.TECHNICIAN,), 3, False, False),
    ("mahuilan", "马会兰", (Role.TECHNICIAN,), 0, False, False),
    ("xujing", "许静", (Role.SUPERVISOR,), None, False, True),
    ("gaoyuan", "高远", (Role.SUPERVISOR, Role.AGENT), 2, True, False),
    ("shenlin", "沈琳", (Role.ANALYST,), None, False, False),
    ("qianduo", "钱多", (Role.ANALYST,), None, False, False),
    ("fangyuan", "方圆", (Role.ADMINISTRATOR,), None, False, False),
    ("luoping", "罗平", (Role.ADMINISTRATOR, Role.SUPERVISOR), 3, True, False),
)
SHOWN = 2


def make() -> dict[str, Person]:
    """Teams, areas and people; by username."""
    teams = [_team(i, *row) for i, row in enumerate(TEAMS)]
    shared = passwords.hashed(PASSWORD)
    made = {}
    for number, (username, name, roles, team, leads, wide) in enumerate(PEOPLE):
        person = Person(
            username=username, name=name, initials=search.initials(name), phone=f"+86139000{10000 + number * 7:05d}", password_hash=shared,
            created_at=clock.now(), company_wide=wide, last_role=roles[0], role_rows=[PersonRole(role=r) for r in roles],
        )
        if team is not None:
            person.memberships.append(TeamMember(team=teams[team], leads=leads))
        db.session.add(person)
        made[username] = person
    db.session.flush()
    return made


def _team(position: int, name: str, name_en: str, areas: tuple) -> Team:
    rows = [Area(name=n, name_en=e, regions=code, position=position * 10 + i) for i, (n, e, code) in enumerate(areas)]
    team = Team(name=name, name_en=name_en, areas=rows)
    db.session.add(team)
    db.session.flush()
    return team


def listed() -> list[Any]:
    """Two names a role for the sign-in page: .username .name .role .password."""
    rows = []
    for role in (Role.AGENT, Role.TECHNICIAN, Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR):
        named = [p for p in PEOPLE if p[2][0] is role][:SHOWN]
        rows += [SimpleNamespace(username=p[0], name=p[1], role=role.word, password=PASSWORD) for p in named]
    return rows
