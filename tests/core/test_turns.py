"""Writers take turns: nobody is told that somebody else was quicker where both only add something."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from portal.core.activity import Activity
from portal.core.forms import new_key
from tests import cast, make


def test_notes_written_at_the_same_moment_are_all_kept(app, db):
    ticket = make.ticket()
    writers = [cast.signed_in(app.test_client(), cast.agent()) for _n in range(4)]
    path = f"/tickets/{ticket.id}/reply"
    db.commit()

    def write(client) -> list[int]:
        return [client.post(path, data={"key": new_key(), "mode": "internal", "words": "已联系", "then": ""}).status_code for _n in range(5)]

    with ThreadPoolExecutor(4) as pool:
        answers = [status for found in pool.map(write, writers) for status in found]
    assert answers == [303] * 20
    assert db.scalar(select(func.count()).where(Activity.verb == "ticket.noted")) == 20


def test_a_reader_does_not_wait_for_a_writer(app, db):
    reader = cast.signed_in(app.test_client(), cast.agent())
    ticket = make.ticket()
    db.commit()
    make.ticket()  # the test now holds the turn
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: reader.get(f"/tickets/{ticket.id}").status_code).result(timeout=10) == 200
