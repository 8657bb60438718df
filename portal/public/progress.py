"""The customer's page in words: who comes when, where it stands, what was said. Plain values for the template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from portal.core import clock
from portal.core.db import db
from portal.core.i18n import day, language, time_of_day, when, within
from portal.followups.queries import pending_of
from portal.tickets import showing
from portal.tickets.clocks import NEVER
from portal.tickets.models import Status, Ticket
from portal.visits.models import Visit, VisitStatus


@dataclass(frozen=True)
class Answer:
    """The largest thing on the page: a line, the time, what stands beside it, a line below."""

    headline: str
    big: str = ""
    beside: str = ""
    below: str = ""


def answer_of(ticket: Ticket, visit: Visit | None) -> Answer:
    if ticket.status in (Status.RESOLVED, Status.CLOSED, Status.CANCELLED):
        return _ended(ticket)
    if visit is not None and visit.technician is not None:
        return _coming(visit)
    if ticket.status is Status.WAITING:
        return Answer(_("We wait for your answer"), below=ticket.wait_reason)
    if ticket.status is Status.NEW:
        return Answer(_("We have your request"), *_before(ticket), below=_("We call you before that."))
    if ticket.status is Status.IN_PROGRESS and not ticket.reopened and (done := _been_there(ticket)) is not None:
        return Answer(_("%(who)s has been with you", who=technician_title(done.technician.name)), _moment(done.finished_at), below=_("We check the result and tell you when it is solved."))
    headline = _("We are working on it again") if ticket.reopened else _("We are working on it")
    return Answer(headline, *_before(ticket), below=_("A technician comes when one is needed; the time appears here."))


def _been_there(ticket: Ticket) -> Visit | None:
    """The last visit when it has done all there was to do."""
    query = select(Visit).where(Visit.ticket_id == ticket.id, Visit.finished_at.is_not(None)).order_by(Visit.finished_at.desc()).limit(1)
    last = db.session.scalars(query).first()
    return last if last is not None and last.status is VisitStatus.DONE and last.technician is not None else None


def _before(ticket: Ticket) -> tuple[str, str]:
    if ticket.next_due_at >= NEVER or ticket.next_due_at < clock.now():
        return "", ""
    return _moment(ticket.next_due_at), _("at the latest")


def _moment(at: datetime) -> str:
    return time_of_day(at) if clock.local(at).date() == clock.today() else when(at)


def _coming(visit: Visit) -> Answer:
    who = technician_title(visit.technician.name)
    if visit.status is VisitStatus.ON_SITE:
        since = visit.arrived_at or clock.now()
        return Answer(_("%(who)s is at work", who=who), time_of_day(since), _("arrived"))
    if visit.expected_at is not None:
        return _later(visit, who)
    if visit.status is VisitStatus.ON_THE_WAY:
        arrives = max(visit.starts_at, clock.now())
        return Answer(_("%(who)s is on the way", who=who), time_of_day(arrives), _("or a little later"),
                      _("Set off at %(at)s", at=time_of_day(visit.set_off_at)) if visit.set_off_at else "")
    return Answer(_("%(who)s comes %(day)s", who=who, day=within(day(visit.starts_at))), _window(visit))


def _later(visit: Visit, who: str) -> Answer:
    """Running late: the new time stands largest, the old one below it."""
    headline = _("%(who)s is on the way", who=who) if visit.status is VisitStatus.ON_THE_WAY else _("%(who)s is delayed", who=who)
    return Answer(headline, _moment(max(visit.expected_at, clock.now())), _("or a little later"), _("Planned was %(window)s. We are sorry.", window=_window(visit)))


def _window(visit: Visit) -> str:
    return f"{time_of_day(visit.starts_at)}–{time_of_day(visit.ends_at)}"


def _ended(ticket: Ticket) -> Answer:
    if ticket.status is Status.CANCELLED:
        return Answer(_("This request was cancelled"), below=ticket.end_reason)
    if ticket.status is Status.CLOSED:
        return Answer(_("Done and closed"), below=ticket.solution or "")
    return Answer(_("The problem is solved"), when(ticket.resolved_at) if ticket.resolved_at else "", below=ticket.solution or "")


def joined(*parts: str) -> str:
    """The parts that there are, with the language's comma between them."""
    found = [part for part in parts if part]
    text = found.pop(0) if found else ""
    for part in found:
        text = _("%(one)s, %(two)s", one=text, two=part)
    return text


def technician_title(name: str) -> str:
    """王师傅; in English the whole name."""
    return f"{name[:1]}师傅" if language().startswith("zh") else name


def steps_of(ticket: Ticket, visit: Visit | None) -> list[dict[str, Any]]:
    """The seven steps of ui.progress_list."""
    labels = (_("Request received"), _("Technician arranged"), _("Technician comes"), _("Work on site"), _("We call you"), _("Your rating"), _("Finished"))
    loop = showing.loop_steps(ticket)
    at = _times(ticket, visit)
    position = position_of(ticket)
    return [
        {"label": label, "at": at[i], "detail": _detail(i, step, ticket), "state": "done" if i < position and step.state == "ahead" else step.state}
        for i, (label, step) in enumerate(zip(labels, loop, strict=True))
    ]


def position_of(ticket: Ticket) -> int:
    """Steps behind the customer: 0 … 7."""
    return showing.loop_position(ticket)


def _times(ticket: Ticket, visit: Visit | None) -> list[str | None]:
    coming = _moment(visit.expected_at or visit.starts_at) if visit else None
    return [
        _moment(ticket.created_at), _moment(ticket.dispatched_at) if ticket.dispatched_at else None, coming,
        _moment(ticket.resolved_at) if ticket.resolved_at else None, None, None, _moment(ticket.closed_at) if ticket.closed_at else None,
    ]


def _detail(index: int, step: showing.LoopStep, ticket: Ticket) -> str | None:
    if step.state == "skipped":
        return _("not needed")
    if step.state not in ("now", "back"):
        return None
    if index == 4 and (call := pending_of(ticket)) is not None:
        return _("We call you before %(at)s", at=within(_moment(call.due_at)))
    return {2: _("We call you before we arrive"), 3: _("We tell you the result here")}.get(index)


def ring_of(ticket: Ticket) -> tuple[int, str]:
    """(number of the present step, its short word)."""
    short = (_("Accept"), _("Dispatch"), _("Visit"), _("Work"), _("Follow-up"), _("Rating"), _("End"))
    position = min(position_of(ticket), 6)
    return (7, "") if position_of(ticket) >= 7 else (position + 1, short[position])
