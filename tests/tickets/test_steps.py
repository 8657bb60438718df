"""Every state × step; every step works, is recorded, and is refused to the wrong person and in the wrong state."""

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from portal.catalogue.models import Cause
from portal.core import activity
from portal.core.access import SYSTEM, Role, customer_actor
from portal.core.activity import Activity
from portal.core.errors import Forbidden, Refused, WrongState
from portal.notifications.models import OutMessage
from portal.tickets import actions
from portal.tickets.models import Status
from portal.tickets.workflow import TICKET
from tests import cast, make


@pytest.fixture
def agent(app):
    return cast.agent()


def cause(db):
    return db.scalars(select(Cause)).first()


def take(ticket, verb, by, db):
    """The step by its action, with what it asks for."""
    asked = {
        "wait": ("等客户",), "resolve": (cause(db), "换了软管"), "reopen": ("又漏了",), "cancel": ("重复",), "give_back": ("师傅来不了",),
        "merge": (make.ticket(ticket.customer),),
    }
    getattr(actions, verb)(ticket, *asked.get(verb, ()), by=by)


def at(status, db):
    """A ticket in this state."""
    ticket = make.ticket()
    ways = {
        Status.NEW: (), Status.ACCEPTED: ("accept",), Status.DISPATCHED: ("accept", "dispatch"), Status.IN_PROGRESS: ("accept", "start"),
        Status.WAITING: ("accept", "wait"), Status.RESOLVED: ("accept", "resolve"), Status.CLOSED: ("accept", "resolve", "close"),
        Status.CANCELLED: ("cancel",), Status.MERGED: ("merge",),
    }
    checks, actions.close_checks[:] = actions.close_checks[:], []
    try:
        for verb in ways[status]:
            take(ticket, verb, SYSTEM, db)
    finally:
        actions.close_checks[:] = checks
    assert ticket.status is status
    return ticket


@pytest.mark.parametrize("status", Status)
def test_each_step_is_possible_exactly_where_the_table_says(clock, db, agent, status, monkeypatch):
    monkeypatch.setattr(actions, "close_checks", [])
    for verb, step in TICKET.steps.items():
        ticket = at(status, db)
        if status in step.start:
            take(ticket, verb, SYSTEM, db)
            assert ticket.status is (step.to or status)
        elif (verb, status) in QUIET:
            take(ticket, verb, SYSTEM, db)
        else:
            with pytest.raises(WrongState):
                take(ticket, verb, SYSTEM, db)


QUIET = {
    ("start", Status.IN_PROGRESS), ("resolve", Status.NEW),
    *(("give_back", s) for s in Status if s not in TICKET.steps["give_back"].start),
}


@pytest.mark.parametrize("verb", [v for v in TICKET.steps if v != "give_back"])
def test_an_analyst_may_look_but_takes_no_step(clock, db, verb):
    status = TICKET.steps[verb].start[0]
    ticket = at(status, db)
    with pytest.raises(Forbidden):
        take(ticket, verb, cast.analyst(), db)
    assert ticket.status is status


def test_whoever_accepts_becomes_the_owner_and_it_is_recorded(clock, db, agent):
    ticket = make.ticket()
    actions.accept(ticket, by=agent)
    row = db.scalars(select(Activity).where(Activity.ticket_id == ticket.id).order_by(Activity.id.desc())).first()
    assert (ticket.owner_id, row.verb, row.actor_id, row.data["before"], row.data["after"]) == (agent.id, "ticket.accepted", agent.id, "new", "accepted")


def test_a_solution_needs_a_cause_and_words(clock, db, agent):
    ticket = at(Status.ACCEPTED, db)
    with pytest.raises(Refused):
        actions.resolve(ticket, cause(db), "  ", by=agent)
    with pytest.raises(Refused):
        actions.resolve(ticket, None, "换了", by=agent)
    assert ticket.status is Status.ACCEPTED


def test_the_solution_reaches_the_customer_with_the_link(clock, db, agent):
    ticket = at(Status.ACCEPTED, db)
    actions.resolve(ticket, cause(db), "换了软管", by=agent)
    sent = list(db.scalars(select(OutMessage).where(OutMessage.ticket_id == ticket.id)))
    assert [m.to for m in sent if "换了软管" in m.body and "/t/" in m.body] == [ticket.phone.e164]


@pytest.mark.parametrize("language,words", [("en", "Resolved, cause: Worn out"), ("zh_CN", "已解决，原因：用旧了")])
def test_the_record_names_the_cause_in_the_readers_language(app, db, agent, language, words):
    worn = Cause(name="用旧了", name_en="Worn out")
    db.add(worn)
    ticket = at(Status.ACCEPTED, db)
    actions.resolve(ticket, worn, "换了软管", by=agent)
    row = db.scalars(select(Activity).where(Activity.verb == "ticket.resolved")).one()
    with app.test_request_context("/"), force_locale(language):
        assert activity.told(row)[1] == words


def test_closing_waits_for_what_is_still_due(clock, db, agent, monkeypatch):
    ticket = at(Status.RESOLVED, db)
    monkeypatch.setattr(actions, "close_checks", [lambda t: "还要回访"])
    with pytest.raises(Refused) as told:
        actions.close(ticket, by=agent)
    assert (str(told.value.sentence), ticket.status) == ("还要回访", Status.RESOLVED)


def test_reopening_is_counted(clock, db, agent):
    ticket = at(Status.RESOLVED, db)
    actions.reopen(ticket, "又漏了", by=customer_actor("周先生"))
    assert (ticket.status, ticket.reopened, ticket.resolved_at) == (Status.IN_PROGRESS, 1, None)


def test_the_customers_words_end_the_waiting(clock, db, agent):
    ticket = at(Status.WAITING, db)
    actions.customer_words(ticket, "照片发了", by=customer_actor("周先生"))
    assert ticket.status is Status.IN_PROGRESS


def test_tickets_of_different_customers_are_not_merged(clock, db, agent):
    with pytest.raises(Refused):
        actions.merge(make.ticket(), make.ticket(), by=agent)


def test_a_merged_tickets_link_leads_to_the_other(clock, db, agent):
    from portal.tickets import tracking

    first = make.ticket()
    other = make.ticket(first.customer)
    token = tracking.link_of(first).token
    actions.merge(first, other, by=agent)
    assert tracking.find(token)[0].id == other.id


def test_only_agents_and_supervisors_own_tickets(clock, db, agent):
    with pytest.raises(Refused):
        actions.assign(make.ticket(), cast.technician(), by=agent)


def test_a_priority_against_the_table_needs_a_reason(clock, db, agent):
    from portal.catalogue.models import Impact, Priority, Urgency

    ticket = make.ticket()
    values = {"kind_code": "repair", "category": None, "stage_id": None, "urgency": Urgency.CAN_WAIT, "impact": Impact.ROOM}
    with pytest.raises(Refused):
        actions.classify(ticket, by=agent, priority=Priority.URGENT, **values)
    actions.classify(ticket, by=agent, priority=Priority.URGENT, reason="家里有婴儿", **values)
    assert (ticket.priority, ticket.priority_reason) == (Priority.URGENT, "家里有婴儿")


def test_roles_of_the_permits_are_staff_or_parties():
    from portal.core.access import PERMITS

    assert {r for p in PERMITS.values() for r in p.roles} <= set(Role)
