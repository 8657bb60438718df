"""The inbox shows a person's own notices, in the reader's language."""

import pytest

from portal.core.errors import Forbidden
from portal.notifications import actions, queries
from tests import cast


def test_notices_are_counted_until_they_are_read(app, db, browser):
    me = cast.agent()
    actions.tell(me.id, "Low rating for %(number)s: %(title)s", {"number": "S2611-0001", "title": "漏水"}, "/inbox/")
    actions.tell(me.id, "Low rating for %(number)s: %(title)s", {"number": "S2611-0002", "title": "滴水"}, "/inbox/")
    assert queries.unread_count(me.id) == 2
    cast.signed_in(browser.client, me)
    page = browser.visit("/inbox/")
    assert len(page.all(".notice-new")) == 2
    browser.client.post(page.all(".notice form")[0].get("action"))
    assert queries.unread_count(me.id) == 1
    browser.client.post("/inbox/read")
    assert queries.unread_count(me.id) == 0


def test_hostile_words_in_a_notice_stay_words(app, db, browser):
    me = cast.agent()
    actions.tell(me.id, "Low rating for %(number)s: %(title)s", {"number": "<b>1</b>", "title": "<script>alert(1)</script> 100% %(x)s"})
    cast.signed_in(browser.client, me)
    page = browser.visit("/inbox/")
    assert page.has("<script>alert(1)</script> 100% %(x)s")
    assert page.all(".notice script") == []


def test_a_notice_never_leads_to_a_foreign_page(app, db, client):
    me = cast.agent()
    notice = actions.tell(me.id, "x", {}, "//evil.example/")
    cast.signed_in(client, me)
    assert client.post(f"/inbox/{notice.id}/open").headers["Location"] == "/inbox/"


def test_anothers_notice_is_not_there(app, db, client):
    mine, other = cast.agent(), cast.agent("周敏")
    notice = actions.tell(mine.id, "x")
    with pytest.raises(Forbidden):
        actions.read(notice, by=other)
    cast.signed_in(client, other)
    assert client.post(f"/inbox/{notice.id}/open").status_code == 404
    assert client.post("/inbox/read", data={"notice": notice.id}).status_code == 404
