"""May this person listen to the wake-up signal? The process that holds the streams asks with the person's own cookie."""

from __future__ import annotations

from flask import Response, request

from portal.core import access, origin, pages, wake
from portal.core.access import me
from portal.core.errors import Forbidden
from portal.tickets import bp, queries, rules


@access.needs(rules.LIST)
def may_listen() -> Response:
    """204 for whoever sees every ticket: to them each signal is about something they may see. Others go on polling."""
    if not queries.sees_all(me()) or not origin.is_own(request.headers.get("Origin")):
        raise Forbidden()
    return Response(status=204, headers={"X-Person": str(me().id)})


@pages.layout_fact
def _facts() -> dict:
    heard = wake.on() and me() is not None and queries.sees_all(me())
    return {"wake": wake.address() if heard else ""}


bp.record(lambda state: state.app.add_url_rule("/wake", "tickets.may_listen", may_listen))
