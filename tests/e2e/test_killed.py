"""A real portal, killed with -9 and started again while a phone sends: every item once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from portal import create_app
from portal.core.db import db, unit_of_work
from tests.databases import overrides
from tests.e2e import cellar
from tests.e2e.test_cellar import NOISE, PHONE, nudged_until_delivered
from tests.load.servers import Place, free_port

# what a browser says when the server dies between an answer's head and its end
HALF_AN_ANSWER = ("ERR_CONTENT_LENGTH_MISMATCH", "ERR_INCOMPLETE_CHUNKED_ENCODING")


class Killed:
    """The process dies at some of the phone's sendings: after one was stored and before the answer, then, started anew, with one on its way."""

    def __init__(self, place: Place, page):
        self.place, self.page, self.number, self.kills, self.dying = place, page, 0, 0, False
        self.start()
        page.route(cellar.DELIVER, self._handle)

    def start(self) -> None:
        self.server = self.place.start("web")
        self.server.wait("/healthz")
        self.dying = False

    def _handle(self, route):
        if route.request.method != "POST":
            return route.continue_()
        self.number += 1
        if self.dying or self.kills == 2 or self.number < (3, 7)[self.kills]:
            return route.continue_()
        self.dying = True  # until it is started again: other sendings are handled while this one waits
        if self.kills == 0:
            route.fetch()  # stored, and nobody hears of it
            self._kill()
            return route.abort("connectionreset")
        route.continue_()
        return self._kill()

    def _kill(self) -> None:
        assert len(self.server.family()) > 2  # the one that serves
        self.server.kill()
        self.kills += 1


@pytest.mark.timeout(300)
def test_the_server_is_killed_while_the_phone_sends(person, tmp_path, shared):
    place = Place("sqlite", tmp_path, free_port())
    place.flask("db", "upgrade")
    app = create_app(overrides(place.folder, shared, place.url) | {"SECRET_KEY": place.environ["SECRET_KEY"]})
    site = _site(app, f"http://127.0.0.1:{place.port}")
    username, (visit,) = cellar.a_day(site)
    page = person(**PHONE, at=site.url, service_workers="block")
    person.noise += (*NOISE, *HALF_AN_ANSWER)
    killed = Killed(place, page)
    try:
        cellar.known(site, page, username)
        page.goto(f"/visits/{visit}")
        page.context.set_offline(True)
        cellar.quick_visit(page, 1)
        page.context.set_offline(False)
        for kills in (1, 2):
            _until_killed(page, killed, kills)
            killed.start()
        nudged_until_delivered(page)
        assert cellar.wrong_with(site, visit, 2, cellar.BY_SCRIPT) == []
    finally:
        page.close()  # before the server ends: its pictures are still on their way
        killed.server.stop()


def _until_killed(page, killed: Killed, kills: int) -> None:
    def dead() -> bool:
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
        return killed.kills >= kills

    cellar.until(page, dead, lambda: f"{killed.number} sendings, {killed.kills} kills")


def _site(app, url: str):
    from contextlib import contextmanager

    @contextmanager
    def acting():
        with app.app_context(), unit_of_work():
            yield db.session

    return SimpleNamespace(app=app, url=url, acting=acting)
