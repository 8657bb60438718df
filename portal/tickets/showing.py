"""How a ticket's state, clocks and loop are said: shape and word, bar and text, seven steps. Plain values in, plain values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from portal.core import clock as wall
from portal.core import options
from portal.core.i18n import gettext as _
from portal.core.i18n import language, lasted, left, time_of_day, when, within, worked
from portal.tickets.models import ENDED, ClockKind, Status, Ticket
from portal.tickets.options import RISK_SHARE


def status_of(status: Status, visit_state: str = "", follow_up_state: str = "", survey_state: str = "", reopened: int = 0) -> tuple[str, str]:
    """(shape, word) of ui.status: derived labels where they say more than the stored state; never stored themselves."""
    if visit_state in ("on_the_way", "on_site") and status in (Status.DISPATCHED, Status.IN_PROGRESS):
        return "on_visit", _("On visit")
    if status is Status.RESOLVED and follow_up_state == "due":
        return "follow_up", _("To follow up")
    if status is Status.RESOLVED and survey_state == "sent":
        return "rating", _("To be rated")
    if reopened and status is Status.IN_PROGRESS:
        return "reopened", _("Reopened")
    return status.value, status.word


def shape_of(ticket: Ticket) -> tuple[str, str]:
    return status_of(ticket.status, ticket.visit_state, ticket.follow_up_state, ticket.survey_state, ticket.reopened)


@dataclass(frozen=True)
class ClockView:
    """What ui.clock_bar draws. `share`: time used, 0 to 1, in hundredths."""

    plain = True  # may be remembered by the macros
    label: str
    state: str
    share: float
    text: str
    detail: str | None = None
    due_at: datetime | None = None
    kind: str = ""


def clock_view(kind: ClockKind, target: int, used: int, since: datetime | None, met_at: datetime | None, breached_at: datetime | None,
               due_at: datetime | None, risk_at: datetime | None, detail: bool = False, now: datetime | None = None) -> ClockView:
    """Bar and words from the stored columns (seconds and moments) at the present moment; a running clock says how long until it is due."""
    now, spent, limit = now or wall.now(), timedelta(seconds=used), timedelta(seconds=target)
    state, text = _state_and_text(spent, limit, since, met_at, due_at, risk_at, now)
    share = _share(used, target, since, due_at, risk_at, now, options.value(RISK_SHARE))
    words = _detail(limit, _counts_hours(target, used, since, due_at), due_at if since else None, met_at, breached_at) if detail else None
    return ClockView(kind.word, state, round(share, 2), text, words, due_at if since else None, kind.value)


def bar(kind: ClockKind, target: int, used: int, since: datetime | None, met_at: datetime | None, due_at: datetime | None,
        risk_at: datetime | None, now: datetime, risk: float) -> ClockView:
    """The same for a row of a list, from whole minutes and hundredths: what looks the same is made once."""
    if since is None or met_at is not None:
        share = round(min(used / target, 1.0), 2) if target else 1.0
        seconds = used if met_at is not None else target - used
        return _bar(kind, "met" if met_at is not None else "paused", share, abs(seconds) // 60, seconds < 0, language())
    rest = int((due_at - now).total_seconds())
    state = "over" if rest < 0 else "risk" if risk_at and now >= risk_at else "fine"
    return _bar(kind, state, round(_share(used, target, since, due_at, risk_at, now, risk), 2), abs(rest) // 60, rest < 0, language())


@lru_cache(maxsize=2048)
def _bar(kind: ClockKind, state: str, share: float, minutes: int, over: bool, spoken: str) -> ClockView:
    span = timedelta(minutes=minutes)
    words = lasted(span) if state == "met" else left(-span - timedelta(seconds=1)) if over else left(span)
    return ClockView(kind.word, state, share, _("paused, %(left)s", left=words) if state == "paused" else words)


def _state_and_text(spent: timedelta, limit: timedelta, since: Any, met_at: Any, due_at: Any, risk_at: Any, now: datetime) -> tuple[str, str]:
    if met_at is not None:
        return "met", lasted(spent)
    if since is None:
        return "paused", _("paused, %(left)s", left=left(limit - spent))
    if now > due_at:
        return "over", left(due_at - now)
    return ("risk" if risk_at and now >= risk_at else "fine"), left(due_at - now)


def _share(used: int, target: int, since: Any, due_at: Any, risk_at: Any, now: datetime, risk: float) -> float:
    """Time used, 0 to 1: exact at its start, when it is at risk and when it is due; in between drawn evenly, nights and all."""
    start = min(used / target, 1.0) if target else 1.0
    if since is None:
        return start
    at_risk = max(risk, start)
    if now >= due_at:
        return 1.0
    if risk_at is None or now >= risk_at:
        return _between(at_risk, 1.0, risk_at or since, due_at, now)
    return _between(start, at_risk, since, risk_at, now)


def _between(low: float, high: float, start: datetime, end: datetime, now: datetime) -> float:
    part = (now - start) / (end - start) if end > start else 1.0
    return low + (high - low) * min(max(part, 0.0), 1.0)


def _counts_hours(target: int, used: int, since: Any, due_at: Any) -> bool:
    """Does only working time count? Then the due moment lies further than the limit alone says."""
    return since is not None and due_at is not None and due_at - since > timedelta(seconds=max(target - used, 0) + 1)


def _detail(target: timedelta, of_hours: bool, due: datetime | None, met_at: datetime | None, breached_at: datetime | None) -> str:
    limit = _("limit %(span)s of working time", span=worked(target)) if of_hours else _("limit %(span)s", span=lasted(target))
    if met_at is not None:
        done = within(when(met_at))
        if breached_at:
            return _("%(limit)s, done %(at)s, late since %(late)s", limit=limit, at=done, late=within(when(breached_at)))
        return _("%(limit)s, done %(at)s", limit=limit, at=done)
    if due is None:
        return _("%(limit)s, pauses while waiting for the customer", limit=limit)
    return _("Before %(at)s, %(limit)s", at=within(when(due)), limit=limit)


def clocks_of(ticket: Ticket, detail: bool = False) -> list[ClockView]:
    """All clocks of one ticket, in their order."""
    return list(views_by_kind(ticket, detail).values())


def views_by_kind(ticket: Ticket, detail: bool = True) -> dict[ClockKind, ClockView]:
    rows = {c.clock: c for c in ticket.clocks}
    ordered = [rows[k] for k in ClockKind if k in rows]
    return {
        c.clock: clock_view(c.clock, c.target_seconds, c.used_seconds, c.since, c.met_at, c.breached_at, c.due_at, c.risk_at, detail) for c in ordered
    }


LOOP = ("accept", "dispatch", "visit", "work", "follow_up", "rating", "close")


def loop_position(ticket: Any) -> int:
    """How far the loop is: 0 (to be accepted) … 6 (to be closed), 7 when closed."""
    if ticket.status in ENDED:
        return 7
    if ticket.status is Status.RESOLVED:
        if ticket.follow_up_state == "due":
            return 4
        return 5 if ticket.survey_state == "sent" else 6
    if ticket.visit_state == "on_the_way":
        return 2
    if ticket.visit_state == "on_site" or ticket.status in (Status.IN_PROGRESS, Status.WAITING):
        return 3
    return {Status.NEW: 0, Status.ACCEPTED: 1, Status.DISPATCHED: 2}[ticket.status]


_SKIPPED = {2: _l("no visit needed"), 4: _l("no call needed")}


class LoopStep(NamedTuple):
    """state: done | now | back | ahead | skipped."""

    label: str
    state: str
    detail: str | None


def loop_steps(ticket: Ticket) -> list[LoopStep]:
    """The seven steps of ui.loop_stepper with what is known about each."""
    labels = (_("Accept"), _("Dispatch"), _("Visit"), _("Work"), _("Follow-up"), _("Rating"), _("Archive"))
    position = loop_position(ticket)
    details = _loop_details(ticket)
    steps = []
    for i, label in enumerate(labels):
        state = "done" if i < position else "now" if i == position else "ahead"
        if i in (1, 2) and i < position and ticket.dispatched_at is None:
            state = "skipped"
        if i == 4 and i < position and not ticket.follow_up_state:
            state = "skipped"  # the rules drew no call
        if state == "now" and ticket.reopened and i == 3:
            state = "back"
        steps.append(LoopStep(label, state, str(_SKIPPED[i]) if state == "skipped" and i in _SKIPPED else details[i]))
    return steps


def _loop_details(ticket: Ticket) -> list[str | None]:
    resolution = next((c for c in ticket.clocks if c.clock is ClockKind.RESOLUTION), None)
    promise = _("before %(at)s", at=within(when(resolution.due_at))) if resolution and resolution.due_at else None
    owner = ticket.owner.name if ticket.owner else ""
    visit = {"planned": _("planned"), "on_the_way": _("on the way"), "on_site": _("on site")}.get(ticket.visit_state)
    return [
        f"{time_of_day(ticket.accepted_at)} {owner}".strip() if ticket.accepted_at else None,
        when(ticket.dispatched_at) if ticket.dispatched_at else None,
        visit,
        when(ticket.resolved_at) if ticket.resolved_at else promise,
        {"due": _("to be called"), "done": _("done")}.get(ticket.follow_up_state),
        {"sent": _("asked"), "answered": _("rated")}.get(ticket.survey_state),
        when(ticket.closed_at) if ticket.closed_at else None,
    ]
