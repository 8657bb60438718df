"""What is still to be given out: tickets that need a visit, and remainders of visits, whatever falls due first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import null, select

from portal.accounts.models import Area
from portal.catalogue.models import Kind, Service
from portal.core import clock, kept
from portal.core.db import db
from portal.core.i18n import language, left
from portal.customers.models import Customer, Site
from portal.roster.models import ServiceSkill, Skill
from portal.tickets import queries as tickets
from portal.tickets.clocks import NEVER
from portal.tickets.models import OPEN, Status, Ticket
from portal.visits import needing
from portal.visits.models import Visit, VisitStatus

MOST = 40
USUAL_MINUTES = 90
COLUMNS = (
    Ticket.id, Ticket.number, Ticket.title, Ticket.priority, Ticket.next_due_at, Ticket.preferred, Ticket.contact_name, Ticket.area_id, Ticket.service_id,
    Customer.name.label("customer"), Customer.salutation, Site.estate, Area.name.label("area"), Area.name_en.label("area_en"), Service.minutes,
    needing.WANTED.label("wanted_id"),
)


@dataclass(frozen=True)
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

    @property
    def key(self) -> tuple[str, int]:
        return ("visit", self.visit_id) if self.visit_id else ("ticket", self.ticket_id)


def listed(person: Any, area_id: int | None = None, skill_id: int | None = None) -> list[Waiting]:
    """At most forty, the nearest due first; what this person may see."""
    needs = kept.recall((_needs, kept.mark(), language()), _needs)
    rows = sorted(_rows(person, area_id), key=lambda r: (r.next_due_at, r.id))
    known = [(r, _skills(r, needs)) for r in rows]
    wanted = [(r, skills) for r, skills in known if skill_id is None or skill_id in skills]
    now, chinese = clock.now(), language().startswith("zh")
    return [_card(r, skills, now, chinese) for r, skills in wanted[:MOST]]


def _from(*more: Any) -> Any:
    query = select(*COLUMNS, *more).join(Customer, Customer.id == Ticket.customer_id).outerjoin(Site, Site.id == Ticket.site_id)
    query = query.outerjoin(Area, Area.id == Ticket.area_id).outerjoin(Service, Service.id == Ticket.service_id)
    return query.order_by(Ticket.next_due_at, Ticket.id).limit(MOST)


_TICKETS = _from(null().label("visit_id")).join(Kind, Kind.code == Ticket.kind_code).where(
    Ticket.status.in_((Status.NEW, Status.ACCEPTED)), Ticket.visit_state == "", Kind.straight.is_(False)
)
_REMAINDERS = _from(Visit.id.label("visit_id")).join(Visit, Visit.ticket_id == Ticket.id).where(Visit.status == VisitStatus.PROPOSED, Ticket.status.in_(OPEN))


def _rows(person: Any, area_id: int | None) -> list[Any]:
    seen = (tickets.scope(person), *([Ticket.area_id == area_id] if area_id is not None else []))
    return [row for query in (_TICKETS, _REMAINDERS) for row in db.session.execute(query.where(*seen))]


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


def _card(row: Any, needs: dict[int, str], now: datetime, chinese: bool) -> Waiting:
    area = (row.area if chinese else row.area_en or row.area) or ""
    place = " ".join(p for p in (area, row.estate, row.salutation or row.contact_name or row.customer) if p)
    due = "" if row.next_due_at >= NEVER else left(row.next_due_at - now)
    return Waiting(
        row.id, row.visit_id, row.number, row.title, row.priority, due, row.next_due_at < now, place, row.minutes or USUAL_MINUTES, row.preferred,
        _(", ").join(needs.values()),
    )
