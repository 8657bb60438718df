"""What is still to be given out: tickets that need a visit, and remainders of visits, whatever falls due first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import null, select

from portal.accounts.models import Area
from portal.catalogue.models import Kind, Service
from portal.core import clock
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
    needs = _needs()
    rows = sorted([*_tickets(person, area_id), *_remainders(person, area_id)], key=lambda r: (r.next_due_at, r.id))
    asked = {ticket_id: {skill.id: skill} for ticket_id, skill in needing.wanting([r.id for r in rows]).items()}
    known = [(r, asked.get(r.id, {}) | needs.get(r.service_id, {})) for r in rows]
    wanted = [(r, skills) for r, skills in known if skill_id is None or skill_id in skills]
    now, chinese = clock.now(), language().startswith("zh")
    return [_card(r, skills, now, chinese) for r, skills in wanted[:MOST]]


def _from(*more: Any) -> Any:
    query = select(*COLUMNS, *more).join(Customer, Customer.id == Ticket.customer_id).outerjoin(Site, Site.id == Ticket.site_id)
    return query.outerjoin(Area, Area.id == Ticket.area_id).outerjoin(Service, Service.id == Ticket.service_id)


def _tickets(person: Any, area_id: int | None) -> list[Any]:
    query = _from(null().label("visit_id")).join(Kind, Kind.code == Ticket.kind_code).where(
        tickets.scope(person), Ticket.status.in_((Status.NEW, Status.ACCEPTED)), Ticket.visit_state == "", Kind.straight.is_(False)
    )
    query = query if area_id is None else query.where(Ticket.area_id == area_id)
    return list(db.session.execute(query.order_by(Ticket.next_due_at, Ticket.id).limit(MOST)))


def _remainders(person: Any, area_id: int | None) -> list[Any]:
    query = _from(Visit.id.label("visit_id")).join(Visit, Visit.ticket_id == Ticket.id)
    query = query.where(tickets.scope(person), Visit.status == VisitStatus.PROPOSED, Ticket.status.in_(OPEN))
    query = query if area_id is None else query.where(Ticket.area_id == area_id)
    return list(db.session.execute(query.order_by(Ticket.next_due_at, Ticket.id).limit(MOST)))


def _needs() -> dict[int, dict[int, Skill]]:
    """Service id → the skills that it needs."""
    made: dict[int, dict[int, Skill]] = {}
    query = select(ServiceSkill.service_id, Skill).join(Skill, Skill.id == ServiceSkill.skill_id).where(Skill.active)
    for service_id, skill in db.session.execute(query.order_by(Skill.position)):
        made.setdefault(service_id, {})[skill.id] = skill
    return made


def _card(row: Any, needs: dict[int, Skill], now: datetime, chinese: bool) -> Waiting:
    area = (row.area if chinese else row.area_en or row.area) or ""
    place = " ".join(p for p in (area, row.estate, row.salutation or row.contact_name or row.customer) if p)
    due = "" if row.next_due_at >= NEVER else left(row.next_due_at - now)
    return Waiting(
        row.id, row.visit_id, row.number, row.title, row.priority, due, row.next_due_at < now, place, row.minutes or USUAL_MINUTES, row.preferred,
        _(", ").join(skill.word for skill in needs.values()),
    )
