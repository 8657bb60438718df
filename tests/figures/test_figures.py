"""Each figure against a small company counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.core.access import SYSTEM
from portal.figures import queries as figures
from portal.figures import showing
from portal.figures.queries import Scope
from portal.figures.shipped import FIGURES
from portal.followups.models import FollowUp, FollowUpState
from portal.surveys.models import Survey
from portal.tickets.models import Channel, ClockKind, Status, Ticket, TicketClock
from portal.visits.models import Visit, VisitStatus
from tests import cast, make

MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai
NOVEMBER = Scope(datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
HOUR = timedelta(hours=1)


@pytest.fixture
def company(app, db):
    """Five tickets: solved at once; solved, reopened, solved; solved late; open and late; open within its time. One merged, one cancelled."""
    make.catalogue()
    customer = make.customer()
    made = []

    def ticket(after: int, **values):
        created = MONDAY + after * HOUR
        base = {"number": f"T{len(made)}", "title": "漏水", "channel": Channel.PHONE, "kind_code": "repair", "customer_id": customer.id}
        row = Ticket(**base | {"created_at": created, "changed_at": created, "next_due_at": created, "status": Status.NEW} | values)
        db.add(row)
        db.flush()
        made.append(row)
        return row

    def resolution(row, **values):
        db.add(TicketClock(ticket_id=row.id, clock=ClockKind.RESOLUTION, target_seconds=172_800, **values))

    one = ticket(0, status=Status.CLOSED, first_response_at=MONDAY + timedelta(minutes=10), resolved_at=MONDAY + 5 * HOUR)
    two = ticket(1, status=Status.CLOSED, first_response_at=MONDAY + timedelta(hours=1, minutes=30), resolved_at=MONDAY + 30 * HOUR, reopened=1, kind_code="complaint")
    three = ticket(2, status=Status.RESOLVED, first_response_at=MONDAY + 30 * HOUR, resolved_at=MONDAY + 90 * HOUR)
    four = ticket(3, status=Status.IN_PROGRESS, first_response_at=MONDAY + timedelta(hours=3, minutes=50))
    ticket(24 * 16 - 1)  # Wednesday morning, an hour old
    ticket(4, status=Status.MERGED, merged_into_id=one.id)
    ticket(5, status=Status.CANCELLED)
    resolution(one, met_at=one.resolved_at)
    resolution(two, met_at=two.resolved_at)
    resolution(three, met_at=three.resolved_at, breached_at=MONDAY + 50 * HOUR)
    resolution(four, breached_at=MONDAY + 51 * HOUR)
    for row, score in ((one, 5), (two, 3), (three, 4)):
        db.add(Survey(ticket_id=row.id, selector=f"s{row.id}", secret="x", sent_at=MONDAY, answered_at=MONDAY + 48 * HOUR, overall=score, speed=score - 1))
    for row, state in ((one, FollowUpState.SATISFIED), (two, FollowUpState.NOT_SATISFIED), (three, FollowUpState.UNREACHABLE)):
        db.add(FollowUp(ticket_id=row.id, rule="all", state=state, due_at=MONDAY, created_at=MONDAY, ended_at=MONDAY + 60 * HOUR))
    for row, minutes in ((one, -5), (two, -5), (two, 130), (four, 10)):
        start = MONDAY + 2 * HOUR
        arrived = start + timedelta(minutes=minutes)
        db.add(Visit(
            ticket_id=row.id, status=VisitStatus.DONE, starts_at=start, ends_at=start + 2 * HOUR, arrived_at=arrived, finished_at=arrived + HOUR,
            created_at=MONDAY, changed_at=MONDAY,
        ))
    db.flush()
    return made


@pytest.mark.parametrize(("name", "value", "sample"), [
    ("satisfaction", 2 / 3, 3),
    ("satisfaction_speed", 1 / 3, 3),
    ("satisfaction_tidiness", None, 0),
    ("resolution", 2 / 4, 4),
    ("response_24h", 3 / 4, 4),
    ("first_response", 40.0, 4),
    ("on_time", 2 / 3, 3),
    ("arrived_on_time", 3 / 4, 4),
    ("complaints", 100 / 6, 6),
    ("repeat_visits", 1 / 2, 2),
    ("reopened", 1 / 3, 3),
    ("follow_up", 1 / 2, 2),
    ("received", 6, 6),
])
def test_a_figure_is_what_was_counted_by_hand(company, clock, name, value, sample):
    found = figures.measure(name, NOVEMBER)
    assert (found.value if found.value is None else round(found.value, 6), found.sample) == (value if value is None else round(value, 6), sample)


@pytest.mark.parametrize("name", list(FIGURES))
def test_the_list_behind_a_figure_has_its_sample(company, clock, db, name):
    rows = db.execute(figures.rows_behind(name, NOVEMBER)).all()
    assert len(rows) == figures.measure(name, NOVEMBER).sample


def test_a_median_of_an_even_number_lies_between_the_two_middle_ones(company, clock, db):
    company[4].first_response_at = company[4].created_at + timedelta(minutes=50)
    db.flush()
    assert figures.measure("first_response", NOVEMBER).value == pytest.approx(50)
    company[4].first_response_at = None
    db.flush()
    assert figures.measure("first_response", NOVEMBER).value == pytest.approx(40)


def test_periods_and_areas_add_up_to_the_whole(company, clock):
    weeks = figures.series("received", Scope(MONDAY, MONDAY))
    assert [m.hits for m in weeks[-3:]] == [5, 0, 1]
    by_kind = figures.measure_by("received", NOVEMBER, (Ticket.kind_code,), [NOVEMBER.start, NOVEMBER.end])
    assert {key: rows[0].hits for key, rows in by_kind.items()} == {("repair",): 5, ("complaint",): 1}


def test_one_query_a_figure(company, clock, db):
    with counted(db) as statements:
        figures.series("first_response", NOVEMBER)
    assert len(statements) == 1


def test_a_supervisor_counts_only_the_own_teams(company, clock, db):
    team, other = cast.team(), cast.team("静安班组")
    for row in company:
        row.team_id = other.id
    company[0].team_id = team.id
    db.flush()
    boss = cast.supervisor(company_wide=False, team=team, leads=True)
    mine = figures.measure("received", Scope(NOVEMBER.start, NOVEMBER.end, boss))
    assert (mine.hits, figures.measure("received", Scope(NOVEMBER.start, NOVEMBER.end, SYSTEM)).hits) == (1, 6)


def test_nothing_measured_is_a_dash_and_no_verdict(app):
    assert showing.value_words(FIGURES["satisfaction"], None) == ("–", "")
    assert showing.verdict(FIGURES["satisfaction"], None) is None


def test_verdicts_and_changes_are_said(app):
    share, median = FIGURES["satisfaction"], FIGURES["first_response"]
    assert showing.verdict(share, 0.872) == {"text": "达标", "tone": "ok"}
    assert showing.verdict(share, 0.836)["text"] == "差 1.4 个点"
    assert showing.verdict(median, 72.0)["text"] == "差 12 分"
    assert showing.change_words(median, figures.Measured(42, 9), figures.Measured(48, 9)) == "快 6 分"
    assert showing.change_words(share, figures.Measured(0.8, 9), figures.Measured(0.8, 9)) == "没有变化"


class counted:  # noqa: N801 - reads as what it does
    """Statements of the session while inside."""

    def __init__(self, session):
        self.engine, self.found = session.get_bind(), []

    def __enter__(self):
        from sqlalchemy import event

        event.listen(self.engine, "before_cursor_execute", self._note)
        return self.found

    def __exit__(self, *_):
        from sqlalchemy import event

        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, connection, cursor, statement, *more):
        self.found.append(statement)
