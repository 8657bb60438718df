"""Working time around weekends, nights, holidays and make-up workdays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.calendars import statutory
from portal.calendars.seeds import OFFICE
from portal.calendars.working import Day, Working

SHANGHAI, HOUR = ZoneInfo("Asia/Shanghai"), timedelta(hours=1)
TEN_TO_SIX = Working([[[600, 1080]]] * 5 + [[], []], SHANGHAI, holidays=True)


def at(month, day, hour, minute=0, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def test_two_hours_from_friday_evening_end_on_monday_morning():
    due = TEN_TO_SIX.after(at(11, 20, 17, 20), HOUR)
    assert due.astimezone(SHANGHAI) == at(11, 23, 10, 20)


def test_a_limit_that_ends_with_the_day_is_due_at_closing_time():
    assert TEN_TO_SIX.after(at(11, 20, 17), HOUR) == at(11, 20, 18)


def test_a_make_up_saturday_is_worked_and_the_holiday_before_it_is_not():
    assert TEN_TO_SIX.between(at(9, 30, 18), at(10, 8, 10)) == timedelta(0)
    assert TEN_TO_SIX.between(at(10, 9, 18), at(10, 12, 10)) == 8 * HOUR  # Saturday the 10th


def test_what_is_entered_wins_over_week_and_holidays():
    days = {date(2026, 11, 23): Day((), "holiday", ("公司年会", "")), date(2026, 11, 22): Day(((540, 600),), "make_up")}
    working = Working(OFFICE, SHANGHAI, True, days)
    assert working.after(at(11, 20, 18), 2 * HOUR) == at(11, 24, 10)


def test_the_pieces_say_why_time_does_not_count():
    found = [(p.why, p.note[1], (p.end - p.start) / HOUR) for p in TEN_TO_SIX.pieces(at(9, 30, 17), at(10, 8, 11))]
    assert found == [("work", "", 1), ("night", "", 6), ("holiday", "National Day", 7 * 24), ("night", "", 10), ("work", "", 1)]


def test_opening_time_is_now_while_open_and_the_next_morning_else():
    assert TEN_TO_SIX.opens(at(11, 20, 11)) == at(11, 20, 11)
    assert TEN_TO_SIX.opens(at(11, 20, 18)) == at(11, 23, 10)


def test_summer_time_gives_and_takes_an_hour_of_the_night_only():
    berlin = Working([[[540, 1080]]] * 7, ZoneInfo("Europe/Berlin"))
    start = datetime(2026, 3, 28, 16, tzinfo=ZoneInfo("Europe/Berlin"))  # the clocks go forward in the night
    assert berlin.after(start, 3 * HOUR).astimezone(UTC) == datetime(2026, 3, 29, 8, tzinfo=UTC)


@pytest.mark.parametrize("year, off, worked", [
    (2025, [(1, 28), (2, 4), (10, 8)], [(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)]),
    (2026, [(1, 3), (2, 15), (2, 23), (4, 4), (5, 5), (6, 21), (9, 27), (10, 7)], [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]),
])
def test_the_announced_days_are_those_of_the_state_council(year, off, worked):
    known = statutory.of(year)
    assert all(date(year, *day) in known.off for day in off)
    assert known.worked == {date(year, *day) for day in worked}


def test_a_year_whose_make_up_days_are_not_announced_is_not_complete():
    assert (statutory.of(2026).complete, statutory.of(2031).complete) == (True, False)
