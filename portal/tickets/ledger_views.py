"""The working of a ticket's clocks: a page of its own, and the part of the ticket page that opens."""

from __future__ import annotations

from portal.core import access, pages
from portal.core.access import me
from portal.tickets import bp, ledger, queries, rules, showing


@bp.get("/<int:ticket_id>/clocks", endpoint="ledger")
@access.needs(rules.VIEW)
def ticket_ledger(ticket_id: int):
    """Every clock down to its due moment; `?block=ledger` with `clock`: the lines of one."""
    ticket = queries.find_for(me(), ticket_id)
    found = list(ledger.of(ticket).values())
    views = showing.views_by_kind(ticket)
    return pages.page("tickets/ledger.html", ticket=ticket, ledgers=found, views=views, page_name=ticket.number)


@bp.get("/<int:ticket_id>/clocks/<any(first_response,result,resolution):kind>", endpoint="ledger_part")
@access.needs(rules.VIEW)
def ledger_part(ticket_id: int, kind: str):
    """The lines of one clock, for the ticket page."""
    ticket = queries.find_for(me(), ticket_id)
    return pages.page("tickets/_ledger.html", ledger=ledger.of(ticket).get(kind))
