"""A company of any size: staff, customers, numbers and homes, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from portal.accounts.models import Area, Person, PersonRole, TeamMember
from portal.core import search
from portal.core.access import Role
from portal.core.db import db
from portal.customers import regions
from portal.customers.models import CustomerClass
from portal.demo.customers import ACCESS, CLASSES, ESTATES, GIVEN, LAYOUTS, PREFERENCE, SURNAMES

MOBILE = ("33", "35", "37", "38", "39", "50", "51", "52", "58", "59", "77", "86", "87", "88")


class Actor(NamedTuple):
    kind: str
    id: int | None
    name: str


@dataclass(slots=True)
class Home:
    """What a ticket needs to know of a customer and one home."""

    customer: int
    site: int
    phone: int
    name: str
    called: str
    number: str
    class_: CustomerClass
    area: int
    place: str


def staff(rng: Random, role: Role, known: list[Person], number: int, now: datetime) -> list[Actor]:
    """The people of this role, filled up to `number`; the further ones have no password."""
    teams = sorted({m.team_id for p in known for m in p.memberships})
    for n in range(len(known), number):
        name = rng.choice(SURNAMES) + rng.choice(GIVEN)
        person = Person(username=f"{role.value}{n}", name=name, initials=search.initials(name), created_at=now, last_role=role,
                        role_rows=[PersonRole(role=role)], memberships=[TeamMember(team_id=teams[n % len(teams)])])
        db.session.add(person)
        known.append(person)
    db.session.flush()
    return [Actor("person", p.id, p.name) for p in known]


class Crowd:
    """Hands out customers one by one; every sixth has a second home."""

    def __init__(self, rng: Random, areas: list[Area], since: datetime):
        self.rng, self.since, self.sites = rng, since, 0
        self.areas = [(a.id, a.name, a.regions.split()[0], regions.name_of(a.regions.split()[0])) for a in areas]
        self.initials = {part: search.initials(part) for part in (*SURNAMES, *GIVEN)}

    def customer(self, number: int, sheets: dict[str, Any], activity_id: int, entry_id: int) -> list[Home]:
        """Write customer `number` with phone, homes and what they are found by."""
        rng, at = self.rng, self.since + timedelta(seconds=number)
        surname, given = rng.choice(SURNAMES), rng.choice(GIVEN)
        name, called = surname + given, surname + rng.choice(("先生", "女士"))
        initials, kind, mobile = self.initials[surname] + self.initials[given], rng.choice(CLASSES), self._mobile(number)
        sheets["customer"].add(id=number, name=name, initials=initials, salutation=called, **{"class": kind},
                               preference=rng.choice(PREFERENCE), created_at=at, changed_at=at, changed_id=activity_id)
        sheets["activity"].add(id=activity_id, at=at, verb="customer.created", actor_kind="system", subject_type="customer",
                               subject_id=number)
        homes = [self._home(number, sheets, name, called, mobile, kind) for _n in range(2 if number % 6 == 0 else 1)]
        sheets["customer_phone"].add(id=number, customer_id=number, site_id=homes[0].site, raw=mobile, e164=f"+86{mobile}",
                                     digits=mobile, last4=mobile[-4:])
        words = "\n".join((name, initials, called, *(h.place for h in homes)))
        sheets["search_entry"].add(id=entry_id, kind="customer", record_id=number, tokens=search.tokens(words))
        return homes

    def _mobile(self, number: int) -> str:
        """Each number once, in no visible order."""
        return f"1{MOBILE[number % len(MOBILE)]}{number * 73_856_093 % 100_000_000:08d}"

    def _home(self, customer: int, sheets: dict[str, Any], name: str, called: str, mobile: str, kind: CustomerClass) -> Home:
        rng = self.rng
        area, area_name, code, region = rng.choice(self.areas)
        estate, detail = rng.choice(ESTATES[area_name]), f"{rng.randrange(1, 30)} 幢 {rng.randrange(1, 19)}0{rng.randrange(1, 5)}"
        layout, size = rng.choice(LAYOUTS)
        handover = (self.since - timedelta(days=rng.randrange(3000))).date()
        self.sites += 1
        sheets["site"].add(id=self.sites, customer_id=customer, region_code=code, estate=estate, detail=detail, area_id=area, layout=layout,
                           size=size, access_notes=rng.choice(ACCESS), handover_on=handover, warranty_until=handover + timedelta(days=730))
        return Home(customer, self.sites, customer, name, called, f"+86{mobile}", kind, area, f"{region} {estate} {detail}")
