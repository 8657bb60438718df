"""An anonymous proposal leads back to nobody: not in rows, pages, notices, logs; nor does a name meant for reviewers reach colleagues."""

import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.accounts.models import Person, SignedInSession
from portal.core.activity import Activity
from portal.core.db import db as database
from portal.core.limits import Hit
from portal.proposals import actions
from portal.proposals.models import Naming, Proposal
from tests import cast, make

WORDS = {"problem": "主管总是最后一刻改班", "suggestion": "提前一天公布排班"}


@pytest.fixture
def author(app):
    make.catalogue()
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
    assert not any("datetime.datetime(2026, 11, 18, 2" in line for line in lines)


def test_the_session_is_not_touched(client, author, db, clock):
    cast.signed_in(client, author)
    db.expire_all()
    before, seen = db.scalars(select(SignedInSession.seen_at)).all(), db.get(Person, author.id).last_seen_at
    clock.shift(3600)
    send(client)
    assert db.scalars(select(SignedInSession.seen_at)).all() == before
    assert db.get(Person, author.id).last_seen_at == seen


def test_the_limit_counts_all_together(client, author, db):
    send(client)
    send(client, token="m" * 34)
    assert len({hit.key for hit in db.query(Hit)}) == 1


def test_the_log_says_nothing(client, author, capfd, caplog):
    caplog.set_level(logging.DEBUG)
    cast.signed_in(client, author)
    send(client)
    said = caplog.text + "".join(capfd.readouterr())
    assert "改班" not in said and "欧阳" not in said and "k" * 34 not in said


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
    for address in ("/proposals/1", "/proposals/", "/proposals/?look=list", "/inbox/"):
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
        pages = [browser.visit(a) for a in ("/proposals/1", "/proposals/", "/proposals/?look=list")]
        seen[who.__name__] = {page.has("欧阳") for page in pages}
    assert seen == {"agent": {False}, "analyst": {False}, "administrator": {False}, "supervisor": {True}}
