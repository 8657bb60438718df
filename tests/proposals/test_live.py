"""List and board while they are looked at: what is shown stays where it is and says what it has become; newcomers wait."""

from datetime import date, timedelta

import pytest

from portal.core import clock as wall
from portal.core.paging import PAGE_SIZE
from portal.proposals import actions, asking, listing
from portal.proposals.listing import Asked
from portal.proposals.models import Naming, Proposal, ProposalStatus, Source
from tests import cast, make
from tests.counting import statements

S = ProposalStatus
LOOKS = pytest.mark.parametrize("address", ["/proposals/?sort=votes", "/proposals/?look=list&sort=votes"])


@pytest.fixture
def people(app, clock):
    make.catalogue()
    return {"author": cast.technician(), "boss": cast.supervisor(), "reader": cast.agent()}


def hand_in(by, title, **values):
    return actions.submit(title, "没试水就走了", "洗后通水五分钟", by=by, **values)


def look(browser, person, address):
    cast.signed_in(browser.client, person)
    return browser.visit(address)


def poll(browser, page, status: int = 200):
    """What the live region asks by itself, once."""
    region = page.one("#ideas")
    return browser.swap(region.get("hx-get"), status=status, tag=region.get("hx-ptag"))


def test_whoever_comes_back_sees_the_vote(browser, people):
    """The page is kept while nothing changes; a vote is a change, taking it back as well."""
    proposal, numbers = hand_in(people["author"], "一"), []
    look(browser, people["reader"], "/proposals/")
    for verb in ("vote", "unvote"):
        browser.client.post(f"/proposals/{proposal.id}/{verb}")
        numbers += [one.text_content().split()[0] for one in browser.visit("/proposals/").all(".votes")]
    assert numbers == ["1", "0"]


def titles(page):
    return [a.text for a in page.all(".idea h3 a, a.line-title")]


@LOOKS
def test_nothing_new_is_answered_with_nothing(browser, people, address):
    hand_in(people["author"], "一")
    page = look(browser, people["reader"], address)
    assert poll(browser, page, 304).body == b""


@LOOKS
def test_a_vote_is_counted_in_its_place(browser, people, address):
    """Sorted by votes, the second now has more than the first: it does not pass it while somebody reads."""
    first, second = hand_in(people["author"], "一"), hand_in(people["author"], "二")
    actions.vote(first, by=people["reader"])
    page = look(browser, people["reader"], address)
    assert titles(page) == ["一", "二"]
    for voter in ("周敏", "何川"):
        actions.vote(second, by=cast.agent(voter))
    swapped = poll(browser, page)
    assert titles(swapped) == ["一", "二"] and swapped.has("2")
    assert titles(browser.visit(address)) == ["二", "一"]


@LOOKS
def test_newcomers_wait_behind_a_button(browser, people, address):
    hand_in(people["author"], "一")
    page = look(browser, people["reader"], address)
    hand_in(people["author"], "二")
    swapped = poll(browser, page)
    assert titles(swapped) == ["一"] and swapped.has("有 1 条更新")
    assert set(titles(browser.visit(swapped.one("a.pill").get("href")))) == {"一", "二"}


def test_a_card_that_was_decided_stays_and_says_so(browser, people):
    proposal = hand_in(people["author"], "一")
    page = look(browser, people["reader"], "/proposals/")
    actions.decide(proposal, "adopt", "好", by=people["boss"], owner=people["author"], due_on=date(2099, 1, 1))
    swapped = poll(browser, page)
    assert swapped.has("现为：已采纳") and swapped.has("有 1 条更新")
    assert swapped.one("#column-waiting").getparent().cssselect(".idea")
    assert not browser.visit("/proposals/").has("现为")


@LOOKS
def test_what_was_withdrawn_loses_its_words_at_once(browser, people, address):
    proposal = hand_in(people["author"], "不该再看到的话")
    page = look(browser, people["reader"], address)
    actions.withdraw(proposal, by=people["author"])
    swapped = poll(browser, page)
    assert swapped.has("这条提案已撤回") and not swapped.has("不该再看到的话")


@pytest.mark.parametrize("shown", ["", "list_ids.x", "other_ids.1", "waiting_ids." + "9" * 40, "list_ids.1.2~list_ids", "%00"])
def test_nonsense_shows_nothing(browser, people, shown):
    cast.signed_in(browser.client, people["reader"])
    browser.swap(f"/proposals/?block=live&shown={shown}")
    browser.swap(f"/proposals/?look=list&block=live&shown={shown}")


def test_a_name_for_reviewers_is_kept_apart_from_what_colleagues_are_shown(browser, people):
    """The drawings are kept between people: the supervisor's must never reach the agent, nor the colour that comes of the author."""
    hand_in(people["author"], "一", naming=Naming.REVIEWERS)
    for address in ("/proposals/", "/proposals/?look=list"):
        assert look(browser, people["boss"], address).has("王建国")
        page = look(browser, people["reader"], address)
        assert not page.has("王建国")
        assert page.one(".idea .avatar, .ideas .avatar").get("class").split()[2] == "hue-0"
        assert look(browser, people["boss"], address).has("王建国")


@pytest.fixture
def many(people, db):
    """A hundred and thirty of three statuses, with equal votes among them."""
    for n in range(130):
        at = wall.now() - timedelta(minutes=n % 40)
        db.add(Proposal(
            number=f"T{n}", title=f"第{n}条", problem="x", suggestion="y", source=Source.STAFF, author_id=people["author"].id, votes=n % 7,
            status=(S.SUBMITTED, S.SCREENING, S.REVIEW)[n % 3], created_at=at, changed_at=at,
        ))
    db.flush()


@pytest.mark.parametrize("sort", list(listing.SORTS))
def test_pages_of_several_statuses_hold_every_row_once_forwards_and_backwards(browser, people, many, db, sort):
    order = [(getattr(Proposal, c.key), d) for c, d in asking.ORDERS[sort]]
    wanted = [p.title for p in db.query(Proposal).order_by(*(c.desc() if d else c.asc() for c, d in order))]
    page, pages = look(browser, people["reader"], f"/proposals/?view=waiting&sort={sort}"), []
    while True:
        pages.append(titles(page))
        onward = [a.get("href") for a in page.all("a[rel=next]")]
        if not onward:
            break
        page = browser.visit(onward[0])
    assert [len(p) for p in pages] == [PAGE_SIZE, PAGE_SIZE, 30]
    assert sum(pages, []) == wanted
    assert titles(browser.visit(page.one("a[rel=prev]").get("href"))) == pages[1]


@LOOKS
def test_more_rows_cost_no_more_statements(browser, people, many, db, address):
    cast.signed_in(browser.client, people["reader"])
    browser.visit(address)
    actions.vote(db.query(Proposal).filter_by(number="T1").one(), by=people["boss"])
    db.flush()
    whole = statements(lambda: browser.visit(address))
    db.query(Proposal).filter(Proposal.number != "T1").delete()
    actions.withdraw_vote(db.query(Proposal).one(), by=people["boss"])
    db.flush()
    assert statements(lambda: browser.visit(address)) == whole


def test_the_counts_stop_at_their_cap_and_hide_what_was_withdrawn(people, many, db):
    db.query(Proposal).filter(Proposal.votes == 3).update({"status": S.WITHDRAWN})
    withdrawn = db.query(Proposal).filter_by(status=S.WITHDRAWN).count()
    assert listing.counts(Asked.by({}), people["boss"])[""] == 130
    assert listing.counts(Asked.by({}), people["reader"])[""] == 130 - withdrawn
    assert [listing.Counts({"": 100}, 99).words(""), listing.Counts({"": 9}, 99).words("", 4)] == ["99+", "5"]
