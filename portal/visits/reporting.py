"""Reports of a phone: carried out or, when the visit has gone another way meanwhile, kept with both versions for the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Sequence

from sqlalchemy import func, or_, select

from portal.core import clock, options
from portal.core.access import Role, require
from portal.core.activity import Activity, Audience, record
from portal.core.db import db
from portal.core.errors import NotFound, WrongState
from portal.core.files import Received, StoredFile, store
from portal.notifications import actions as notifications
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket
from portal.visits import actions, rules
from portal.visits.field_models import FieldReport, ReportState
from portal.visits.models import Visit, VisitStatus
from portal.visits.options import SKEW_MINUTES, STALE_MINUTES
from portal.visits.outbox_words import words_of

STALE_VERBS = ("visit.set_off", "visit.arrived")


@dataclass
class Report:
    """One item as it came in. `device_at`: when it was done by the phone's clock; `sent_at`: that clock at the sending."""

    key: str
    visit_id: int
    kind: str
    device_at: datetime
    sent_at: datetime
    data: dict = field(default_factory=dict)
    files: Sequence[Received] = ()
    received_at: datetime = field(default_factory=clock.now)

    @property
    def skew(self) -> int:
        """Seconds that the phone is ahead of us."""
        return max(-(2**31) + 1, min(2**31 - 1, round((self.sent_at - self.received_at).total_seconds())))

    @property
    def is_skewed(self) -> bool:
        return abs(self.skew) > options.value(SKEW_MINUTES) * 60

    def happened_at(self, after: datetime | None) -> datetime:
        """The phone's time put right by its skew; never in the future, never before what came before."""
        waited = max(self.sent_at - self.device_at, timedelta(0))
        try:
            moment = min(self.received_at - waited, self.received_at)
        except OverflowError:
            moment = self.received_at
        return max(moment, min(after, self.received_at)) if after else moment


def last_moment(visit: Visit) -> datetime:
    """The newest time that stands on the visit already: what a phone reports later did not happen before it."""
    reported = db.session.scalars(select(func.max(FieldReport.happened_at)).where(FieldReport.visit_id == visit.id, FieldReport.state == ReportState.DONE)).first()
    moments = (visit.created_at, visit.accepted_at, visit.set_off_at, visit.arrived_at, visit.finished_at, reported)
    return max(m for m in moments if m)


def knew(person: Any, visit_id: int) -> Visit:
    """A visit that is or was this person's, whoever has it now. Raises NotFound."""
    visit = db.session.get(Visit, visit_id)
    if visit is None or person.id not in (visit.technician_id, visit.second_id) and not _had(person, visit):
        raise NotFound()
    return visit


def _had(person: Any, visit: Visit) -> bool:
    rows = select(Activity.actor_id, Activity.data).where(Activity.subject_type == "visit", Activity.subject_id == visit.id, or_(
        Activity.actor_id == person.id, Activity.verb.in_(("visit.moved", "visit.second_changed"))))
    return any(actor == person.id or person.id in _went(data.get("was") or {}) for actor, data in db.session.execute(rows))


def _went(was: dict) -> tuple:
    return was.get("technician_id"), was.get("second_id")


def kept_as_done(report: Report, visit: Visit, happened_at: datetime, *, by: Any) -> FieldReport:
    """The report of something that was carried out."""
    require(by, rules.DOCUMENT, visit)
    return _stored(report, visit, happened_at, ReportState.DONE, "", by)


def keep_apart(report: Report, visit: Visit, reason: str, *, by: Any) -> FieldReport:
    """What no longer fits becomes an item for the technician and the desk; its photos are kept with it."""
    row = _stored(report, visit, report.happened_at(None), ReportState.CONFLICT, reason, by)
    note = record("visit.report_kept", visit, by=by, ticket=visit.ticket, audience=Audience.INTERNAL, what=str(words_of(report.kind)), reason=reason, report=row.id)
    for file in report.files:
        store(file, row, by=by, ticket_id=visit.ticket_id, slot=report.kind, activity_id=note.id)
    return row


def _stored(report: Report, visit: Visit, happened_at: datetime, state: ReportState, reason: str, by: Any) -> FieldReport:
    row = FieldReport(
        key=report.key, person_id=by.id, visit_id=visit.id, kind=report.kind, data=report.data, device_at=report.device_at, happened_at=happened_at,
        received_at=report.received_at, skew=report.skew, state=state, reason=reason[:300], was=_as_it_stands(visit),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _as_it_stands(visit: Visit) -> dict:
    return {
        "status": visit.status.value, "technician": visit.technician.name if visit.technician else "", "window": actions.window(visit),
        "result": visit.result or "", "reason": visit.reason,
    }


def settle(report: FieldReport, *, by: Any) -> None:
    """Somebody at the desk has looked at it and done what was needed. Raises WrongState when that is done already."""
    require(by, rules.SETTLE, report)
    if report.state is not ReportState.CONFLICT:
        raise WrongState()
    report.state, report.settled_at, report.settled_by_id = ReportState.SETTLED, clock.now(), by.id
    record("visit.report_settled", report.visit, by=by, ticket=report.visit.ticket, what=str(words_of(report.kind)), report=report.id)


def hold_back_stale_messages(visit: Visit, since: int, received_at: datetime) -> None:
    """Nobody is told now that somebody set off an hour ago. `since`: the newest activity before."""
    limit = received_at - timedelta(minutes=options.value(STALE_MINUTES))
    query = select(Activity.id).where(
        Activity.subject_type == "visit", Activity.subject_id == visit.id, Activity.id > since, Activity.verb.in_(STALE_VERBS), Activity.at < limit
    )
    for activity_id in db.session.scalars(query):
        notifications.withdraw(f"visit-{activity_id}")


def visible_to(person: Any):
    """A technician's own reports; the desk's by the tickets it may see."""
    theirs = FieldReport.person_id == person.id
    if {Role.AGENT, Role.SUPERVISOR} & person.roles:
        of_desk = FieldReport.visit_id.in_(select(Visit.id).join(Ticket, Ticket.id == Visit.ticket_id).where(tickets.scope(person)))
        theirs = or_(theirs, of_desk)
    return select(FieldReport).where(theirs)


def find_for(person: Any, report_id: int) -> FieldReport:
    """Raises NotFound."""
    found = db.session.scalars(visible_to(person).where(FieldReport.id == report_id)).first()
    if found is None:
        raise NotFound()
    return found


def open_count(person: Any) -> int:
    """Reports that still need a look, as far as this person sees them."""
    rows = visible_to(person).where(FieldReport.state == ReportState.CONFLICT).with_only_columns(FieldReport.id).limit(100)
    return len(db.session.scalars(rows).all())


def files_of(report: FieldReport) -> list[StoredFile]:
    query = select(StoredFile).where(StoredFile.subject_type == FieldReport.__tablename__, StoredFile.subject_id == report.id)
    return list(db.session.scalars(query.order_by(StoredFile.id)))


def skewed_by(visit: Visit) -> int:
    """Seconds by which a phone's clock was wrong on this visit; 0 when it was right."""
    limit = options.value(SKEW_MINUTES) * 60
    worst = db.session.scalars(select(FieldReport.skew).where(FieldReport.visit_id == visit.id, func.abs(FieldReport.skew) > limit)).all()
    return max(worst, key=abs, default=0)


def reached(visit: Visit, status: VisitStatus | None, person: Any) -> bool:
    """Did the same person take this step already, by another tab or before the answer was lost?"""
    return status is not None and visit.status is status and visit.technician_id == person.id
