"""Killing the server at any moment loses nothing that was acknowledged (the long version is `make soak`)."""

import pytest

from tests.databases import new_database
from tests.load.kills import Kills
from tests.load.servers import Place, free_port


@pytest.mark.timeout(600)
def test_nothing_acknowledged_is_lost_or_doubled_when_everything_is_killed(backend, tmp_path, shared, worker_id):
    url = new_database(shared, f"portal_kills_{worker_id}") if backend == "postgresql" else ""
    place = Place(backend, tmp_path, free_port(), url)
    place.prepare(200)
    report = Kills(place, seconds=(0.2, 1.0)).run(2)
    assert report.problems == []
    assert report.rounds == 2
    assert report.acknowledged > 0
