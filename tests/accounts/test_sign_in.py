"""Coming in and going out: one answer for every wrong try, counted tries, sessions that end on the server."""

import lxml.html
import pytest
from sqlalchemy import func, select

from portal.accounts import passwords, sessions
from portal.accounts.models import Person, SignedInSession
from portal.core.activity import Activity
from tests import cast
from tests.inspection import words

WRONG = "four loud bamboo poles"


@pytest.fixture
def lin(db):
    return cast.agent(username="linxiao", phone="+8613300004471", password=cast.PASSWORD)


def sign_in(client, username, password=cast.PASSWORD, **fields):
    return client.post("/sign-in", data={"username": username, "password": password, **fields})


def open_sessions(db, person):
    return db.scalar(select(func.count()).where(SignedInSession.person_id == person.id, SignedInSession.ended_at.is_(None)))


@pytest.mark.parametrize("typed", ["linxiao", " LinXiao ", "13300004471", "133 0000 4471", "+86 133-0000-4471", "１３３００００４４７１"])
def test_staff_number_and_phone_number_both_sign_in(client, lin, typed):
    answer = sign_in(client, typed)
    assert answer.status_code == 303 and answer.headers["Location"] == "/tickets/"


def test_each_role_lands_on_the_page_of_the_role_used_last(client, db):
    pages = {
        cast.Role.AGENT: "/tickets/", cast.Role.TECHNICIAN: "/visits/today", cast.Role.SUPERVISOR: "/dashboard",
        cast.Role.ANALYST: "/dashboard", cast.Role.ADMINISTRATOR: "/admin/",
    }
    for role, page in pages.items():
        person = cast.person(role, password=cast.PASSWORD)
        assert sign_in(client, person.username).headers["Location"] == page


def test_wrong_password_and_unknown_name_get_the_same_answer_and_the_same_work(app, client, lin, monkeypatch):
    verified = []
    hasher, gate, nobody = passwords._tools()
    monkeypatch.setitem(app.extensions, "passwords", (Watched(hasher, verified), gate, nobody))
    answers = [sign_in(client, name, WRONG) for name in ("linxiao", "nobody", "13999999999")]
    assert {a.status_code for a in answers} == {422}
    assert len({words(lxml.html.document_fromstring(a.get_data(as_text=True))) for a in answers}) == 1
    assert len(verified) == 3


class Watched:
    """A hasher that remembers each verification."""

    def __init__(self, hasher, seen):
        self.hasher, self.seen = hasher, seen

    def verify(self, stored, password):
        self.seen.append(stored)
        return self.hasher.verify(stored, password)


def test_what_was_typed_stays_and_the_password_does_not(client, lin):
    body = sign_in(client, "linxiao", WRONG).get_data(as_text=True)
    assert 'value="linxiao"' in body and WRONG not in body


def test_twelve_wrong_passwords_slow_the_name_down_even_with_the_right_one(app, client, lin):
    statuses = [sign_in(client, "linxiao", WRONG).status_code for _ in range(12)]
    assert statuses == [422] * app.config["SIGN_IN_TRIES"] + [429] * (12 - app.config["SIGN_IN_TRIES"])
    assert sign_in(client, "linxiao").status_code == 429


def test_many_names_from_one_address_slow_the_address_down(app, client, lin):
    app.config["SIGN_IN_TRIES_ADDRESS"] = 5
    for n in range(5):
        assert sign_in(client, f"guess{n}", WRONG).status_code == 422
    assert sign_in(client, "linxiao").status_code == 429


def test_slowing_down_survives_a_restart_and_ends_after_its_window(app, client, clock, lin):
    for _ in range(app.config["SIGN_IN_TRIES"]):
        sign_in(client, "linxiao", WRONG)
    assert sign_in(app.test_client(), "linxiao").status_code == 429
    clock.shift(60 * app.config["SIGN_IN_WINDOW_MINUTES"] + 1)
    assert sign_in(client, "linxiao").status_code == 303


def test_strangers_cannot_lock_somebody_out_of_a_device_that_is_known(app, client, lin):
    sign_in(client, "linxiao")
    stranger = app.test_client()
    for _ in range(app.config["SIGN_IN_TRIES"] + 2):
        sign_in(stranger, "linxiao", WRONG)
    assert sign_in(stranger, "linxiao").status_code == 429
    assert sign_in(client, "linxiao").status_code == 303


def test_a_disabled_person_is_answered_like_an_unknown_one(client, db, lin):
    lin.active = False
    db.commit()
    answer = sign_in(client, "linxiao")
    assert answer.status_code == 422 and "对不上" in answer.get_data(as_text=True)


def test_a_person_without_a_password_cannot_come_in(client, db):
    cast.agent(username="fresh")
    assert sign_in(client, "fresh", "").status_code == 422
    assert sign_in(client, "fresh", "nobody has this password").status_code == 422


def test_signing_in_makes_a_new_session_and_ends_the_one_that_was_brought_along(client, db, lin):
    sign_in(client, "linxiao")
    first = client.get_cookie("signed-in").value
    sign_in(client, "linxiao")
    assert client.get_cookie("signed-in").value != first
    assert open_sessions(db, lin) == 1
    assert db.scalars(select(SignedInSession.token_hash)).all().count(first) == 0  # only hashes are kept


def test_signing_in_and_out_is_on_the_audit_trail(client, db, lin):
    sign_in(client, "linxiao")
    client.post("/sign-out")
    rows = db.execute(select(Activity.verb, Activity.audience).where(Activity.actor_id == lin.id)).all()
    assert [(v, a.value) for v, a in rows] == [("person.signed_in", "audit"), ("person.signed_out", "audit")]


def test_after_sign_out_the_cookie_of_before_is_worth_nothing_and_back_shows_nothing(client, lin):
    sign_in(client, "linxiao")
    stolen = client.get_cookie("signed-in").value
    page = client.get("/me")
    assert page.headers["Cache-Control"] == "no-store"
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache"' and client.get_cookie("signed-in") is None
    client.set_cookie("signed-in", stolen)
    again = client.get("/me")
    assert again.status_code == 303 and "/sign-in" in again.headers["Location"]


def test_a_session_ends_when_idle_and_at_the_latest_after_its_whole_time(app, client, clock, lin):
    sign_in(client, "linxiao")
    clock.shift(60 * app.config["SESSION_IDLE_MINUTES"] + 1)
    assert client.get("/me").status_code == 303
    sign_in(client, "linxiao")
    for _ in range(app.config["SESSION_MAX_HOURS"]):
        clock.shift(3600)
        client.get("/me")
    assert client.get("/me").status_code == 303


def test_the_cookie_is_closed_to_scripts_and_other_sites(client, lin):
    cookies = sign_in(client, "linxiao").headers.getlist("Set-Cookie")
    session = next(c for c in cookies if c.startswith("signed-in="))
    assert "HttpOnly" in session and "SameSite=Lax" in session and "Path=/" in session


def test_the_page_leads_on_to_where_somebody_wanted_to_go(browser, lin):
    browser.visit("/me")
    assert browser.page.path.startswith("/sign-in?next=")
    page = browser.press("登录", username="linxiao", password=cast.PASSWORD)
    assert page.path == "/me"


@pytest.mark.parametrize("target", [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example/", "/\t/evil.example", "\t//evil.example",
    "javascript:alert(1)", "/%0d%0aevil", "/x\r\nSet-Cookie: a=b", "evil.example", "///evil.example", "/\x00/evil",
])
def test_next_leads_nowhere_but_here(client, lin, target):
    answer = sign_in(client, "linxiao", next=target)
    assert answer.headers["Location"] in ("/tickets/", "/%0d%0aevil")
    other = client.post("/language", data={"language": "en", "next": target})
    assert other.headers["Location"] in ("/", "/%0d%0aevil")


def test_extra_fields_change_nothing(client, db, lin):
    sign_in(client, "linxiao", role="administrator", active="0", company_wide="1", id="1", created_at="2000-01-01")
    client.post("/me/preferences", data={"language": "en", "theme": "dark", "keys_on": "y", "role": "administrator", "last_role": "administrator",
                                         "company_wide": "1", "username": "root", "name": "Root", "password_hash": "x", "active": ""})
    client.post("/role", data={"role": "administrator", "roles": "administrator"})
    person = db.get(Person, lin.id)
    assert (person.username, person.name, person.company_wide, person.active, person.last_role.value) == ("linxiao", "林晓", False, True, "agent")
    assert {r.value for r in person.roles} == {"agent"} and person.theme == "dark" and person.language == "en"


def test_hostile_words_in_the_form_are_refused_with_a_sentence(client, lin):
    for typed in ("a\x00b", "\u202egnp", "x" * 5000, "' OR 1=1 --", "{{7*191}}"):
        answer = sign_in(client, typed, WRONG)
        assert answer.status_code == 422
        assert "1337" not in answer.get_data(as_text=True)
    assert sign_in(client, "linxiao", "x" * 100_000).status_code == 422


def test_one_argon2_verification_costs_what_it_should(app):
    app.config.pop("PASSWORD_COST")
    app.extensions.pop("passwords")
    stored = passwords.hashed(cast.PASSWORD)
    app.extensions.pop("passwords")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_the_session_of_a_request_is_the_one_of_its_cookie(client, db, lin):
    cast.signed_in(client, lin)
    client.get("/me")
    assert len(sessions.open_of(db.get(Person, lin.id))) == 1
