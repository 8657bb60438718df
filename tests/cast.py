"""The people of the tests."""

from __future__ import annotations

from itertools import count
from typing import Any

from portal.accounts import passwords, sessions
from portal.accounts.models import Area, Person, PersonRole, Team, TeamMember
from portal.core import clock, search
from portal.core.access import Role
from portal.core.db import db

_numbers = count(1)
PASSWORD = "four quiet bamboo poles"


def person(*roles: Role, name: str = "林晓", team: Team | None = None, leads: bool = False, company_wide: bool = False, **values: Any) -> Person:
    """A committed person with these roles; `password=PASSWORD` for those who use the sign-in form."""
    password = values.pop("password", None)
    made = Person(
        password_hash=passwords.hashed(password) if password else None,
        username=values.pop("username", f"p{next(_numbers)}"), name=name, initials=search.initials(name), created_at=clock.now(),
        company_wide=company_wide, role_rows=[PersonRole(role=r) for r in roles], last_role=roles[0], **values,
    )
    if team is not None:
        made.memberships.append(TeamMember(team=team, leads=leads))
    db.session.add(made)
    db.session.commit()
    return made


def agent(name: str = "林晓", **values: Any) -> Person:
    return person(Role.AGENT, name=name, **values)


def technician(name: str = "王建国", **values: Any) -> Person:
    return person(Role.TECHNICIAN, name=name, **values)


def supervisor(name: str = "许静", **values: Any) -> Person:
    return person(Role.SUPERVISOR, name=name, **{"company_wide": True, **values})


def analyst(name: str = "何川", **values: Any) -> Person:
    return person(Role.ANALYST, name=name, **values)


def administrator(name: str = "周敏", **values: Any) -> Person:
    return person(Role.ADMINISTRATOR, name=name, **values)


def area(name: str = "浦东", regions: str = "310115") -> Area:
    made = Area(name=name, regions=regions)
    db.session.add(made)
    db.session.commit()
    return made


def team(name: str = "浦东班组", *areas: Area) -> Team:
    made = Team(name=name, areas=list(areas))
    db.session.add(made)
    db.session.commit()
    return made


def signed_in(client: Any, somebody: Person) -> Any:
    """The client, signed in without the form: a session row and its cookie."""
    app = client.application
    with app.test_request_context("/", headers={"User-Agent": "tests"}):
        token = sessions.begin(somebody)
        name = sessions.cookie_name()
    db.session.commit()
    client.set_cookie(name, token)
    return client
