from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import SYSTEM
from portal.core.activity import on, sentence
from portal.surveys import actions

sentence("survey.invited", "smile", _l("The customer was asked for a rating"))
sentence("survey.taken_back", "undo", _l("The question for a rating waits for the next solution"))
sentence("survey.answered", "smile", _l("Rated the service"))
sentence("survey.completed", "smile", _l("Added to the rating"))
sentence("survey.corrected", "smile", _l("Corrected the rating"))


@on("ticket.resolved")
def ask_the_customer(activity, ticket, by) -> None:
    actions.invite(ticket, by=SYSTEM)


@on("ticket.reopened", "ticket.cancelled", "ticket.merged")
def stop_asking(activity, ticket, by) -> None:
    actions.take_back(ticket, by=SYSTEM)
