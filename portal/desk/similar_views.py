"""The panel with what similar tickets came to."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from portal.core import pages
from portal.core.access import may, me, needs
from portal.core.errors import Refused
from portal.desk import bp, rules, similar
from portal.tickets import actions as tickets
from portal.tickets import queries
from portal.tickets import rules as ticket_rules
from portal.tickets.models import ENDED


@bp.get("/similar/<int:ticket_id>")
@needs(rules.SUGGEST)
def hints(ticket_id: int):
    ticket = queries.find_for(me(), ticket_id)
    found = similar.hints(ticket, me())
    offered = found.category if found.category and found.category.value.id != ticket.category_id and ticket.status not in ENDED else None
    return pages.page("desk/similar.html", blocks=("panel",), ticket=ticket, category=offered, confirmed=found.category is not None and offered is None,
                      solutions=found.solutions, may_classify=may(me(), ticket_rules.CLASSIFY, ticket), page_name=_("Similar tickets"))


@bp.post("/similar/<int:ticket_id>/category")
@needs(ticket_rules.CLASSIFY)
def take_category(ticket_id: int):
    """Classify as suggested: kind, urgency and impact as that problem says."""
    ticket = queries.find_for(me(), ticket_id, lock=True)
    hint = similar.hints(ticket, me()).category
    if hint is None or str(hint.value.id) != request.form.get("category"):
        raise Refused(_("The suggestion has changed. Look at it again."))
    kept = ticket.priority if ticket.priority_reason else None
    tickets.classify(ticket, by=me(), kind_code=hint.value.kind_code or ticket.kind_code, category=hint.value, stage_id=ticket.stage_id,
                     urgency=ticket.urgency, impact=ticket.impact, priority=kept, reason=ticket.priority_reason or _("as similar tickets"))
    pages.say(_("Classified as %(name)s", name=hint.value.word))
    return pages.back("tickets.show", ticket_id=ticket_id)
