"""What many proposals must not change: a common word is looked for no further than needed, a page asks for what there is."""

import pytest

from portal.core import search
from portal.core.errors import NotFound
from portal.proposals import actions, asking, listing, queries, similar
from portal.proposals.listing import Asked
from portal.proposals.models import Naming, Proposal, Source
from tests import cast, make
from tests.counting import statements


@pytest.fixture
def boss(app, clock):
    return cast.supervisor()


@pytest.fixture
def three(boss, monkeypatch):
    """More finds than are looked at."""
    monkeypatch.setattr(asking, "SEARCHED", 2)
    asking.page.cache_clear(), asking.counts.cache_clear(), asking.first_ids.cache_clear()
    author = cast.technician()
    made = [actions.submit(f"空调洗完试水{n}", "第二天滴水", "通水五分钟", by=author, naming=Naming.NAMED, source=Source.STAFF) for n in range(3)]
    yield made
    asking.page.cache_clear(), asking.counts.cache_clear(), asking.first_ids.cache_clear()


def test_of_a_common_word_the_newest_finds_are_shown_and_the_page_says_so(browser, boss, three):
    cast.signed_in(browser.client, boss)
    page = browser.visit("/proposals/?look=list&q=空调")
    assert [a.text for a in page.all("a.line-title")] == ["空调洗完试水2", "空调洗完试水1"]
    assert "只查看最新的一批结果" in page.text
    assert listing.counts(Asked.by({"q": "空调"}), boss).words("") == "2+"


def test_of_a_rare_word_every_find_is_shown_and_counted(browser, boss, three):
    cast.signed_in(browser.client, boss)
    page = browser.visit("/proposals/?look=list&q=试水1 滴水")
    assert "只查看最新的一批结果" not in page.text
    assert listing.counts(Asked.by({"q": "1"}), boss).words("") == "1"


def test_an_export_holds_every_find(boss, three, db):
    assert db.query(Proposal).count() == 3
    found = db.execute(Asked.by({"q": "空调"}).filtered(boss)).scalars().all()
    assert {p.id for p in found} == {p.id for p in three}


@pytest.mark.parametrize("asked", [{"stage": "1"}, {"year": "2026", "reached": "adopted"}, {"mine": ""}, {"q": "空调"}, {"source": "customer", "sort": "votes"}])
def test_every_way_of_asking_is_written_once_and_asked_with_its_values(boss, three, asked):
    asked = Asked.by({**asked, "look": "list"})
    shape = asked.shape(boss)
    assert asking.counts(shape, asked.cap) is asking.counts(asked.shape(boss), asked.cap)
    numbers = listing.counts(asked, boss).numbers
    assert numbers[""] == min(len(set(_found(asked, boss))), 2 if asked.words else 99)


def _found(asked, person):
    from portal.core.db import db

    return [p.id for p in db.session.scalars(asked.narrowed(person))]


def test_what_a_proposal_has_not_is_not_asked_for(browser, boss, three):
    cast.signed_in(browser.client, boss)
    bare, full = three[0], three[1]
    browser.visit(f"/proposals/{bare.id}")
    few = statements(lambda: browser.visit(f"/proposals/{bare.id}"))
    full.tickets = [make.ticket()]
    assert statements(lambda: browser.visit(f"/proposals/{full.id}")) > few


def test_pairs_are_counted_by_a_statement_for_each_eight(app, boss, three):
    texts = ("空调洗完", "空调洗完试水第二", "空调洗完试水第二天滴水")
    assert {similar._counting(-(-len(similar.pairs(t)) // 8) * 8) for t in texts} == {similar._counting(8), similar._counting(16)}
    assert len(similar.similar_to("空调洗完试水了")) == 3


def test_a_phrase_of_no_word_asks_for_nothing(app):
    assert search.phrase("！？") is None
    assert Asked.by({"q": "！？"}).phrase is None


def test_a_page_that_shows_only_finds_what_may_be_seen(boss, three):
    actions.withdraw(three[0], by=three[0].author)
    other = cast.technician()
    with pytest.raises(NotFound):
        queries.read_for(other, three[0].id)
    assert queries.read_for(three[0].author, three[0].id) is queries.read_for(boss, three[0].id)
