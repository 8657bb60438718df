"""The time that the customer wants is what the planner is offered, as long as it is still to come."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from portal.core import clock as wall
from portal.core.access import customer_actor
from portal.visits import answering, planning, wishes
from tests import make
from tests.visits.scene import leak


def asked(words: str, at: time = time(10), days: int = 0) -> str:
    """What is offered at this hour, `days` after these words were written down on Wednesday, 18 November 2026."""
    today = wall.today()
    found = wishes.start_of(words, wall.now(), planning.earliest(wall.moment(today + timedelta(days=days), at)))
    return f"{found:%d %H:%M}" if found else ""


@pytest.mark.parametrize("words,start", [
    ("明天上午", "19 08:00"), ("今天下午", "18 14:00"), ("11 月 21 日 周六下午", "21 14:00"), ("后天", "20 08:00"), ("周六上午", "21 08:00"),
    ("下周三 9:30", "25 09:30"), ("下午三点后", "18 15:00"), ("今天 16:00 以后", "18 16:00"), ("明天晚上七点半", "19 19:30"), ("早上", "18 10:30"),
    ("Tomorrow morning", "19 08:00"), ("Sat 21 Nov afternoon", "21 14:00"), ("friday 3 pm", "20 15:00"), ("2026-11-20", "20 08:00"),
    ("今天上午", "18 10:30"), ("尽快", ""), ("", ""), ("11 月 31 日", ""), ("随时，提前打电话", ""), ("99:99", ""),
])
def test_a_wished_time_is_read_from_the_words(app, clock, words, start):
    assert asked(words) == start


def test_tomorrow_counts_from_the_day_on_which_it_was_said(app, clock):
    assert asked("明天下午", days=1) == "19 14:00"
    assert asked("明天下午", at=time(15, 10), days=1) == "19 15:30"  # the afternoon has begun
    assert asked("明天下午三点", at=time(15, 10), days=1) == ""
    assert asked("明天下午", days=2) == ""


def test_an_empty_plan_offers_the_wished_time_else_the_next_half_hour(app, db, clock):
    found = planning.proposal(make.ticket(preferred="明天下午"))
    assert (found["day"] - wall.today(), found["start"], found["end"]) == (timedelta(days=1), time(14), time(15, 30))
    assert planning.proposal(make.ticket(preferred="尽快"))["start"] == time(10, 30)
    assert planning.proposal(make.ticket(preferred="今天 23:30"))["start"] == time(10, 30)


def test_a_visit_that_is_moved_is_offered_at_the_time_that_the_customer_asked_for(app, db, clock):
    visit = leak().visit
    assert planning.asked_for(visit) == {}
    answering.ask_other_time(visit, "11 月 20 日 周五上午", by=customer_actor("周先生"))
    found = planning.asked_for(visit)
    assert (found["day"].day, found["start"], found["end"]) == (20, time(8), time(9, 30))
