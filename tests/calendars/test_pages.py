"""Administrators look after working hours; open tickets follow every change."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from portal.calendars import actions, jobs, queries
from portal.calendars.forms import parsed
from portal.calendars.models import Calendar, CalendarDay
from portal.calendars.seeds import OFFICE
from portal.core.activity import Activity
from portal.core.errors import Forbidden
from portal.notifications.models import Notice
from portal.tickets import seeds
from portal.tickets.models import ClockKind
from tests import cast, make

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def hours(app, clock):
    make.catalogue()
    seeds.load()
    return db_calendar()


def db_calendar():
    return queries.calendars()[0]


def due(ticket):
    return next(c.due_at for c in ticket.clocks if c.clock is ClockKind.RESOLUTION).astimezone(SHANGHAI)


def test_hours_are_read_as_people_write_them():
    assert parsed("9-12, 13:00–18:00") == [[540, 720], [780, 1080]]
    assert (parsed(""), parsed("24h")) == ([], [[0, 1440]])
    for nonsense in ("morgens", "18-9", "9-25", "9-12,11-13", "9:70-10"):
        with pytest.raises(ValueError):
            parsed(nonsense)


def test_a_new_calendar_moves_the_tickets_of_its_team(hours, db):
    area = cast.area()
    team = cast.team("浦东班组", area)
    ticket = make.ticket()
    ticket.team, ticket.area = team, area
    assert due(ticket).replace(second=0, microsecond=0) == datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
    actions.add(name="全天", name_en="", week=[[[0, 1440]]] * 7, holidays=False, teams=[team.id], by=cast.administrator())
    assert abs(due(ticket) - ticket.created_at - timedelta(hours=27)) < timedelta(seconds=1)
    assert ticket.next_due_at == min(c.due_at for c in ticket.clocks if c.due_at)


def test_a_day_off_moves_due_moments_and_removing_it_moves_them_back(hours, db, browser):
    administrator = cast.administrator()
    cast.signed_in(browser.client, administrator)
    ticket = make.ticket()
    before = due(ticket)
    browser.visit("/admin/calendars/days/new")
    browser.press("保存", day="2026-11-19", works="no", note="公司年会")
    db.expire_all()
    assert due(ticket) - before == timedelta(days=1)  # Thursday is off: the rest of the limit moves on
    row = db.scalars(select(CalendarDay)).one()
    browser.post(f"/admin/calendars/days/{row.id}/drop")
    db.expire_all()
    assert due(ticket) == before
    verbs = list(db.scalars(select(Activity.verb).where(Activity.verb.like("calendar.%")).order_by(Activity.id)))
    assert verbs == ["calendar.day_set", "calendar.day_dropped"]


def test_the_pages_enter_change_and_refuse(hours, browser, db):
    cast.signed_in(browser.client, cast.administrator())
    browser.visit("/admin/calendars/new")
    browser.press("保存", status=422, name="班组", day_0="9 to noon")
    browser.press("保存", status=422, name="班组", day_0="")
    browser.press("保存", name="班组", day_0="8-20", day_6="8-12,14-20")
    made = db.scalars(select(Calendar).where(Calendar.name == "班组")).one()
    assert (made.week[0], made.week[5], made.week[6]) == ([[480, 1200]], [], [[480, 720], [840, 1200]])
    assert "周一 08:00–20:00" in browser.visit("/admin/calendars/").text
    browser.visit(f"/admin/calendars/{made.id}")
    browser.press("保存", day_0="9-17", standard="y")
    db.expire_all()
    assert (made.week[0], made.standard, db.get(Calendar, hours.id).standard) == ([[540, 1020]], True, False)
    browser.visit(f"/admin/calendars/{made.id}")
    browser.post(browser.page.path, status=422, version=made.version, name=made.name, day_0="9-17")
    db.expire_all()
    assert made.standard is True


def test_two_who_change_a_calendar_are_shown_both_versions(hours, browser, db):
    cast.signed_in(browser.client, cast.administrator())
    browser.visit(f"/admin/calendars/{hours.id}")
    actions.change(hours, by=cast.administrator("罗平"), teams=[], week=[[[480, 960]]] * 5 + [[], []])
    db.commit()
    browser.press("保存", status=409, day_0="10-16")
    assert "罗平" in browser.page.text


def test_a_year_without_make_up_days_is_said_until_one_is_entered(hours, browser, clock):
    cast.signed_in(browser.client, cast.administrator())
    assert queries.years_without_make_up_days(date(2026, 10, 31)) == []
    assert queries.years_without_make_up_days(date(2031, 3, 1)) == [2031]
    clock.move_to(datetime(2031, 3, 1, 4, tzinfo=SHANGHAI))
    cast.signed_in(browser.client, cast.administrator("罗平"))
    assert "年的调休安排还没有数据" in browser.visit("/admin/calendars/").text
    actions.set_day(date(2031, 2, 1), True, note="春节调休", by=cast.administrator("方圆"))
    assert "年的调休安排还没有数据" not in browser.visit("/admin/calendars/").text


def test_administrators_are_told_once_of_a_missing_year(hours, db, clock):
    person = cast.administrator()
    clock.move_to(datetime(2031, 3, 1, 4, tzinfo=SHANGHAI))
    assert (jobs.warn_of_years(), jobs.warn_of_years()) == (1, 0)
    assert [n.data for n in db.scalars(select(Notice).where(Notice.person_id == person.id))] == [{"year": "2031"}]


def test_others_may_not_touch_them(hours):
    for person in (cast.agent(), cast.supervisor(), cast.technician()):
        with pytest.raises(Forbidden):
            actions.change(hours, by=person, teams=[], week=OFFICE)
        with pytest.raises(Forbidden):
            actions.set_day(date(2026, 12, 1), False, note="休息", by=person)
