from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal.core import clock
from portal.core.activity import Activity, Audience
from portal.core.db import db
from portal.core.errors import NotFound
from portal.core.files import StoredFile
from portal.customers.models import Customer, CustomerPhone
from portal.proposals.models import Proposal
from portal.proposals.queries import find_by_token as find_proposal  # noqa: F401 - all ways in stand here
from portal.public.models import PendingRequest
from portal.surveys.models import Survey
from portal.surveys.queries import find as survey_behind
from portal.tickets import tracking
from portal.tickets.models import Ticket, TrackingLink
from portal.visits.models import FINISHED, Visit

KEPT = timedelta(days=1)


class Gone(NotFound):
    """Unknown, altered or expired: the page says the same, and offers the hotline."""


def ticket_behind(token: str) -> tuple[Ticket, TrackingLink]:
    """Raises Gone."""
    found = tracking.find(token)
    if found is None:
        raise Gone()
    return found


def survey_of(token: str) -> Survey:
    """Raises Gone."""
    return survey_behind(token) or _gone()


def evidence_behind(way: str, token: str) -> tuple[Ticket, Survey | None]:
    """What a suggestion is about: the request of a tracking page (t), the answer of a survey and its request (s). Raises Gone."""
    if way == "t":
        return ticket_behind(token)[0], None
    survey = survey_of(token)
    return survey.ticket, survey


def proposal_of(token: str, lock: bool = False) -> Proposal:
    """Raises Gone."""
    return find_proposal(token, lock) or _gone()


def _gone() -> Any:
    raise Gone()


def pending_behind(token: str, lock: bool = False) -> PendingRequest:
    """Raises Gone."""
    query = select(PendingRequest).where(PendingRequest.token == token[:43], PendingRequest.at > clock.now() - KEPT)
    row = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if row is None or not hmac.compare_digest(row.token.encode(), token.encode()):
        raise Gone()
    return row


def photos_of(row: PendingRequest) -> list[StoredFile]:
    query = select(StoredFile).where(StoredFile.subject_type == PendingRequest.__tablename__, StoredFile.subject_id == row.id)
    return list(db.session.scalars(query.order_by(StoredFile.id)))


def public_files(ticket: Ticket) -> list[StoredFile]:
    """What the customer may see: public files of this ticket, nothing else."""
    query = select(StoredFile).where(StoredFile.ticket_id == ticket.id, StoredFile.audience == Audience.PUBLIC)
    return list(db.session.scalars(query.order_by(StoredFile.id)))


def public_file(ticket: Ticket, file_id: int) -> StoredFile:
    """Raises Gone."""
    query = select(StoredFile).where(StoredFile.id == file_id, StoredFile.ticket_id == ticket.id, StoredFile.audience == Audience.PUBLIC)
    return db.session.scalars(query).one_or_none() or _gone()


def finished_visits(ticket: Ticket) -> list[Visit]:
    """The newest first."""
    query = select(Visit).where(Visit.ticket_id == ticket.id, Visit.status.in_(FINISHED), Visit.finished_at.is_not(None))
    return list(db.session.scalars(query.order_by(Visit.finished_at.desc()).limit(10)))


def finished_visit(ticket: Ticket, visit_id: int) -> Visit:
    """Raises Gone."""
    return next((v for v in finished_visits(ticket) if v.id == visit_id), None) or _gone()


SPOKEN = ("ticket.replied", "ticket.customer_wrote", "ticket.result_reported", "visit.finished")


def conversation(ticket: Ticket) -> list[Activity]:
    """What was said to and by the customer, oldest first; never an internal note."""
    query = select(Activity).where(Activity.ticket_id == ticket.id, Activity.audience == Audience.PUBLIC, Activity.verb.in_(SPOKEN))
    return list(db.session.scalars(query.order_by(Activity.id.desc()).limit(50)))[::-1]


def customer_by_phone(e164: str) -> CustomerPhone | None:
    """The number's row at the customer who was changed last."""
    query = select(CustomerPhone).join(Customer).where(CustomerPhone.e164 == e164, Customer.merged_into_id.is_(None))
    return db.session.scalars(query.order_by(Customer.changed_at.desc(), CustomerPhone.id)).first()
