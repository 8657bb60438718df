"""Presence informs, does not lock, and ends by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.core.activity import Activity
from portal.tickets import presence
from portal.tickets.models import Presence, ReadMark
from tests import cast, make


@pytest.fixture
def agent(browser):
    somebody = cast.agent("林晓")
    cast.signed_in(browser.client, somebody)
    return somebody


def test_a_colleague_is_seen_in_the_queue_and_oneself_is_not(clock, browser, agent):
    other, ticket = cast.agent("周敏"), make.ticket(by=agent)
    presence.beat(ticket.id, other, "watching")
    presence.beat(ticket.id, agent, "watching")
    assert [p.text_content() for p in browser.visit("/tickets/").all(".presence")] == ["周敏在看"]


def test_writing_is_told_apart_from_looking(clock, agent):
    other, ticket = cast.agent("周敏"), make.ticket(by=agent)
    presence.beat(ticket.id, other, "typing")
    (one,) = presence.others(ticket.id, agent)
    assert (one.name, one.writing, one.kind) == ("周敏", True, "pen")


def test_presence_is_gone_a_minute_after_the_last_sign_of_life(clock, agent):
    other, ticket = cast.agent("周敏"), make.ticket(by=agent)
    presence.beat(ticket.id, other, "watching")
    clock.shift(timedelta(seconds=58))
    assert presence.others(ticket.id, agent)
    clock.shift(timedelta(seconds=3))
    assert presence.others(ticket.id, agent) == []


def test_further_beats_keep_the_moment_of_arrival(clock, agent):
    other, ticket = cast.agent("周敏"), make.ticket(by=agent)
    presence.beat(ticket.id, other, "watching")
    (before,) = presence.others(ticket.id, agent)
    clock.shift(timedelta(seconds=40))
    presence.beat(ticket.id, other, "typing")
    (after,) = presence.others(ticket.id, agent)
    assert after.since == before.since


def test_leaving_ends_it_at_once(clock, agent):
    other, ticket = cast.agent("周敏"), make.ticket(by=agent)
    presence.beat(ticket.id, other, "watching")
    presence.beat(ticket.id, other, "left")
    assert presence.others(ticket.id, agent) == []


def test_a_beat_is_no_activity_but_marks_as_read(clock, db, browser, agent):
    ticket = make.ticket(by=agent)
    before = db.scalar(select(func.count(Activity.id)))
    browser.post(f"/tickets/{ticket.id}/presence", status=204, state="typing")
    assert db.scalar(select(func.count(Activity.id))) == before
    assert db.scalar(select(ReadMark.activity_id)) == ticket.changed_id
    assert db.scalar(select(Presence.writing)) is True


def test_a_beat_that_means_nothing_is_refused(clock, browser, agent):
    ticket = make.ticket(by=agent)
    assert browser.client.post(f"/tickets/{ticket.id}/presence", data={"state": "dancing"}).status_code == 422


def test_somebody_coming_wakes_the_live_queue(clock, db, browser, agent):
    other, ticket = cast.agent("周敏"), make.ticket(by=agent)
    page = browser.visit("/tickets/")
    url, tag = page.one("#queue").get("hx-get"), page.one("#queue").get("hx-ptag")
    browser.swap(url, status=304, tag=tag)
    presence.beat(ticket.id, other, "watching")
    answer = browser.swap(url, tag=tag)
    assert answer.words(".presence") == "周敏在看"
