"""Two files of one customer become one; nothing of the history is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.core.activity import Activity
from portal.core.errors import Forbidden, Refused
from portal.customers import actions, queries
from portal.customers.models import Customer
from tests import cast, make


def test_numbers_homes_and_what_others_hang_on_it_go_along(app):
    kept, doubled = make.customer("王建国", "13300004471"), make.customer("王建国", "13300004471")
    make.site(doubled)
    actions.add_phone(doubled, actions.phones.parse("13900001111"), by=cast.agent())
    moved = []
    actions.movers.append(lambda from_, into, by: moved.append((from_.id, into.id)))

    actions.merge(doubled, kept, by=cast.agent())
    actions.movers.pop()

    assert [p.e164 for p in kept.phones] == ["+8613300004471", "+8613900001111"]
    assert len(kept.sites) == 3 and doubled.merged_into_id == kept.id and moved == [(doubled.id, kept.id)]
    verbs = app.extensions["sqlalchemy"].session.scalars(select(Activity.verb).where(Activity.verb.like("customer.merged%"))).all()
    assert sorted(verbs) == ["customer.merged", "customer.merged_in"]


def test_the_old_address_leads_to_the_one_that_is_kept(app, browser):
    kept, doubled = make.customer("王建国"), make.customer("王建国")
    actions.merge(doubled, kept, by=cast.agent())
    cast.signed_in(browser.client, cast.agent())
    assert browser.visit(f"/customers/{doubled.id}").path == f"/customers/{kept.id}"
    browser.visit(f"/customers/{doubled.id}/edit", status=404)


def test_a_merged_file_is_found_no_more_and_merged_doubles_follow(app):
    agent = cast.agent()
    first, second, third = (make.customer("王建国") for _ in range(3))
    actions.merge(first, second, by=agent)
    actions.merge(second, third, by=agent)
    app.extensions["sqlalchemy"].session.expire_all()
    assert [c.id for c in queries.search("王建国", agent)] == [third.id]
    assert first.merged_into_id == third.id


def test_a_file_is_not_merged_into_itself_or_twice(app):
    agent = cast.agent()
    one, other = make.customer(), make.customer()
    with pytest.raises(Refused):
        actions.merge(one, one, by=agent)
    actions.merge(one, other, by=agent)
    with pytest.raises(Refused):
        actions.merge(other, one, by=agent)


def test_an_analyst_merges_nothing(app):
    with pytest.raises(Forbidden):
        actions.merge(make.customer(), make.customer(), by=cast.analyst())


def test_merging_by_the_page_asks_whether_they_are_the_same(app, browser, db):
    kept, doubled = make.customer("王建国", "13300004471"), make.customer("老王", "13300004471")
    cast.signed_in(browser.client, cast.agent())
    assert browser.visit(f"/customers/{doubled.id}").has("另一位客户")
    browser.visit(f"/customers/{doubled.id}/merge")
    browser.press("合并", status=422)
    page = browser.press("合并", sure="y", into=kept.id)
    assert page.path == f"/customers/{kept.id}" and db.get(Customer, doubled.id).merged_into_id == kept.id


def test_merging_into_nobody_tells_nothing(app, browser):
    doubled = make.customer()
    cast.signed_in(browser.client, cast.agent())
    for into in ("999999", "99999999999999999999", "x", ""):
        browser.post(f"/customers/{doubled.id}/merge", status=422, sure="y", into=into)


def test_the_tickets_go_along_and_keep_their_number(app, browser):
    kept, doubled = make.customer("王建国", "13300004471"), make.customer("王建国", "13300004471")
    ticket = make.ticket(doubled)
    actions.merge(doubled, kept, by=cast.agent())
    cast.signed_in(browser.client, cast.agent())
    assert browser.visit(f"/tickets/of-customer/{kept.id}").has(ticket.number)
    assert browser.visit(f"/tickets/{ticket.id}").has("133****4471")


def test_what_was_done_with_the_other_file_is_told_on(app, clock):
    agent = cast.agent()
    doubled, stays = make.customer("马丽"), make.customer("马丽")
    actions.merge(doubled, stays, by=agent)
    told = [(row.verb, row.subject_id) for row in queries.history(stays)]
    assert ("customer.created", doubled.id) in told and ("customer.created", stays.id) in told and ("customer.merged_in", stays.id) in told
