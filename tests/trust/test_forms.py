"""T5, T16, T17: every form of the portal with fields that are not its own, with strange input, with injections (trust.md)."""

from itertools import cycle

import pytest
from sqlalchemy import Boolean, Integer, String, func, select

from portal.accounts.models import Person, PersonRole
from portal.core.activity import Activity, Audience
from portal.core.db import db as database
from portal.core.db import LabelType
from portal.tickets.models import Channel, Status, Ticket
from tests import make
from tests.public import story

pytestmark = pytest.mark.once

WORD, NUMBER = "smuggled-in", 777_777
STRANGE = (
    "a\x00b", "\ud800", "\u202eevil", "a\x07b", "9" * 60, "-1", str(2**63), str(2**64 + 1), "1e999", "nan", "0000-01-01", "9999-12-31", "2026-02-30",
    "0000-00-00T00:00", "25:61", "{{191*7919}}", "${191*7919}", "' OR '1'='1", "%_%\\", "a[]", '{"a": [1]}', "١٢٣", "   ", "", "长" * 5000, "\r\nSet-Cookie: a=b",
)
FLAGS = {
    "role": "administrator", "roles": "administrator", "status": "closed", "state": "done", "internal": "", "audience": "public", "active": "",
    "created_at": "2000-01-01T00:00", "at": "2000-01-01T00:00", "approved_by": "1", "company_wide": "1", "is_admin": "1", "priority": "urgent", "channel": "staff",
}


def columns() -> set[str]:
    return {column.name for table in database.metadata.sorted_tables for column in table.c}


def smuggled(own: set[str]) -> dict[str, str]:
    """Fields that the form does not have: every column of the database, as a word or as a number, and the names of powers."""
    return {
        name: FLAGS.get(name) or (str(NUMBER) if name.endswith(("_id", "id", "version", "position", "tries")) else WORD)
        for name in columns() | set(FLAGS) if name not in own | {"key", "token", "k"}
    }


def test_fields_that_a_form_does_not_have_are_ignored(clients, company, forms, db):
    people = {p.id: (p.username, p.name, p.active, p.company_wide, p.password_hash) for p in db.scalars(select(Person))}
    roles = sorted((r.person_id, str(r.role)) for r in db.scalars(select(PersonRole)))
    ends = []
    for form in [f for f in forms if not f.endpoint.startswith("admin.")]:
        own = {name for name, _value in form.fields} | set(form.files)
        ends.append(clients[form.role].post(form.action, data={**smuggled(own), **dict(form.fields)}).status_code)
    assert ends.count(303) > 25, "hardly a form did anything"
    assert not [s for s in ends if s >= 500]
    assert sorted((r.person_id, str(r.role)) for r in db.scalars(select(PersonRole))) == roles
    for row in db.scalars(select(Person)):
        assert (row.username, row.name, row.active, row.company_wide, row.password_hash) == people[row.id]
    assert _found(db) == []


# What a page shows only now and then, and a form rightly takes also without it.
TAKEN = {"draft.text", "notice.words"}


def _found(db) -> list[str]:
    found = []
    for table in database.metadata.sorted_tables:
        for column in table.c:
            wanted = NUMBER if isinstance(column.type, Integer) and not isinstance(column.type, Boolean) else WORD if isinstance(column.type, String) else None
            if wanted is None or isinstance(column.type, LabelType):
                continue
            if db.scalar(select(func.count()).select_from(table).where(column == wanted)):
                found.append(f"{table.name}.{column.name}")
    return sorted(set(found) - TAKEN)


def test_a_customer_makes_nothing_of_a_request_but_a_request(app, company, browser, clock, db):
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["DEFAULT_LANGUAGE"] = "en"
    made = story.send(browser, clock, priority="urgent", channel="staff", owner_id="1", created_at="2000-01-01T00:00", customer_id=str(company.customer.id),
                      number="S0000-0001", solution="done", internal="1", state="closed")
    assert (made.channel, made.status, made.owner_id, made.solution or "") == (Channel.WEB, Status.NEW, None, "")
    assert made.created_at.year >= 2026 and made.customer_id != company.customer.id and made.number != "S0000-0001"


def test_the_customers_words_are_always_public_and_always_the_customers(company, clients, browser, db):
    browser.visit(f"/t/{company.token}")
    key = browser.page.value("key")
    sent = {"key": key, "words": "还有一处", "audience": "internal", "mode": "internal", "actor_id": "1", "actor_name": "林晓", "verb": "ticket.closed", "at": "2000-01-01", "status": "closed"}
    assert clients[None].post(f"/t/{company.token}/words", data=sent).status_code == 303
    row = db.scalars(select(Activity).where(Activity.body == "还有一处")).one()
    assert (row.verb, row.audience, row.actor_kind, row.actor_id) == ("ticket.customer_wrote", Audience.PUBLIC, "customer", None)
    assert row.at.year >= 2026 and db.get(Ticket, company.complaint.id).status is not Status.CLOSED


def test_no_form_breaks_on_strange_input(clients, forms, db):
    """Every field of every form in turn; what is strange in it changes from field to field."""
    wrong, tries, strange = [], 0, cycle(STRANGE)
    for form in forms:
        own = dict(form.fields)
        for name in dict.fromkeys((*own, *form.texts)):
            tries, value = tries + 1, next(strange)
            answer = clients[form.role].post(form.action, data={**own, name: value.encode("utf-8", "surrogatepass")}, follow_redirects=tries % 5 == 0)
            text = answer.text if answer.mimetype == "text/html" else ""
            if answer.status_code >= 500 or "1512529" in text or "Set-Cookie: a=b" in str(answer.headers):
                wrong.append(f"{form}: {name}={value[:20]!r} → {answer.status_code}")
        for name in form.choices:
            tries, answer = tries + 1, clients[form.role].post(form.action, data={**own, name: "   "})
            if answer.status_code >= 500:
                wrong.append(f"{form}: {name} blank → {answer.status_code}")
    assert tries > 200
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("how", [{"json": {"words": "x"}}, {"data": b"\xff\xfe", "content_type": "text/plain"}, {"data": b"--x\r\n", "content_type": "multipart/form-data; boundary=x"},
                                 {"data": b"words=%ff%fe&key=%c3%28"}, {"data": b"[" * 5000, "content_type": "application/json"}, {"data": b"x", "content_type": "multipart/form-data"}])
def test_what_is_no_form_is_no_way_in(app, client, db, doors, clients, how):
    before = db.scalar(select(func.count()).select_from(Activity))
    for path in ("/tickets/new", "/customers/new", "/request/check", "/suggest", "/sign-in", f"/tickets/{db.scalar(select(Ticket.id))}/reply"):
        answer = clients["agent"].post(path, **how)
        assert 400 <= answer.status_code < 500 or path == "/sign-in", (path, answer.status_code)
    assert db.scalar(select(func.count()).select_from(Activity)) == before


def test_injections_find_no_more_than_words(app, clients, company):
    """A condition that is always true lists nothing; a sign that matches everything is a sign."""
    agent = clients["agent"]
    make.ticket(make.customer("赵铁柱"), "百叶窗卡住")
    for words in ("' OR '1'='1", "%", "_", "%%%", "x' UNION SELECT password_hash FROM person --", "*", '"', "NEAR(", "a AND NOT b", "title:*"):
        answer = agent.get("/search", query_string={"q": words})
        assert answer.status_code == 200 and "argon2" not in answer.text and "百叶窗" not in answer.text, words
