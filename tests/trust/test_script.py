"""T6: hostile words in every stored field, file name and header are words on every page (trust.md)."""

import io

import lxml.html
import pytest
from sqlalchemy import JSON, String, select, update

from portal.core import pages
from portal.core.db import db as database
from portal.notifications.models import OutMessage
from portal.tickets import messages
from tests.public.test_request import photo
from tests.trust.doors import WORKERS

pytestmark = pytest.mark.once

LIVE = "'\"></title></textarea></script><xss-mark onxss=1> onxss=1 {{191*7919}}<script>alert(1)</script>"
CODES = {  # what the portal itself writes: no person's words
    "verb", "actor_kind", "subject_type", "kind", "priority", "customer_class", "hours", "key", "language", "password_hash", "content_type",
    "sha256", "slot", "icon", "tone", "region_code", "regions", "e164", "digits", "last4", "secret", "visit_state", "follow_up_state", "survey_state",
    "rule", "figure", "verdict", "why", "hidden", "url", "address", "effect", "untold", "preferred", "department",
}
TABLES_OF_CODES = {"used_key", "limit_hit", "clock_policy", "search_entry", "option", "macro"}


def poison(db) -> int:
    """Puts LIVE behind the words of every row; says how many columns that were."""
    columns = [
        (table, column) for table in database.metadata.sorted_tables if table.name not in TABLES_OF_CODES
        for column in table.c if column.name not in CODES and not (column.primary_key or column.foreign_keys or column.unique)
    ]
    texts = [(t, c) for t, c in columns if isinstance(c.type, String)]
    for table, column in texts:
        db.execute(update(table).values({column: column + LIVE}))
    for table, column in [(t, c) for t, c in columns if isinstance(c.type, JSON)]:
        for key, value in db.execute(select(*table.primary_key, column).where(column.is_not(None))).all():
            db.execute(update(table).where(next(iter(table.primary_key)) == key).values({column: _poisoned(value)}))
    db.commit()
    return len(texts)


def _poisoned(value):
    """Words in Chinese are somebody's; codes are not."""
    if isinstance(value, dict):
        return {k: _poisoned(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_poisoned(v) for v in value]
    return value + LIVE if isinstance(value, str) and not value.isascii() else value


def alive(body: str) -> list[str]:
    """What of LIVE came to life in a page."""
    found = [sign for sign in ("<xss-mark", "<script>alert", "1512529") if sign in body]
    if "onxss" in body:
        tree = lxml.html.document_fromstring(body)
        found += [f"an attribute of <{e.tag}>" for e in tree.iter() if isinstance(e.tag, str) and "onxss" in e.attrib]
    return found


def test_hostile_words_in_every_stored_field_are_words_on_every_page(clients, doors, db):
    assert poison(db) > 80
    wrong, shown = [], set()
    for door in [d for d in doors if d.opens]:
        for role in [r for r in (*WORKERS, "analyst") if r in door.entry.who]:
            answer = clients[role].get(door.address)
            body = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            if answer.status_code >= 500 and door.endpoint != "readyz" or alive(body):
                wrong.append(f"{role} {door.address}: {answer.status_code} {alive(body)}")
            if "&lt;xss-mark" in body:
                shown.add(door.endpoint)
    assert not wrong, "\n".join(wrong)
    assert len(shown) > 60, f"the walk hardly met the words: {sorted(shown)}"


def test_no_form_gives_hostile_words_back_alive(clients, forms):
    """Refusals with everything typed kept, conflicts with both versions, previews."""
    wrong, met = [], 0
    for form in forms:
        sent = {**dict(form.fields), **dict.fromkeys(form.texts, LIVE), **({"version": "1"} if "version" in dict(form.fields) else {})}
        files = {name: (io.BytesIO(photo()), f"{LIVE}.jpg") for name in form.files}
        answer = clients[form.role].post(form.action, data={**sent, **files}, follow_redirects=True, headers={"User-Agent": LIVE})
        body = answer.get_data().decode("utf-8", "replace")
        met += "&lt;xss-mark" in body
        if answer.status_code >= 500 or (answer.mimetype == "text/html" and alive(body)):
            wrong.append(f"{form}: {answer.status_code} {alive(body)}")
    assert not wrong, "\n".join(wrong)
    assert met > 20


def test_messages_to_customers_carry_no_markup(company, db):
    """Mail leaves as plain text, so that nothing in it can be alive."""
    company.ticket.phone = None
    company.customer.email = "zhou@example.com"
    messages.tell_customer(company.ticket, LIVE)
    sent = db.scalars(select(OutMessage).order_by(OutMessage.id.desc())).first()
    assert sent is not None and "<html" not in sent.body.lower()


def test_the_policy_is_a_second_wall_on_every_answer(clients, doors):
    for door in [d for d in doors if d.opens and d.entry.page][::6]:
        policy = clients[door.entry.who[0]].get(door.address).headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "http" not in policy and "default-src 'none'" in policy and "script-src 'self'" in policy, door.address
    assert "unsafe" not in pages.POLICY + pages.TRUSTED


@pytest.mark.parametrize("path, status", [("/tickets/999999", 404), ("/admin/", 403), ("/%3Cxss-mark%20onxss=1%3E", 404), ("/tickets/?q=%00" + LIVE, None)])
def test_error_pages_repeat_nothing_alive(clients, path, status):
    answer = clients["agent"].get(path, headers={"User-Agent": LIVE, "Referer": f"http://localhost/{LIVE}", "Accept-Language": LIVE, "HX-Current-URL": LIVE})
    assert not alive(answer.get_data(as_text=True)) and answer.status_code < 500
    assert status in (None, answer.status_code)
