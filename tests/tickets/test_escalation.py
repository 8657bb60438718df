"""Warnings and the ladder: each step once, in working hours, recorded; a breach moves the queue. Changed rules and the nightly proof."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from portal.catalogue.models import Priority
from portal.core import options
from portal.core.activity import Activity
from portal.notifications.models import Notice
from portal.tickets import actions, clocks, jobs, newcomers, queue, seeds
from portal.tickets.models import ClockKind, TicketClock
from tests import cast, make

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = 60


@pytest.fixture
def rules(app, clock):
    make.catalogue()
    seeds.load()


@pytest.fixture
def people(rules):
    """(owner, supervisor of the team, company-wide supervisor, team)"""
    team = cast.team("浦东班组", cast.area())
    return cast.agent(), cast.supervisor("高远", company_wide=False, team=team, leads=True), cast.supervisor("许静"), team


def urgent(people, **values):
    owner, _leader, _boss, team = people
    ticket = make.ticket(priority=Priority.URGENT, owner=owner, **values)
    ticket.team = team
    actions.reply(ticket, "马上安排", by=owner)  # only the resolution runs on: four hours, round the clock
    return ticket


def told(db, ticket) -> list[tuple[str, str]]:
    """(what, names) of the ladder's rows, in order."""
    rows = db.scalars(select(Activity).where(Activity.ticket_id == ticket.id, Activity.verb.like("clock.resolution.%")).order_by(Activity.id))
    return [(r.verb.rpartition(".")[2], (r.data or {}).get("names", "")) for r in rows]


def inbox(db, person) -> int:
    return len(db.scalars(select(Notice).where(Notice.person_id == person.id)).all())


def pass_minutes(clock, db, minutes) -> None:
    clock.shift(minutes * MINUTE)
    db.commit()
    jobs.look_after_clocks()


def test_nobody_is_told_before_four_fifths_of_the_limit(people, clock, db):
    ticket = urgent(people)
    pass_minutes(clock, db, 190)
    assert (told(db, ticket), jobs.look_after_clocks()) == ([], 0)


def test_the_ladder_is_climbed_step_by_step_and_each_step_once(people, clock, db):
    owner, leader, boss, _team = people
    ticket = urgent(people)
    pass_minutes(clock, db, 193)
    assert told(db, ticket) == [("warned", owner.name)]
    pass_minutes(clock, db, 48)
    assert told(db, ticket)[1:] == [("late", ""), ("told", owner.name)]
    pass_minutes(clock, db, 31)
    assert told(db, ticket)[3:] == [("escalated", leader.name)]
    pass_minutes(clock, db, 240)
    assert told(db, ticket)[4:] == [("escalated", boss.name)]
    pass_minutes(clock, db, 6000)
    assert len(told(db, ticket)) == 5
    assert (inbox(db, owner), inbox(db, leader), inbox(db, boss)) == (2, 1, 1)


def test_a_job_that_comes_late_tells_each_person_once(people, clock, db):
    owner, leader, boss, _team = people
    ticket = urgent(people)
    pass_minutes(clock, db, 900)
    assert told(db, ticket) == [("late", ""), ("escalated", "、".join(p.name for p in (owner, leader, boss)))]
    assert jobs.look_after_clocks() == 0
    assert [inbox(db, p) for p in (owner, leader, boss)] == [1, 1, 1]


def test_other_than_urgent_tickets_climb_in_working_hours_only(people, clock, db):
    owner, leader, _boss, team = people
    clock.move_to(datetime(2026, 11, 19, 8, 55, tzinfo=SHANGHAI))
    ticket = make.ticket(priority=Priority.HIGH, owner=owner)
    ticket.team = team
    actions.reply(ticket, "马上安排", by=owner)
    clock.move_to(datetime(2026, 11, 20, 18, 1, tzinfo=SHANGHAI))  # the eighteenth hour is over on Friday at six
    db.commit()
    jobs.look_after_clocks()
    assert told(db, ticket) == [("late", ""), ("told", owner.name)]
    clock.move_to(datetime(2026, 11, 22, 12, tzinfo=SHANGHAI))
    assert jobs.look_after_clocks() == 0
    clock.move_to(datetime(2026, 11, 23, 9, 31, tzinfo=SHANGHAI))
    jobs.look_after_clocks()
    assert told(db, ticket)[2:] == [("escalated", leader.name)]


def test_an_unowned_ticket_warns_whoever_oversees_the_team(people, clock, db):
    _owner, leader, _boss, team = people
    ticket = make.ticket(priority=Priority.URGENT)
    ticket.team = team
    pass_minutes(clock, db, 50)
    rows = db.scalars(select(Activity).where(Activity.ticket_id == ticket.id, Activity.verb == "clock.first_response.warned")).all()
    assert [r.data["names"] for r in rows] == [leader.name]


def test_what_is_met_or_waits_climbs_no_further(people, clock, db):
    owner = people[0]
    waiting, met = urgent(people), urgent(people)
    actions.accept(waiting, by=owner)
    actions.wait(waiting, "等客户拍照", by=owner)
    actions.resolve(met, make_cause(db), "换了密封圈", by=owner)
    pass_minutes(clock, db, 900)
    assert (told(db, waiting), told(db, met)) == ([], [])


def make_cause(db):
    from portal.catalogue import queries

    return queries.causes()[0]


def test_a_breach_is_a_row_that_brings_the_ticket_into_the_overdue_view(people, clock, db):
    boss = people[2]
    ticket = urgent(people)
    db.commit()
    before = ticket.changed_id
    wish = queue.Wish(view=queue.View.OVERDUE)
    assert newcomers.count(wish, boss, [], before, False) == 0
    pass_minutes(clock, db, 241)
    db.expire_all()
    assert ticket.changed_id > before
    assert newcomers.count(wish, boss, [], before, False) == 1


def test_a_breach_stays_whatever_priority_comes_after_it(people, clock, db):
    ticket = urgent(people)
    clock.shift(300 * MINUTE)  # over the limit, and no job has seen it yet
    actions.classify(ticket, by=people[0], kind_code="repair", category=None, stage_id=None, urgency=ticket.urgency, impact=ticket.impact,
                     priority=Priority.LOW, reason="客户说不急")
    row = next(c for c in ticket.clocks if c.clock is ClockKind.RESOLUTION)
    assert row.breached_at is not None and row.due_at == row.breached_at
    assert ("late", "") in told(db, ticket)
    first, events = clocks.history(ticket)
    assert clocks.read(ClockKind.RESOLUTION, first[ClockKind.RESOLUTION], events).breached_at == row.breached_at


def test_what_was_answered_in_time_is_not_late_by_a_later_priority(people, clock, db):
    owner = people[0]
    ticket = make.ticket(priority=Priority.NORMAL, owner=owner)
    clock.shift(120 * MINUTE)
    actions.reply(ticket, "明天上午到", by=owner)
    actions.classify(ticket, by=owner, kind_code="repair", category=None, stage_id=None, urgency=ticket.urgency, impact=ticket.impact,
                     priority=Priority.URGENT, reason="漏到楼下")
    assert next(c for c in ticket.clocks if c.clock is ClockKind.FIRST_RESPONSE).breached_at is None
    assert jobs.compare() == 0


def test_steps_follow_the_options(people, clock, db):
    owner, leader, boss, _team = people
    options.put("clocks.supervisor_after", 0)
    options.put("clocks.company_after", 0)
    ticket = urgent(people)
    pass_minutes(clock, db, 193)
    pass_minutes(clock, db, 48)
    assert told(db, ticket)[1:] == [("late", ""), ("escalated", "、".join(p.name for p in (owner, leader, boss)))]


def test_the_nightly_comparison_finds_reports_and_mends_a_wrong_due_moment(people, clock, db):
    administrator = cast.administrator()
    ticket = urgent(people)
    right = ticket.next_due_at
    db.commit()
    assert jobs.compare() == 0
    db.execute(update(TicketClock).where(TicketClock.ticket_id == ticket.id, TicketClock.met_at.is_(None)).values(due_at=right + timedelta(hours=3)))
    db.commit()
    assert jobs.compare() == 1
    db.expire_all()
    assert (ticket.next_due_at, inbox(db, administrator)) == (right, 1)
    assert (jobs.compare(), jobs.compare_by_night()) == (0, 0)


def test_clocks_of_an_older_database_are_computed_by_the_job(people, clock, db):
    ticket = urgent(people)
    db.commit()
    db.execute(update(TicketClock).values(risk_at=None, next_step_at=None, stale=TicketClock.met_at.is_(None)))
    db.commit()
    jobs.look_after_clocks()
    db.expire_all()
    row = next(c for c in ticket.clocks if c.clock is ClockKind.RESOLUTION)
    assert (row.stale, row.risk_at, row.next_step_at) == (False, row.since + timedelta(minutes=192), row.since + timedelta(minutes=192))
