"""A company with something of everything, everybody signed in, and every door."""

import pytest

from tests import cast, world
from tests.trust import doors as doors_

ENOUGH = ("PUBLIC_POSTS_ADDRESS", "PUBLIC_POSTS_PHONE", "PHONE_SEARCHES", "REVEALS", "SIGN_IN_TRIES_ADDRESS")


@pytest.fixture
def company(app):
    app.config.update(dict.fromkeys(ENOUGH, 1_000_000))
    return world.build()


@pytest.fixture
def clients(app, company):
    """Role → signed-in client; None → a client that is not."""
    found = {role: cast.signed_in(app.test_client(), person) for role, person in company.people.items()}
    world.own_sessions(company)
    return {**found, None: app.test_client()}


@pytest.fixture
def doors(app, company, clients):
    return doors_.doors(app, company)


@pytest.fixture
def forms(app, clients, doors):
    return doors_.forms(app, clients, doors)
