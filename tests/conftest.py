"""What every test gets: the application on each database, a browser without a screen, a clock."""

from __future__ import annotations

import contextvars
import os
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import time_machine
from flask import globals as flask_globals
from flask.testing import FlaskClient
from hypothesis import settings as examples

from portal.settings import SETTINGS
from portal.translations.build import build as build_translations
from tests.browser import Browser
from tests.databases import BACKENDS, Prepared

WEDNESDAY_MORNING = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai

examples.register_profile("the same each time", derandomize=True)
examples.load_profile("the same each time")

for setting in SETTINGS:
    os.environ.pop(setting.name, None)


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id):
    """A folder that all workers share: assets, the PostgreSQL server."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session", autouse=True)
def _ground(tmp_path_factory):
    os.environ["INSTANCE_DIR"] = str(tmp_path_factory.mktemp("instance"))
    build_translations()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory, shared, worker_id):
    """Backend's name → its database, made when first asked for."""
    made: dict[str, Prepared] = {}

    def get(name: str) -> Prepared:
        if name not in made:
            made[name] = Prepared(name, tmp_path_factory.getbasetemp() / f"{name}-instance", shared, worker_id)
        return made[name]

    return get


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker
        names = BACKENDS[:1] if marked("once") else [n for n in BACKENDS if n == "postgresql"] if marked("postgresql") else BACKENDS
        metafunc.parametrize("backend", names, scope="session")


@pytest.fixture
def app(clock, backend, prepared):
    """The application with an empty database, always at the same hour. An application context is open: call queries and actions directly."""
    from portal.core.db import db, unit_of_work

    place = prepared(backend)
    place.reset()
    app = place.app
    app.config.clear()
    app.config.update(place.config)
    app.test_client_class = Client
    with app.app_context(), suppress(Leaving), unit_of_work():
        yield app
        db.session.rollback()
        raise Leaving


class Leaving(Exception):
    """Ends the test's unit of work without a commit."""


@pytest.fixture
def db(app):
    """The session of the test itself. Committed before each request of a client, read anew after it."""
    from portal.core.db import db

    return db.session


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def browser(app):
    """A browser without a screen: visit, press, swap. Inspects each page it gets."""
    return Browser(app)


@pytest.fixture
def clock():
    """The real clock, settable: `clock.move_to(moment)`, `clock.shift(seconds)`. Starts on a Wednesday at 10:00 in Shanghai, and ticks."""
    with time_machine.travel(WEDNESDAY_MORNING, tick=True) as traveller:
        yield traveller


class Client(FlaskClient):
    """A request sees what the test has done, has an application context of its own, and looks as if it came from our own page."""

    def open(self, *args, **kwargs):
        from portal.core.db import db

        headers = kwargs.get("headers")
        if not args or isinstance(args[0], str):
            kwargs["headers"] = {"Sec-Fetch-Site": "same-origin", **dict(headers or {})}
        if flask_globals._cv_app.get(None) is None:
            return super().open(*args, **kwargs)
        db.session.commit()
        answer = contextvars.copy_context().run(self._open_apart, *args, **kwargs)
        db.session.expire_all()
        return answer

    def _open_apart(self, *args, **kwargs):
        flask_globals._cv_app.set(None)
        return super().open(*args, **kwargs)
