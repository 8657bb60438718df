"""Ask the customer, take the answer, tell whoever has to act on a poor one."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from portal.accounts import queries as accounts
from portal.core import clock, options
from portal.core.access import require
from portal.core.activity import Activity, record
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import N_, in_companys_language
from portal.notifications import actions as notifications
from portal.surveys import queries, rules
from portal.surveys.models import DIMENSIONS, Survey
from portal.surveys.options import DELAY, LOW, SHARE
from portal.surveys.words import TAGS
from portal.tickets import actions as tickets
from portal.tickets import tracking
from portal.tickets.messages import way_to
from portal.tickets.models import Status, Ticket
from portal.visits.models import FINISHED, Visit


def invite(ticket: Ticket, *, by: Any) -> Survey | None:
    """Ask how it was, once a solution: an unanswered invitation is used again. None when this ticket is not in the share."""
    if not _drawn(ticket.number, options.value(SHARE)):
        return None
    survey, technician_id = queries.open_of(ticket), _last_technician(ticket)  # asked before there is one to write
    survey = survey or _new(ticket)
    survey.technician_id, survey.sent_at = technician_id, clock.now()
    ticket.survey_state = "sent"
    row = record("survey.invited", survey, by=by, ticket=ticket)
    _send_link(survey, ticket, row)
    return survey


def _drawn(number: str, share: float) -> bool:
    """The same ticket always draws the same lot."""
    lot = int.from_bytes(hashlib.blake2b(f"survey {number}".encode(), digest_size=4).digest(), "big") / 2**32
    return lot < share


def _new(ticket: Ticket) -> Survey:
    selector, secret = tracking.new_token()
    survey = Survey(ticket=ticket, selector=selector, secret=secret, sent_at=clock.now())
    db.session.add(survey)
    return survey


def _last_technician(ticket: Ticket) -> int | None:
    done = select(Visit.technician_id).where(Visit.ticket_id == ticket.id, Visit.status.in_(FINISHED))
    return db.session.scalars(done.order_by(Visit.finished_at.desc(), Visit.id.desc())).first()


def url_of(survey: Survey) -> str:
    return f"{current_app.config['PUBLIC_BASE']}/s/{survey.token}"


def _send_link(survey: Survey, ticket: Ticket, row: Activity) -> None:
    way, to = way_to(ticket)
    if way is None:
        return
    with in_companys_language():
        words = _("How was our work on %(number)s? One tap is enough: %(url)s", number=ticket.number, url=url_of(survey))
        subject = _("Are you satisfied?")
    notifications.send(
        way, to, words, subject, ticket_id=ticket.id, activity_id=row.id, once_key=message_key(survey), automatic=True,
        delay=timedelta(minutes=options.value(DELAY)),
    )


def message_key(survey: Survey) -> str:
    """Another one for each time of asking."""
    return f"survey:{survey.id}:{survey.sent_at.timestamp():.0f}"


def take_back(ticket: Ticket, *, by: Any) -> None:
    """Work goes on: an unanswered question waits for the next solution."""
    survey = queries.open_of(ticket)
    if survey is not None:
        notifications.withdraw(message_key(survey))
        ticket.survey_state = ""
        record("survey.taken_back", survey, by=by, ticket=ticket)


def answer(survey: Survey, values: dict[str, Any], *, by: Any) -> bool:
    """Store the first answer; False (and nothing changed) when there is one already. `values`: overall and more of `complete`."""
    require(by, rules.ANSWER, survey)
    _check(values)
    first = update(Survey).where(Survey.id == survey.id, Survey.answered_at.is_(None)).values(answered_at=clock.now())
    if db.session.execute(first.execution_options(synchronize_session=False)).rowcount == 0:
        return False
    db.session.refresh(survey)
    _write(survey, values)
    survey.ticket.survey_state = "answered"
    record("survey.answered", survey, by=by, ticket=survey.ticket)
    _act_on(survey, values, by)
    return True


def correct(survey: Survey, values: dict[str, Any], *, by: Any) -> None:
    """Change or complete an answer on purpose, within a day. Raises Refused later."""
    require(by, rules.ANSWER, survey)
    _check(values)
    if not queries.correctable(survey):
        raise Refused(_l("This answer is kept as it is now. If something is wrong, call us."))
    before = {name: getattr(survey, name) for name in values if name != "words"}
    _write(survey, values)
    changed = any(before[name] not in (None, [], getattr(survey, name)) for name in before)
    survey.corrected_at = clock.now() if changed else survey.corrected_at
    record("survey.corrected" if changed else "survey.completed", survey, by=by, ticket=survey.ticket)
    _act_on(survey, values, by, before)


def _check(values: dict[str, Any]) -> None:
    scores = [values[d] for d in DIMENSIONS if values.get(d) is not None]
    if not all(s in (1, 2, 3, 4, 5) for s in scores) or not set(values.get("tags", ())) <= set(TAGS):
        raise Refused(_l("Choose one of the answers of the page."))


def _write(survey: Survey, values: dict[str, Any]) -> None:
    for name in (*DIMENSIONS, "solved", "tags", "words"):
        if name in values:
            setattr(survey, name, values[name])


def _act_on(survey: Survey, values: dict[str, Any], by: Any, before: dict[str, Any] | None = None) -> None:
    """A low score alerts a leader; "not solved" reopens."""
    low = options.value(LOW)
    was_low = ((before or {}).get("overall") or 6) <= low
    if (values.get("overall") or 6) <= low and not was_low:
        _alert(survey)
    ticket = survey.ticket
    if values.get("solved") is False and ticket.status in (Status.RESOLVED, Status.CLOSED):
        with in_companys_language():
            reason = _("The customer answered: not solved.")
        tickets.reopen(ticket, reason, by=by)


def _alert(survey: Survey) -> None:
    for person in _leaders(survey):
        notifications.tell(
            person.id, N_("Low rating for %(number)s: %(title)s"), {"number": survey.ticket.number, "title": survey.ticket.title},
            f"/tickets/{survey.ticket_id}", "danger",
        )


def _leaders(survey: Survey) -> list[Any]:
    """The team's supervisors, else all of them; never somebody who was rated."""
    rated = {survey.technician_id, survey.ticket.owner_id}
    for group in (accounts.leaders_of(survey.ticket.team_id), accounts.supervisors()):
        others = [p for p in group if p.id not in rated]
        if others:
            return others
    return []
