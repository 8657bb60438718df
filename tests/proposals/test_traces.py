"""Every channel once more, from the side of somebody who looks for an anonymous author: rows, files, exports, search, notices, audit, logs."""

import csv
import re
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from flask_migrate import upgrade
from sqlalchemy import select, text

from portal.core import backup, search
from portal.core.activity import Activity
from portal.core.db import db as database
from portal.core.db import is_sqlite, unit_of_work
from portal.core.files import StoredFile
from portal.notifications.models import Notice, OutMessage
from portal.proposals import actions, jobs, shuffling, similar
from portal.proposals.models import Naming, Proposal
from portal.schedule import SCHEDULE
from tests import cast, make
from tests.core.test_backup import place  # noqa: F401 - a fixture
from tests.house.source import ROOT
from tests.trust.test_traces import said  # noqa: F401 - a fixture
from tests.visits import scene

AGENT = "SecretPhone/7"
WORDS = {"problem": "主管总是最后一刻改班", "suggestion": "提前一天公布排班", "key": "abcdefgh12345678"}
TRACES = ("欧阳", "SecretPhone", "abcdefgh12345678", "127.0.0.1")
TOUCHED = {"activity", "proposal", "proposal_token", "search_entry"}


@pytest.fixture
def author(app, clock):
    make.ticket()
    return cast.technician("欧阳娜娜")


def rows(db) -> dict[str, list]:
    """Every row of every table."""
    db.expire_all()
    return {t.name: sorted(repr(tuple(row)) for row in db.execute(select(t))) for t in database.metadata.sorted_tables}


def changed(db, before: dict[str, list]) -> set[str]:
    after = rows(db)
    return {name for name in after if after[name] != before[name]}


def send(client, **more):
    return client.post("/proposals/anonymous", data=WORDS | {"token": "k" * 34} | more, headers={"User-Agent": AGENT})


def test_handing_in_touches_four_tables_and_no_other(client, author, db, clock):
    """Not the session, not the person, no counter, no key, no knob with the time of its change."""
    cast.signed_in(client, author)
    before = rows(db)
    clock.shift(7200)
    assert send(client).status_code == 303
    assert changed(db, before) == TOUCHED


def test_reading_and_answering_behind_the_link_touches_no_more(client, author, db, clock):
    send(client)
    hidden = db.query(Proposal).one()
    cast.signed_in(client, author)
    before = rows(db)
    clock.shift(7200)
    assert client.get(f"/suggest/{hidden.token}", headers={"User-Agent": AGENT}).status_code == 200
    assert changed(db, before) == set()
    client.post(f"/suggest/{hidden.token}/say", data={"words": "还有"}, headers={"User-Agent": AGENT})
    assert changed(db, before) == {"activity", "proposal"}
    client.post(f"/suggest/{hidden.token}/change", data={"problem": "改过", "suggestion": "改过"}, headers={"User-Agent": AGENT})
    assert changed(db, before) <= TOUCHED
    client.post(f"/suggest/{hidden.token}/withdraw", headers={"User-Agent": AGENT})
    assert changed(db, before) <= TOUCHED


def test_typing_while_signed_in_stores_no_words(client, author, db):
    cast.signed_in(client, author)
    before = rows(db)
    client.post("/proposals/similar", data=WORDS)
    assert changed(db, before) <= {"signed_in_session", "person"}


def test_a_customers_name_contact_and_picture_are_dropped(client, author, db, clock):
    page = client.get("/suggest").get_data(as_text=True)
    sent = {name: page.split(f'name="{name}"')[1].split('value="')[1].split('"')[0] for name in ("token", "stamp")}
    clock.shift(5)
    before = rows(db)
    sent |= {"problem": "问题", "suggestion": "建议", "naming": "anonymous", "name": "欧阳女士", "contact": "13800138000", "photos": (BytesIO(scene.photo()), "a.jpg")}
    assert client.post("/suggest", data=sent, headers={"User-Agent": AGENT}, content_type="multipart/form-data").status_code == 303
    assert changed(db, before) == TOUCHED
    assert db.query(StoredFile).count() == 0
    made = db.query(Proposal).one()
    assert (made.customer_name, made.customer_contact, made.author_id, made.tickets, made.survey_id) == ("", "", None, [], None)


def test_a_refused_one_is_not_kept_either(client, author, db):
    cast.signed_in(client, author)
    before = rows(db)
    assert send(client, suggestion="").status_code == 422
    assert changed(db, before) == set()


def test_no_log_line_names_person_words_or_device(client, author, db, said, monkeypatch):  # noqa: F811
    """Neither of one that was taken in, nor of one that was refused, nor of one that broke something."""
    cast.signed_in(client, author)
    send(client)
    send(client, suggestion="", token="m" * 34)
    monkeypatch.setattr(similar, "remember", lambda proposal: 1 / 0)
    assert send(client, token="n" * 34).status_code == 500
    assert "ZeroDivisionError" in said()
    for trace in (*TRACES, "改班", "公布排班", "k" * 34, "m" * 34, "n" * 34, author.username):
        assert trace not in said()


def test_exports_say_anonymous_and_the_day_whoever_asks(client, author, db):
    actions.submit("", "主管改班", "提前公布", by=author, naming=Naming.ANONYMOUS)
    actions.submit("", "名字给评审", "提前公布", by=author, naming=Naming.REVIEWERS)
    db.commit()
    seen = {}
    for who in (cast.analyst(), cast.supervisor()):
        cast.signed_in(client, who)
        table = list(csv.reader(StringIO(client.post("/proposals/export/csv").get_data().decode("utf-8-sig"))))
        sheet = openpyxl.load_workbook(BytesIO(client.post("/proposals/export/xlsx").get_data())).active
        assert [line[6] for line in sheet.iter_rows(values_only=True)] == [line[6] for line in table]
        assert [line[9] for line in sheet.iter_rows(values_only=True)] == [line[9] for line in table]
        assert {line[9] for line in table[1:]} == {"2026-11-18"}
        seen[who.name] = sorted(line[6] for line in table[1:])
    assert seen == {"何川": ["仅评审人可见", "匿名"], "许静": ["匿名", "欧阳娜娜"]}


def test_no_search_by_the_name_finds_it(browser, author, db):
    actions.submit("", "主管改班", "提前公布", by=author, naming=Naming.ANONYMOUS)
    actions.submit("", "名字给评审", "提前公布", by=author, naming=Naming.REVIEWERS)
    for who in (cast.agent(), cast.supervisor()):
        cast.signed_in(browser.client, who)
        for name in ("欧阳", "欧阳娜娜", author.username):
            assert not browser.visit(f"/proposals/?look=list&q={name}").all("a.line-title")
            assert not [a for a in browser.visit(f"/search?q={name}").all("main a") if (a.get("href") or "").startswith("/proposals/")]


def test_what_is_told_names_nobody_and_nothing_is_sent(client, author, db, clock):
    boss = cast.supervisor()
    send(client)
    hidden = db.query(Proposal).one()
    actions.decide(hidden, "decline", "不行", by=boss)
    client.post(f"/suggest/{hidden.token}/appeal", data={"words": "再看看"})
    actions.comment(hidden, "好的", by=boss, to_author=True)
    clock.shift(2 * 86_400)
    jobs.look_after()
    assert db.query(OutMessage).count() == 0
    told = [f"{n.words} {n.data}" for n in db.query(Notice).filter(Notice.url == f"/proposals/{hidden.id}")]
    assert told and not any(trace in words for words in told for trace in TRACES)


def test_the_audit_trail_shows_an_anonymous_day(browser, author, db):
    """Of the two, only the one with a name has actor and time of day."""
    for naming in (Naming.NAMED, Naming.ANONYMOUS):
        actions.submit("", "主管改班", "提前公布", by=author, naming=naming)
    db.commit()
    named, hidden = sorted(db.query(Activity).filter_by(verb="proposal.submitted"), key=lambda row: row.id < 0)
    assert (named.actor_id, hidden.actor_id, hidden.actor_name, hidden.address) == (author.id, None, "", None)
    assert (hidden.at.hour, hidden.at.minute, hidden.at.second) == (0, 0, 0)
    cast.signed_in(browser.client, cast.administrator())
    lines = [line for line in browser.visit("/admin/audit").all("tbody tr") if hidden.data and str(db.query(Proposal).filter_by(author_id=None).one().number) in line.text_content()]
    assert not any("欧阳" in line.text_content() for line in lines)


def test_points_do_not_tell_whom_only_reviewers_know(browser, author, db):
    actions.submit("", "主管改班", "提前公布", by=author, naming=Naming.REVIEWERS)
    actions.submit("", "主管改班", "提前公布", by=author, naming=Naming.ANONYMOUS)
    db.commit()
    seen = {}
    for who in (cast.agent(), author, cast.supervisor()):
        cast.signed_in(browser.client, who)
        page = browser.visit("/proposals/boards")
        seen[who.name] = [row.text_content() for row in page.all("tbody tr") if "欧阳" in row.text_content()]
    assert [len(found) for found in seen.values()] == [0, 1, 1]


def test_rows_do_not_lie_where_they_were_written(client, author, db):
    """A dump of PostgreSQL keeps the order of the files. Laid anew, they lie behind whatever has a time, in an order drawn by lot."""
    for n in range(4):
        actions.submit("", f"署名{n}", "提前公布", by=author)
        send(client, token=f"{n}" * 34)
    db.commit()
    before, hidden = rows(db), {p.id for p in db.query(Proposal).filter_by(naming=Naming.ANONYMOUS)}
    orders = set()
    for _n in range(4):
        jobs.hide_order()
        assert rows(db) == before
        assert set(db.scalars(search.matches("proposal", "改班"))) == hidden
        orders |= {tuple(found) for found in lying_behind(db, hidden)}
    assert is_sqlite() or len(orders) > 4  # of 24; on SQLite a row's place is its key, which is drawn by lot already


def lying_behind(db, hidden: set[int]):
    """Of each table the hidden ones in the order of the file; none with a time may come after one of them."""
    tables = {"activity": "subject_id", "proposal": "id", "search_entry": "record_id", "proposal_token": "proposal_id"}
    for table, column in tables.items() if not is_sqlite() else ():
        lie = [number for (number,) in db.execute(text(f"SELECT {column} FROM {table} ORDER BY ctid"))]
        first = min(n for n, number in enumerate(lie) if number in hidden)
        assert set(lie[first:]) == hidden, table
        yield dict.fromkeys(lie[first:])


def test_a_backup_holds_no_trace(place):  # noqa: F811
    """On SQLite the file is the database itself, free pages and all; on PostgreSQL tables in the order of their keys."""
    with place("origin") as origin:
        upgrade(directory=str(ROOT / "migrations"))
        with unit_of_work():
            make.catalogue()
        client = origin.app.test_client()
        client.environ_base |= {"HTTP_SEC_FETCH_SITE": "same-origin"}
        assert send(client).status_code == 303
        folder = origin.app.config["INSTANCE"]
        backup.make(Path(folder) / "backup")
        held = b"".join(p.read_bytes() for p in sorted((Path(folder) / "backup").rglob("*")) if p.is_file())
    assert WORDS["problem"].encode() in held
    for trace in ("SecretPhone", "abcdefgh12345678", "127.0.0.1"):
        assert trace.encode() not in held


def dumped(db) -> list[str]:
    """The database as its own tool writes it, table by table in the order of the files."""
    db.expire_all()
    connection = db.connection().connection.driver_connection
    if is_sqlite():
        return [line for line in connection.iterdump() if '"search_fts' not in line]  # which follows from search_entry
    lines = []
    for table in database.metadata.sorted_tables:
        with connection.cursor().copy(f'COPY "{table.name}" TO STDOUT') as copy:
            lines += [f"{table.name}: {line}" for line in b"".join(copy).decode().splitlines()]
    return lines


def gained_by(one, db, token: str) -> list[str]:
    """What an anonymous proposal adds to a dump, without what is drawn by lot."""
    before = dumped(db)
    assert send(one, token=token * 34).status_code == 303
    after = dumped(db)
    assert set(before) <= set(after)  # nothing that was there has changed
    return sorted(re.sub(rf"{token}{{9,}}|" r"-?\d{5,}|[Pp]\d{4}[- ,]\w{4}|[\w-]{20,}|\\\\x[0-9a-f]+|[Xx]'[0-9A-Fa-f]+'", "?", line) for line in set(after) - set(before))


def test_a_dump_taken_at_once_does_not_tell_which_colleague_wrote(client, app, author, db, clock):
    """Two have just read the form. Whoever of them sends it, the dump gains the same."""
    other = app.test_client()
    other.environ_base |= {"HTTP_SEC_FETCH_SITE": "same-origin"}
    for one, person in ((client, author), (other, cast.agent("司马相如"))):
        cast.signed_in(one, person)
        clock.shift(600)
        one.get("/proposals/new")
    first, second = gained_by(client, db, "a"), gained_by(other, db, "b")
    assert first == second and any(WORDS["problem"] in line for line in first)


@pytest.mark.parametrize("setting,value,names", [
    ("log_statement", "all", ["log_statement"]), ("log_statement", "ddl", []), ("log_min_duration_statement", "250", ["log_min_duration_statement"]),
    ("log_parameter_max_length", "0", []),
])
def test_a_database_that_writes_words_into_its_log_is_pointed_out(app, db, said, setting, value, names):  # noqa: F811
    """Its log is the operator's: the portal can only say so."""
    assert shuffling.written_down() == []
    if not is_sqlite():
        db.execute(text(f"SET LOCAL {setting} = '{value}'"))
    jobs.warn_of_written_words()
    assert ("database_writes_words" in said()) == bool(names and not is_sqlite())
    assert shuffling.written_down() == ([] if is_sqlite() else names)


def test_the_order_is_hidden_every_five_minutes():
    assert ("hide_order", 300, "portal.proposals.jobs:hide_order") in SCHEDULE
