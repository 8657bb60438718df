"""What the customer is told about a visit: the same words before sending (as preview) and in the message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from portal.core import clock
from portal.core.activity import Activity
from portal.core.i18n import in_companys_language, time_of_day
from portal.tickets import tracking
from portal.tickets.messages import tell_customer
from portal.visits.actions import window
from portal.visits.models import Visit


def words_for(step: str, visit: Visit, **more: Any) -> str:
    """The sentence of one step (planned, moved, cancelled, set_off, arrived, late, correction), in the company's language, without the link."""
    with in_companys_language():
        name = visit.technician.name if visit.technician else ""
        return _SENTENCES[step]({"name": name, "window": window(visit), "number": visit.ticket.number, "expected": time_of_day(visit.expected_at or visit.starts_at), **more})


_SENTENCES = {
    "planned": lambda v: _("Technician %(name)s comes %(window)s for your request %(number)s.", **v),
    "moved": lambda v: _("The visit for your request %(number)s has moved: technician %(name)s comes %(window)s.", **v),
    "repeated": lambda v: _("Technician %(name)s comes every %(weeks)s weeks from %(window)s on, %(times)s times in all, for your request %(number)s.", **v),
    "cancelled": lambda v: _("The visit %(window)s for your request %(number)s is cancelled. We will be in touch.", **v),
    "set_off": lambda v: _("Technician %(name)s is on the way to you, appointment %(window)s.", **v),
    "sheet": lambda v: _("The report of the visit %(window)s for your request %(number)s, with photos and signature: %(url)s", **v),
    "late": lambda v: _("Technician %(name)s is delayed and arrives at about %(expected)s. We are sorry.", **v),
    "correction": lambda v: _("Correction: the last message about technician %(name)s was sent by mistake. The appointment is %(window)s.", **v),
    "arrived": lambda v: _("Technician %(name)s has arrived.", **v),
}


def tell(step: str, visit: Visit, row: Activity, **more: Any) -> Any:
    """Queue the message with the tracking link, or with the `url` that it is about; once for each recorded step."""
    with in_companys_language():
        text = words_for(step, visit, **more) if "url" in more else _("%(words)s Progress: %(url)s", words=words_for(step, visit, **more), url=tracking.url_of(visit.ticket))
    return tell_customer(visit.ticket, text, activity=row, once_key=f"visit-{row.id}")


def late_words(visit: Visit, minutes: int) -> str:
    """What the customer would be told about coming so many minutes later."""
    return words_for("late", visit, expected=time_of_day(max(visit.starts_at, clock.now()) + timedelta(minutes=minutes)))
