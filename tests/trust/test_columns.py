"""T17 on each database: what no column holds is refused as unreadable, also where no form looked at it first (trust.md)."""

import pytest

from portal.tickets import tracking
from tests import cast, make


@pytest.mark.parametrize("strange", ["a\x00b", "9" * 60, str(2**63), "长" * 5000, "\u202e"])
def test_no_database_stumbles_over_what_no_column_holds(client, db, strange):
    ticket = make.ticket()
    cast.signed_in(client, cast.agent())
    posts = [
        (f"/tickets/{ticket.id}/tags", {"add": strange}), (f"/tickets/{ticket.id}/tags", {"remove": strange}), (f"/tickets/{ticket.id}/links", {"number": strange}),
        (f"/tickets/{ticket.id}/remind", {"when": "hour", "words": strange}), (f"/tickets/{ticket.id}/draft", {"mode": "internal", "words": strange}),
        (f"/tickets/{ticket.id}/owner", {"owner": strange}), ("/tickets/new/append", {"key": "one-time-key-1", "into": str(ticket.id), "words": strange}),
        ("/tickets/new/append", {"key": "one-time-key-2", "into": strange, "words": "还是漏"}), ("/inbox/read", {"notice": strange}),
        ("/proposals/1/duplicate", {"number": strange}), (f"/t/{tracking.link_of(ticket).token}/words", {"key": "one-time-key-3", "words": strange}),
    ]
    for path, sent in posts:
        assert client.post(path, data=sent).status_code < 500, path
    for path in ("/search", "/customers/", "/tickets/", "/tickets/searched", "/proposals/", "/admin/audit", "/visits/board", "/roster/", "/surveys/"):
        assert client.get(path, query_string={"q": strange, "at": strange, "owner": strange, "team": strange, "day": strange}).status_code < 500, path
