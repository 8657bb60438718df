"""An anonymous proposal leads back to nobody: not in rows, pages, notices, logs; nor does a name meant for reviewers reach colleagues."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.accounts.models import Person, SignedInSession
from portal.core import options
from portal.core.activity import Activity
from portal.core.db import db as database
from portal.core.limits import Hit
from portal.core.search import SearchEntry
from portal.notifications.models import Notice
from portal.proposals import actions, jobs, talk
from portal.proposals.models import Naming, Proposal
from tests import cast, make

WORDS = {"problem": "主管总是最后一刻改班", "suggestion": "提前一天公布排班"}


@pytest.fixture
def author(app):
    make.ticket()  # something has happened before
    return cast.technician("欧阳娜娜")


def everything(db) -> str:
    """All rows of all tables but the people's own."""
    leave_out = {"person", "person_role", "signed_in_session", "team_member"}
    tables = [t for t in database.metadata.sorted_tables if t.name not in leave_out]
    return "\n".join(f"{t.name}: {dict(row._mapping)}" for t in tables for row in db.execute(select(t)))


def send(client, **more):
    return client.post("/proposals/anonymous", data=WORDS | {"token": "k" * 34} | more, headers={"User-Agent": "SecretPhone/7"})


def test_no_row_tells_person_address_device_or_time(client, author, db, clock):
    cast.signed_in(client, author)
    clock.shift(3 * 3600)  # an hour of its own
    assert send(client, key="abcdefgh12345678", naming="named").status_code == 303
    proposal = db.query(Proposal).one()
    assert (proposal.author_id, proposal.naming, proposal.customer_contact) == (None, Naming.ANONYMOUS, "")
    assert proposal.created_at == proposal.changed_at == datetime(2026, 11, 18, tzinfo=UTC)
    row = db.query(Activity).filter_by(verb="proposal.submitted").one()
    assert (row.actor_kind, row.actor_id, row.actor_name, row.address, row.at) == ("anonymous", None, "", None, proposal.created_at)
    dump = everything(db)
    for trace in ("欧阳", "127.0.0.1", "SecretPhone", "abcdefgh12345678"):
        assert trace not in dump
    lines = [line for line in dump.splitlines() if line.startswith(("proposal", "activity", "search_entry", "used_key"))]
    assert not any("datetime.datetime(2026, 11, 18, 5" in line for line in lines)


def test_the_session_is_not_touched(client, author, db, clock):
    cast.signed_in(client, author)
    db.expire_all()
    before, seen = db.scalars(select(SignedInSession.seen_at)).all(), db.get(Person, author.id).last_seen_at
    clock.shift(3600)
    send(client)
    assert db.scalars(select(SignedInSession.seen_at)).all() == before
    assert db.get(Person, author.id).last_seen_at == seen


def test_the_limit_counts_proposals_not_tries(client, author, db):
    options.put("proposals.anonymous_a_day", 1)
    assert [send(client, token=t * 34).status_code for t in "kkm"] == [303, 303, 429]
    assert db.query(Hit).count() == 0
    actions.submit("", "问题", "建议", by=author)


def test_no_id_or_number_tells_the_order(client, author, db):
    """Between two proposals with a name, nothing of the anonymous one counts on."""
    first = actions.submit("", "问题一", "建议一", by=author)
    send(client)
    second = actions.submit("", "问题二", "建议二", by=author)
    hidden = db.query(Proposal).filter_by(naming=Naming.ANONYMOUS).one()
    assert [first.number, second.number] == ["P2611-0001", "P2611-0002"]
    assert hidden.number[:6] == "P2611-" and hidden.number not in ("P2611-0001", "P2611-0002", "P2611-0003")
    assert db.query(Activity).filter_by(subject_type="proposal", subject_id=hidden.id).one().id < 0
    assert db.query(SearchEntry).filter_by(kind="proposal", record_id=hidden.id).one().id < 0
    assert db.query(Notice).filter(Notice.url == f"/proposals/{hidden.id}").count() == 0


def test_reviewers_are_told_of_it_on_a_later_day(client, author, db, clock):
    cast.supervisor()
    send(client)
    hidden = db.query(Proposal).one()
    counts = []
    for _day in range(3):
        jobs.look_after()
        counts.append(db.query(Notice).filter(Notice.url == f"/proposals/{hidden.id}").count())
        clock.shift(86_400)
    assert counts == [0, 1, 1]


def test_the_talk_keeps_its_order_without_times(client, author, db):
    send(client)
    hidden, boss = db.query(Proposal).one(), cast.supervisor()
    actions.comment(hidden, "哪天的事？", by=boss, to_author=True)
    for words in ("上周三", "还有上周五"):
        assert client.post(f"/suggest/{hidden.token}/say", data={"words": words}).status_code == 303
    actions.comment(hidden, "已经查到", by=boss, to_author=True)
    actions.comment(hidden, "内部：先别外传", by=boss)
    assert [row["body"] for row in talk.rows_of(hidden)] == ["", "哪天的事？", "上周三", "还有上周五", "已经查到"]
    page = client.get(f"/suggest/{hidden.token}").get_data(as_text=True)
    assert "哪天的事" in page and "先别外传" not in page


def test_the_author_changes_and_withdraws_behind_the_link(client, author, db):
    send(client)
    token = db.query(Proposal).one().token
    assert client.post(f"/suggest/{token}/change", data={"problem": "改过的问题", "suggestion": "改过的建议"}).status_code == 303
    assert db.query(Proposal).one().problem == "改过的问题"
    row = db.query(Activity).filter_by(verb="proposal.edited").one()
    assert (row.actor_kind, row.at.hour, row.id < 0) == ("anonymous", 0, True)
    assert client.post(f"/suggest/{token}/withdraw").status_code == 303
    assert client.get(f"/suggest/{token}").status_code == 200
    assert db.query(Proposal).one().status.value == "withdrawn"


def test_what_the_author_does_later_stays_anonymous(client, author, db, clock):
    send(client)
    proposal = db.query(Proposal).one()
    actions.decide(proposal, "send_back", "说具体些", by=cast.supervisor())
    clock.shift(90_000)
    from portal.core.access import ANONYMOUS

    actions.comment(proposal, "每周三次", by=ANONYMOUS)
    actions.complete(proposal, "补充", by=ANONYMOUS)
    rows = db.query(Activity).filter(Activity.verb.in_(("proposal.commented", "proposal.completed"))).all()
    assert {(r.actor_kind, r.actor_id, r.at.hour, r.at.minute) for r in rows} == {("anonymous", None, 0, 0)}


@pytest.mark.parametrize("who", [cast.agent, cast.supervisor, cast.analyst, cast.administrator])
def test_no_page_names_an_anonymous_author(browser, author, db, who):
    actions.submit("", WORDS["problem"], WORDS["suggestion"], by=author, naming=Naming.ANONYMOUS)
    cast.signed_in(browser.client, who())
    for address in (f"/proposals/{db.query(Proposal).one().id}", "/proposals/", "/proposals/?look=list", "/inbox/"):
        page = browser.visit(address)
        for choice in page.all("select"):  # whoever carries it out is chosen among all colleagues
            choice.drop_tree()
        assert not page.has("欧阳")


def test_a_name_for_reviewers_is_hidden_from_colleagues_and_in_the_record(browser, author, db):
    actions.submit("", WORDS["problem"], WORDS["suggestion"], by=author, naming=Naming.REVIEWERS)
    actions.edit(db.query(Proposal).one(), by=author, problem="改了")
    assert {r.actor_name for r in db.query(Activity)} == {""}
    seen = {}
    for who in (cast.agent, cast.analyst, cast.administrator, cast.supervisor):
        cast.signed_in(browser.client, who())
        pages = [browser.visit(a) for a in (f"/proposals/{db.query(Proposal).one().id}", "/proposals/", "/proposals/?look=list")]
        seen[who.__name__] = {page.has("欧阳") for page in pages}
    assert seen == {"agent": {False}, "analyst": {False}, "administrator": {False}, "supervisor": {True}}
