from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import SYSTEM
from portal.core.activity import on, sentence
from portal.followups import actions

sentence("follow_up.drawn", "phone", _l("A follow-up call is due"))
sentence("follow_up.taken", "user", _l("Follow-up call taken by %(name)s"))
sentence("follow_up.attempted", "phone", _l("Called back, not reached (try %(times)s)"))
sentence("follow_up.satisfied", "smile", _l("Called back: satisfied"))
sentence("follow_up.not_satisfied", "frown", _l("Called back: not satisfied"))
sentence("follow_up.unreachable", "phone", _l("Called back %(times)s times, unreachable"))
sentence("follow_up.dropped", "undo", _l("The follow-up call waits for the next solution"))


@on("ticket.resolved")
def draw_a_call(activity, ticket, by) -> None:
    actions.draw(ticket, by=SYSTEM)


@on("ticket.reopened", "ticket.merged", "ticket.cancelled")
def drop_the_call(activity, ticket, by) -> None:
    actions.drop(ticket, by=SYSTEM)
