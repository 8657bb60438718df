"""Foreign hosts, foreign pages, and addresses that only look."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts import actions
from portal.accounts.models import Person, SignedInSession
from portal.core.activity import Activity
from portal.core.db import db as database
from tests import cast

FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "none", "Origin": "https://evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"}, {"Origin": "file://localhost"}, {},
]


def plain(app, client=None):
    """A browser that sends exactly the headers it is given; with the other one's sign-in."""
    made = FlaskClient(app, app.response_class)
    if client is not None:
        made.set_cookie("signed-in", client.get_cookie("signed-in").value)
    return made


@pytest.fixture
def lin(db):
    return cast.agent(username="linxiao", password=cast.PASSWORD)


@pytest.mark.parametrize("headers", FOREIGN)
def test_posts_from_other_pages_are_refused_and_write_nothing(client, db, lin, headers):
    cast.signed_in(client, lin)
    stranger = plain(client.application, client)
    db.commit()
    for path, data in (("/me/preferences", {"language": "en", "theme": "dark"}), ("/sign-out", {}), ("/sign-in", {"username": "linxiao", "password": cast.PASSWORD})):
        assert stranger.post(path, data=data, headers=headers).status_code == 403, path
    db.expire_all()
    assert db.get(Person, lin.id).theme.value == "auto"
    assert db.scalar(select(func.count()).where(SignedInSession.ended_at.is_(None))) == 1


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "none", "Origin": "http://localhost"}])
def test_posts_from_our_own_pages_are_taken(client, lin, headers):
    answer = plain(client.application).post("/sign-in", data={"username": "nobody", "password": "wrong"}, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "evil.example:80", ""])
def test_a_foreign_host_is_refused(client, lin, host):
    answer = client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400 and "evil" not in answer.get_data(as_text=True)


def test_forwarded_headers_of_anybody_are_not_believed(client, db, lin):
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6", "Forwarded": "host=evil.example;for=6.6.6.6"}
    page = client.get("/sign-in", headers=forged)
    assert page.status_code == 200 and "evil" not in page.get_data(as_text=True)
    client.post("/sign-in", data={"username": "linxiao", "password": cast.PASSWORD}, headers=forged)
    assert db.scalars(select(SignedInSession.address)).one() == "127.0.0.1"
    assert db.scalars(select(Activity.address)).one() == "127.0.0.1"


def test_a_one_time_link_always_uses_the_configured_address(app, client, db, lin):
    cast.signed_in(client, cast.administrator())
    page = client.post(f"/admin/people/{lin.id}/reset-link", headers={"X-Forwarded-Host": "evil.example"})
    assert f"{app.config['PUBLIC_BASE']}/reset/" in page.get_data(as_text=True)


def test_looking_writes_nothing(app, client, db, lin):
    boss = cast.person(cast.Role.ADMINISTRATOR, cast.Role.AGENT)
    cast.signed_in(client, boss)
    token = actions.make_reset_link(lin, by=boss)
    db.commit()
    before = _everything(db)
    for path in ("/", "/me", "/sign-in", f"/reset/{token}", "/set-up", "/admin/", "/admin/people/", f"/admin/people/{lin.id}", "/admin/people/new",
                 "/admin/teams/", "/admin/teams/new", "/admin/areas/new", "/admin/access", "/admin/audit"):
        assert client.get(path).status_code in (200, 303), path
    for path in ("/sign-out", "/language?language=en", "/role?role=agent", f"/admin/people/{lin.id}/disable", f"/admin/people/{lin.id}/reset-link", "/me/sessions/end-others"):
        assert client.get(path).status_code in (404, 405), path
    assert _everything(db) == before


def _everything(db):
    return {t.name: [tuple(r) for r in db.execute(select(t))] for t in database.metadata.sorted_tables if t.name != "search_fts"}


@pytest.mark.parametrize("path", ["/", "/me", "/admin/", "/admin/people/", "/admin/people/1", "/admin/teams/", "/admin/access", "/admin/audit"])
def test_pages_with_people_are_kept_by_no_cache(client, db, lin, path):
    cast.signed_in(client, cast.administrator())
    for somebody in (client, client.application.test_client()):
        answer = somebody.get(path)
        assert answer.headers["Cache-Control"] == "no-store" and "Cookie" in answer.headers["Vary"]
