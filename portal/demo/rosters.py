"""When the sample's technicians work, what they can do, and who is away."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from portal.accounts.models import Person
from portal.catalogue.models import Service
from portal.core import clock
from portal.core.db import db
from portal.roster import actions
from portal.roster.models import LeaveKind, Level

# name, in English, with certificate, services that need it
SKILLS = (
    ("空调", "Air conditioning", True, ("空调清洗",)),
    ("水电", "Plumbing and power", True, ("漏水渗水维修", "电路维修", "管道疏通")),
    ("玻璃", "Glass", False, ("玻璃清洁", "门窗维修")),
)
# username, day off (days from the story's last one: nobody who is shown at the sign-in page is off today), skills with level and days until the certificate expires
PEOPLE = (
    ("wangjianguo", 3, (("空调", Level.EXPERT, 400), ("水电", Level.SKILLED, 210))),
    ("liuchanghe", 4, (("空调", Level.SKILLED, 18), ("玻璃", Level.SKILLED, None))),
    ("sunyumei", 2, (("玻璃", Level.EXPERT, None), ("水电", Level.SKILLED, 150))),
    ("zhaotiezhu", 5, (("水电", Level.EXPERT, 600), ("空调", Level.TRAINEE, 90))),
    ("mahuilan", 6, (("玻璃", Level.SKILLED, None), ("空调", Level.SKILLED, -12))),
)
HOURS = (510, 1110, 720, 780)  # 8:30 to 18:30, lunch from 12 to 13


def keep(people: dict[str, Person], today: date) -> None:
    """Certificates are dated from the story's last day."""
    boss = people["xujing"]
    services = {s.name: s.id for s in db.session.scalars(select(Service))}
    skills = {n: actions.add_skill(by=boss, name=n, name_en=e, certificate=c, services=[services[s] for s in needed if s in services]) for n, e, c, needed in SKILLS}
    for username, off, held in PEOPLE:
        person = people[username]
        actions.set_hours(person, set(range(7)) - {(today.weekday() + off) % 7}, HOURS, by=boss)
        for number, (name, level, days) in enumerate(held):
            until = today + timedelta(days=days) if days is not None else None
            actions.grant(person, skills[name], level, f"沪 {20480 + person.id * 10 + number}" if until else "", until, by=boss)


def send_away(people: dict[str, Person], today: date) -> None:
    """One half a day today, one the day after tomorrow."""
    boss, start = people["xujing"], clock.day_bounds(today)[0]
    actions.add_leave(people["zhaotiezhu"], start, start + timedelta(hours=12, minutes=30), LeaveKind.SICK, "发烧", by=boss)
    day = clock.day_bounds(today + timedelta(days=2))
    actions.add_leave(people["mahuilan"], *day, LeaveKind.TRAINING, "厨房深度清洁复训", by=boss)
