"""What is still to be given out: tickets that need a visit, and remainders of visits, whatever falls due first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import CompoundSelect, Select, bindparam, cast, literal_column, null, select, true, type_coerce, union_all
from sqlalchemy.types import NullType

from portal.accounts.models import Area
from portal.catalogue.models import Kind, Priority, Service
from portal.core import clock, direct, kept
from portal.core.db import db
from portal.core.i18n import language, left
from portal.customers import masking
from portal.customers.models import Customer, Site
from portal.roster.models import ServiceSkill, Skill
from portal.tickets import queries as tickets
from portal.tickets.clocks import NEVER
from portal.tickets.models import OPEN, Status, Ticket
from portal.visits import needing
from portal.visits.models import Visit

MOST = 40
USUAL_MINUTES = 90
_cards = kept.Shelf(2000)


@dataclass(frozen=True, eq=False)  # a kept one is itself, so that what is drawn of it is found at once
class Waiting:
    """A card at the side. `visit_id`: a remainder that has its visit already."""

    ticket_id: int
    visit_id: int | None
    number: str
    title: str
    priority: Any
    left: str
    late: bool
    place: str
    minutes: int
    preferred: str
    needs: str
    skills: frozenset[int]
    order: tuple[datetime, int]

    @property
    def key(self) -> tuple[str, int]:
        return ("visit", self.visit_id) if self.visit_id else ("ticket", self.ticket_id)


def listed(person: Any, area_id: int | None = None, skill_id: int | None = None) -> list[Waiting]:
    """At most forty, the nearest due first; what this person may see."""
    now, spoken = clock.now(), language()
    needs = kept.recall((_needs, kept.mark(), spoken), _needs)
    mark, minute = kept.mark(), now.strftime("%d%H%M")
    made = [_cards((mark, spoken, minute, *row), lambda row=row: _card(row, needs, now)) for row in _rows(person, area_id)]
    return sorted([w for w in made if skill_id is None or skill_id in w.skills], key=lambda w: w.order)[:MOST]


def _rows(person: Any, area_id: int | None) -> list[Any]:
    whole = tickets.sees_all(person)
    return direct.rows(_query(None if whole else tickets.outlook(person), area_id is not None), {"area": area_id, "me": person.id})


_t, _c, _s, _a, _service, _v = (model.__table__.c for model in (Ticket, Customer, Site, Area, Service, Visit))
_PROPOSED = literal_column("'proposed'")  # written out: an index holds only these


@direct.written(64)
def _query(seer: tickets.Sight | None, of_area: bool) -> CompoundSelect:
    """Tickets without a visit, each status along its index; and remainders of visits. `seer`: who does not see everything."""
    seen = (tickets.scope(seer) if seer else true(), *([_t.area_id == bindparam("area")] if of_area else []))
    new = _from(cast(null(), _v.id.type).label("visit_id")).join(Kind.__table__, Kind.__table__.c.code == _t.kind_code).where(
        _t.visit_state == "", Kind.__table__.c.straight.is_(False), *seen
    )
    rest = _from(_v.id.label("visit_id")).join(Visit.__table__, _v.ticket_id == _t.id).where(_v.status == _PROPOSED, _t.status.in_(OPEN), *seen)
    parts = [new.where(_t.status == status) for status in (Status.NEW, Status.ACCEPTED)]
    return union_all(*(select(part.subquery()) for part in (*parts, rest)))


def _plain(column: Any) -> Any:
    """As the driver gives it: most rows were made into cards before."""
    return type_coerce(column, NullType()).label(column.name)


def _from(visit_id: Any) -> Select:
    query = select(
        _t.id, _t.number, _t.title, _plain(_t.priority), _plain(_t.next_due_at), _t.preferred, _t.contact_name, _t.service_id, _c.name.label("customer"), _c.salutation,
        _s.estate, _a.name.label("area"), _a.name_en.label("area_en"), _service.minutes, needing.WANTED.label("wanted_id"), visit_id,
    ).join(Customer.__table__, _c.id == _t.customer_id).outerjoin(Site.__table__, _s.id == _t.site_id).outerjoin(Area.__table__, _a.id == _t.area_id)
    return query.outerjoin(Service.__table__, _service.id == _t.service_id).order_by(_t.next_due_at, _t.id).limit(MOST)


def _needs() -> dict[int | None, dict[int, str]]:
    """Service id → the skills that it needs, in words; None: all skills."""
    skills = list(db.session.scalars(select(Skill).order_by(Skill.position)))
    made: dict[int | None, dict[int, str]] = {None: {s.id: s.word for s in skills}}
    pairs = db.session.execute(select(ServiceSkill.service_id, ServiceSkill.skill_id)).all()
    for skill in (s for s in skills if s.active):
        for service_id in (service_id for service_id, skill_id in pairs if skill_id == skill.id):
            made.setdefault(service_id, {})[skill.id] = skill.word
    return made


def _skills(row: Any, needs: dict[int | None, dict[int, str]]) -> dict[int, str]:
    """What the last technician found missing first, then what the service needs."""
    found = {row.wanted_id: needs[None][row.wanted_id]} if row.wanted_id in needs[None] else {}
    return found | (needs.get(row.service_id, {}) if row.service_id else {})


def _card(row: Any, needs: dict[int | None, dict[int, str]], now: datetime) -> Waiting:
    area = (row.area if language().startswith("zh") else row.area_en or row.area) or ""
    place = " ".join(p for p in (area, row.estate, masking.caller(row.contact_name, row.salutation, row.customer)) if p)
    due, skills = direct.moment_of(row.next_due_at), _skills(row, needs)
    return Waiting(
        row.id, row.visit_id, row.number, row.title, Priority(row.priority), "" if due >= NEVER else left(due - now), due < now, place,
        row.minutes or USUAL_MINUTES, row.preferred, _(", ").join(skills.values()), frozenset(skills), (due, row.id),
    )
