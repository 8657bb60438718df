"""A technician's time is given out once, whoever asks and however quickly; the second is told who was first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.core import clock as wall
from portal.core.forms import new_key
from portal.visits import actions, booking, planning
from portal.visits.booking import Taken
from portal.visits.models import BookedQuarter, Visit, VisitStatus
from tests import cast, make
from tests.visits.scene import leak, take_to

HOUR = timedelta(hours=1)


def held(db, visit) -> int:
    return db.scalar(select(func.count()).where(BookedQuarter.visit_id == visit.id))


def test_a_visit_takes_each_quarter_hour_of_its_window(app, db, clock):
    assert held(db, leak().visit) == 6


@pytest.mark.parametrize("status", [VisitStatus.DECLINED, VisitStatus.CANCELLED, VisitStatus.DONE, VisitStatus.NO_ACCESS])
def test_a_visit_that_ends_frees_its_time(app, db, clock, status):
    assert held(db, leak(status).visit) == 0


def test_moving_frees_the_old_time_and_takes_the_new(app, db, clock):
    scene = leak()
    old, start = scene.visit.starts_at, scene.visit.starts_at + 4 * HOUR
    actions.move(scene.visit, scene.technician, start, start + HOUR, by=scene.agent)
    assert held(db, scene.visit) == 4
    make.visit(make.ticket(), scene.technician, old, by=scene.agent)


def test_a_visit_shorter_than_a_quarter_hour_is_refused(app, clock):
    scene = leak(None)
    start = wall.now() + HOUR
    with pytest.raises(planning.BadWindow) as refused:
        actions.plan(scene.ticket, scene.technician, start, start + timedelta(minutes=10), by=scene.agent)
    assert refused.value.field == "end"


def test_the_database_refuses_the_second_booking_of_a_quarter_hour_and_says_who_was_first(app, db, clock, chinese, monkeypatch):
    """Even where nobody looked before: the check that comes first is taken away here."""
    scene = leak()
    monkeypatch.setattr(planning, "_refuse_overlap", lambda *_all: None)
    with pytest.raises(Taken) as refused:
        actions.plan(make.ticket(), scene.technician, scene.visit.starts_at + HOUR, scene.visit.ends_at + HOUR, by=cast.agent("周敏"))
    assert refused.value.other is scene.visit
    assert "林晓 今天 10:00 派的" in str(refused.value.sentence)


def test_windows_that_touch_share_no_quarter_hour(app, clock):
    start = wall.now()
    for minutes in range(15, 60, 5):
        end = start + timedelta(minutes=minutes)
        assert set(booking.quarters(start, end)) & set(booking.quarters(end, end + HOUR)) == set()


def test_of_many_dispatchers_who_book_the_same_time_one_wins_and_the_others_are_told(app, db):
    """A race on each database: eight people, one technician, one hour."""
    technician, start = cast.technician(), wall.now() + timedelta(days=1)
    racers = [(cast.signed_in(app.test_client(), cast.agent(f"林{n}")), make.ticket()) for n in range(8)]
    local = wall.local(start)
    window = {"technician": technician.id, "day": f"{local:%Y-%m-%d}", "start": "10:00", "end": "11:00", "bring": ""}
    db.commit()

    def book(racer) -> tuple[int, str]:
        client, ticket = racer
        answer = client.post("/visits/new", data={**window, "ticket": ticket.id, "key": new_key()})
        return answer.status_code, answer.get_data(as_text=True)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(book, racers))

    assert sorted(status for status, _text in answers) == [303] + [422] * 7
    assert db.scalar(select(func.count()).select_from(Visit)) == 1
    assert all("派的" in text for status, text in answers if status == 422)


def test_a_finished_visit_lets_the_technician_be_sent_elsewhere(app, db, clock):
    scene = leak()
    take_to(scene.visit, VisitStatus.DONE)
    make.visit(make.ticket(), scene.technician, scene.visit.starts_at, by=scene.agent)
