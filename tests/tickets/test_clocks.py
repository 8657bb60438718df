"""Clocks: pauses, remainders, breaches that stay - and the stored result always equals the recomputed one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.models import Impact, Priority, Urgency
from portal.tickets import actions, clocks, promises, seeds
from portal.tickets.clocks import Event, read
from portal.tickets.models import ClockKind, ClockPolicy
from tests import cast, make

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RESOLUTION = ClockKind.RESOLUTION


def events(*rows):
    return [Event(NOON + HOUR * hours, verb) for hours, verb in rows]


def test_a_running_clock_is_due_a_target_after_its_start():
    reading = read(RESOLUTION, 4 * HOUR, events((0, "ticket.created")))
    assert (reading.due_at, reading.met_at) == (NOON + 4 * HOUR, None)


def test_waiting_for_the_customer_does_not_count():
    reading = read(RESOLUTION, 4 * HOUR, events((0, "ticket.created"), (1, "ticket.waiting"), (10, "ticket.resumed")))
    assert (reading.used, reading.due_at) == (HOUR, NOON + 13 * HOUR)


def test_a_paused_clock_is_due_at_no_moment():
    assert read(RESOLUTION, 4 * HOUR, events((0, "ticket.created"), (1, "ticket.waiting"))).due_at is None


def test_reopening_goes_on_with_the_remainder():
    reading = read(RESOLUTION, 4 * HOUR, events((0, "ticket.created"), (3, "ticket.resolved"), (20, "ticket.reopened")))
    assert reading.due_at == NOON + 21 * HOUR


def test_a_breach_stays_a_breach():
    reading = read(RESOLUTION, 2 * HOUR, events((0, "ticket.created"), (5, "ticket.resolved")))
    assert (reading.breached_at, reading.met_at) == (NOON + 2 * HOUR, NOON + 5 * HOUR)


def test_the_result_clock_starts_when_a_visit_ends_and_stops_when_the_customer_is_told():
    reading = read(ClockKind.RESULT, 24 * HOUR, events((0, "ticket.created"), (3, "visit.finished"), (5, "ticket.replied")))
    assert (reading.used, reading.met_at) == (2 * HOUR, NOON + 5 * HOUR)


VERBS = ["ticket.waiting", "ticket.resumed", "ticket.resolved", "ticket.reopened", "ticket.customer_wrote", "ticket.replied", "visit.finished"]


@given(st.lists(st.tuples(st.integers(-120, 600), st.sampled_from(VERBS)), max_size=14), st.integers(1, 5000))
def test_no_history_counts_negative_time_and_spans_add_up(steps, target):
    """Also a wall clock that was moved back between two events."""
    moment, history = NOON, [Event(NOON, "ticket.created")]
    for minutes, verb in steps:
        moment += timedelta(minutes=minutes)
        history.append(Event(moment, verb))
    reading = read(RESOLUTION, timedelta(minutes=target), history)
    counted = sum((s.end - s.start for s in reading.spans if s.name == "counted" and s.end), timedelta(0))
    assert reading.used == counted >= timedelta(0)
    assert reading.due_at is None or reading.since is not None


@given(st.lists(st.tuples(st.integers(0, 600), st.sampled_from(VERBS)), max_size=14), st.integers(1, 5000))
def test_the_clock_agrees_with_a_slow_count_minute_by_minute(steps, target):
    moment, history = NOON, [Event(NOON, "ticket.created")]
    for minutes, verb in steps:
        moment += timedelta(minutes=minutes)
        history.append(Event(moment, verb))
    assert read(RESOLUTION, timedelta(minutes=target), history).used + _open_minutes(history) == timedelta(minutes=_slow(history))


def _slow(history) -> int:
    """Walk minute by minute: running unless waiting or resolved."""
    counted, running, waiting = 0, False, False
    for this, after in zip(history, [*history[1:], history[-1]]):
        if this.verb == "ticket.created" or (this.verb == "ticket.reopened" and not running and not waiting):
            running, waiting = True, False
        elif this.verb == "ticket.waiting" and running:
            running, waiting = False, True
        elif this.verb in ("ticket.resumed", "ticket.customer_wrote") and waiting:
            running, waiting = True, False
        elif this.verb == "ticket.resolved":
            running = waiting = False
        counted += int((after.at - this.at).total_seconds() // 60) if running else 0
    return counted


def _open_minutes(history) -> timedelta:
    """What the clock has not yet put into `used`: it is still running at the last event."""
    reading = read(RESOLUTION, timedelta(days=9999), history)
    return history[-1].at - reading.since if reading.since else timedelta(0)


@pytest.fixture
def policies(app):
    make.catalogue()
    seeds.load()


def test_urgent_tickets_are_answered_within_an_hour_and_all_within_a_day(clock, policies):
    urgent = make.ticket(priority=Priority.URGENT)
    normal = make.ticket(priority=Priority.NORMAL)
    targets = [next(c.target_seconds for c in t.clocks if c.clock is ClockKind.FIRST_RESPONSE) for t in (urgent, normal)]
    assert targets == [3600, 24 * 3600]


def test_another_priority_applies_its_target_to_the_time_already_spent(clock, policies):
    agent, ticket = cast.agent(), make.ticket(priority=Priority.NORMAL)
    start = next(c.since for c in ticket.clocks if c.clock is RESOLUTION)
    clock.shift(3600)
    actions.classify(ticket, by=agent, kind_code="repair", category=None, stage_id=None, urgency=Urgency.DANGER, impact=Impact.HOME)
    assert ticket.priority is Priority.URGENT
    assert next(c.due_at for c in ticket.clocks if c.clock is RESOLUTION) == start + timedelta(hours=4)


def test_the_stored_due_moment_equals_the_recomputed_one(clock, policies):
    agent, ticket = cast.agent(), make.ticket()
    actions.accept(ticket, by=agent)
    actions.wait(ticket, "等客户拍照", by=agent)
    clock.shift(7200)
    actions.resume(ticket, by=agent)
    actions.reply(ticket, "明天上午到", by=agent)
    stored = {c.clock: (c.due_at, c.used_seconds, c.met_at) for c in ticket.clocks}
    clocks.refresh(ticket)
    assert {c.clock: (c.due_at, c.used_seconds, c.met_at) for c in ticket.clocks} == stored
    assert ticket.next_due_at == min(due for due, _used, _met in stored.values() if due)


def test_a_policy_with_a_blank_condition_never_matches(clock, policies):
    ticket = make.ticket(priority=Priority.NORMAL)
    row = ClockPolicy(position=-1, clock=RESOLUTION, kind="", minutes=1, active=True)
    assert promises.promise_of(promises.facts_of(ticket), RESOLUTION, [row]).target == timedelta(minutes=clocks.DEFAULT_MINUTES[RESOLUTION])
