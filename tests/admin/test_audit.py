"""The audit trail: whose data did somebody reveal or export between two days is one question (trust.md, T24)."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from portal.admin import actions as options_of_admin
from portal.calendars import actions as calendar_actions
from portal.catalogue import actions as catalogue
from portal.catalogue.models import Category, Priority, PriorityRule, Urgency
from portal.core import activity, clock
from portal.core.access import Role
from portal.core.activity import Audience
from portal.customers import actions as customers
from portal.roster import actions as roster
from portal.roster.models import LeaveKind, Level
from portal.tickets import policies
from portal.tickets.models import ClockKind
from tests import cast, make


@pytest.fixture
def desk(browser, db):
    cast.signed_in(browser.client, cast.administrator())
    return browser


def test_whose_data_somebody_revealed_between_two_days_is_one_question(desk, db, clock_at):
    lin, he = cast.agent(name="林晓"), cast.agent(name="何川")
    before, during, after = (make.customer(name) for name in ("王建国", "欧阳静", "赵铁柱"))
    for days, customer, by in ((9, before, lin), (5, during, lin), (5, after, he), (1, after, lin)):
        with clock_at(days):
            customers.reveal(customer, "name", by=by)
    first, last = (clock.today() - timedelta(days=n) for n in (6, 4))
    page = desk.visit(f"/admin/audit?person={lin.id}&kind=data&first={first}&last={last}")
    rows = page.all("tbody tr")
    assert len(rows) == 1
    assert page.has("林晓") and "欧阳静" not in page.text and page.words("tbody tr td:nth-child(3) b").endswith("**")
    assert page.one("tbody time").get("datetime").endswith("+00:00")


@pytest.fixture
def clock_at(db):
    return lambda days: clock.at(clock.now() - timedelta(days=days))


def test_sign_ins_are_listed_with_the_address_they_came_from(desk, app, db):
    cast.agent(username="linxiao", password=cast.PASSWORD)
    app.test_client().post("/sign-in", data={"username": "linxiao", "password": cast.PASSWORD})
    page = desk.visit("/admin/audit?kind=sign_ins")
    assert page.words("tbody tr td:nth-child(3)") == "登录" and page.words("tbody tr td:nth-child(5)") == "127.0.0.1"


def test_the_trail_is_read_in_pages(desk, db):
    people = [cast.agent() for _ in range(3)]
    customer = make.customer()
    for _ in range(20):
        for person in people:
            customers.reveal(customer, "name", by=person)
    page = desk.visit("/admin/audit?kind=data")
    assert len(page.all("tbody tr")) == 50
    assert len(desk.follow("下一页").all("tbody tr")) == 10


def test_opening_the_trail_writes_nothing(desk, db):
    from portal.core.activity import latest_id

    before = latest_id()
    desk.visit("/admin/audit")
    assert latest_id() == before


@pytest.mark.parametrize("nonsense", ["person=9999999", "kind=x", "first=0000-00-00", "last=9999-12-31", "first=2026-02-30", "person='", "at=x&kind=data"])
def test_nonsense_in_the_address_never_breaks_the_page(desk, nonsense):
    answer = desk.client.get(f"/admin/audit?{nonsense}")
    assert answer.status_code in (200, 422)


@pytest.fixture
def told(desk, db):
    """told(number): the newest rows of the trail, each as 'what | details' in Chinese."""
    make.catalogue()

    def read(rows=1):
        found = desk.visit("/admin/audit").all("tbody tr")[:rows]
        return [" | ".join(" ".join(" ".join(cell.itertext()).split()) for cell in row.cssselect("td")[2:4]) for row in found]

    return read


@pytest.fixture
def boss(desk):
    return cast.person(Role.ADMINISTRATOR, Role.SUPERVISOR, name="赵宁", company_wide=True)


def test_a_changed_catalogue_is_told_field_by_field(told, boss, db):
    category = db.scalars(select(Category).where(Category.parent_id.is_(None))).first()
    name, urgency = category.name, category.urgency.word
    catalogue.change(category, by=boss, name="水管漏水", urgency=Urgency.CAN_WAIT)
    assert told() == [f"修改了目录 水管漏水 | 中文名 {name} → 水管漏水 紧急程度 {urgency} → {Urgency.CAN_WAIT.word}"]


def test_a_changed_priority_names_its_cell_in_words(told, boss, db):
    rule = db.scalars(select(PriorityRule).where(PriorityRule.priority != Priority.NORMAL)).first()
    before = rule.priority.word
    catalogue.set_priorities({(rule.urgency, rule.impact): Priority.NORMAL}, by=boss)
    assert told() == [f"修改了优先级 {rule.urgency.word} × {rule.impact.word} | 优先级 {before} → {Priority.NORMAL.word}"]


def test_a_changed_option_is_told_as_the_page_of_options_shows_it(told, boss, db):
    options_of_admin.change_option("clocks.risk_share", 0.7, by=boss)
    assert told()[0].endswith(" 80 % → 70 %")


def test_time_limits_calendars_and_hours_are_told_in_words(told, boss, db):
    policies.change(policies.add(by=boss, clock=ClockKind.RESULT, minutes=60, hours="always"), by=boss, minutes=90)
    calendar = calendar_actions.add(by=boss, name="夜班", name_en="", week=[[]] * 7, holidays=False)
    calendar_actions.change(calendar, by=boss, teams=[], week=[[[540, 1080]], *[[]] * 6])
    worker = cast.technician()
    roster.set_hours(worker, [0], (510, 1080, 720, 780), by=boss)
    hours, week, _added, limit = told(4)
    assert hours.startswith("设定了工作时间 王建国") and "08:30–18:00" in hours
    assert week.endswith("夜班 | 工作时间 – → 周一 09:00–18:00")
    assert limit.startswith("修改了时限规则 | 时限 ") and limit.endswith("→ 1 时 30 分")


def test_leave_and_skills_say_when_and_what(told, boss, db):
    worker, skill = cast.technician(), roster.add_skill(by=boss, name="空调拆洗")
    roster.grant(worker, skill, Level.EXPERT, "A-17", by=boss)
    roster.add_leave(worker, clock.moment(date(2031, 5, 6), time(8)), clock.moment(date(2031, 5, 7), time(18)), LeaveKind.SICK, by=boss)
    leave, granted = told(2)
    assert "病假" in leave and "2031-05-06 08:00" in leave and leave.split(" | ")[0].endswith(worker.name)
    assert f"技能 {skill.name}" in granted and "等级 专家" in granted and "A-17" in granted


def test_a_word_of_an_earlier_release_stays_as_it_was_stored(told, boss, db):
    category = db.scalars(select(Category)).first()
    activity.record("catalogue.changed", category, by=boss, audience=Audience.AUDIT, name="旧", changes={"urgency": ["at_once", "soon"], "colour": ["red", None], "digit": [None, 3]})
    assert told() == [f"修改了目录 旧 | 紧急程度 at_once → {Urgency.SOON.word} colour red → – 建单页数字键 – → 3"]
