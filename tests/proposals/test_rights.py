"""Who may do what with a proposal, in which state; every step leaves its row."""

from datetime import date, timedelta

import pytest

from portal.calendars import seeds as calendars
from portal.calendars.models import Calendar, CalendarDay, TeamCalendar
from portal.core.access import ANONYMOUS, SYSTEM, customer_actor, may
from portal.core.activity import Activity
from portal.core.errors import Forbidden, Refused, WrongState
from portal.notifications.models import Notice, OutMessage
from portal.proposals import actions, queries, rules
from portal.proposals.deciding import Trial
from portal.proposals.models import Naming, Proposal, ProposalStatus, ProposalVote, Source
from portal.proposals.workflow import DECIDABLE, OUTCOMES, PROPOSAL
from tests import cast, make

S = ProposalStatus
TOMORROW = date(2099, 1, 1)


@pytest.fixture
def ground(app):
    make.catalogue()
    return {"author": cast.technician(), "boss": cast.supervisor(), "colleague": cast.agent()}


def hand_in(by, **values):
    return actions.submit("", "没试水就走了", "洗后通水五分钟", by=by, **values)


def last(db, verb):
    return db.query(Activity).filter_by(verb=verb).order_by(Activity.id.desc()).first()


@pytest.mark.parametrize("who", ["agent", "technician", "analyst", "administrator"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_only_a_supervisor_decides(ground, who, outcome):
    with pytest.raises(Forbidden):
        actions.decide(hand_in(ground["author"]), outcome, "理由", by=getattr(cast, who)())


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_nobody_decides_on_their_own(ground, outcome):
    with pytest.raises(Forbidden):
        actions.decide(hand_in(ground["boss"]), outcome, "理由", by=ground["boss"])


def test_a_team_is_decided_by_its_supervisor_and_what_is_dear_company_wide(ground, db):
    team, other = cast.team(), cast.team("静安班组")
    leader = cast.supervisor("郑凯", company_wide=False, team=team, leads=True)
    assert may(leader, rules.DECIDE, hand_in(ground["author"], team=team))
    assert not may(leader, rules.DECIDE, hand_in(ground["author"], team=other))
    dear = hand_in(ground["author"], team=team)
    dear.cost = 500_000
    assert not may(leader, rules.DECIDE, dear)
    assert may(ground["boss"], rules.DECIDE, dear)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_decision_needs_a_reason(ground, outcome):
    with pytest.raises(actions.Unreasoned):
        actions.decide(hand_in(ground["author"]), outcome, "  ", by=ground["boss"])


@pytest.mark.parametrize(("outcome", "values", "refusal"), [
    ("adopt", {}, actions.Unowned),
    ("adopt", {"owner": "boss", "due_on": date(2020, 1, 1)}, actions.Undated),
    ("defer", {}, actions.Undated),
    ("trial", {}, actions.Untried),
])
def test_each_outcome_says_what_it_lacks(ground, outcome, values, refusal):
    values = {k: ground.get(v, v) if isinstance(v, str) else v for k, v in values.items()}
    with pytest.raises(refusal):
        actions.decide(hand_in(ground["author"]), outcome, "理由", by=ground["boss"], **values)


def test_a_team_cannot_be_its_own_control(ground):
    team = cast.team()
    with pytest.raises(actions.Untried):
        trial = Trial(team, TOMORROW, TOMORROW, control=team)
        actions.decide(hand_in(ground["author"]), "trial", "试试", by=ground["boss"], trial=trial)


def decided(ground, outcome, proposal=None):
    proposal = proposal or hand_in(ground["author"])
    more = {
        "adopt": {"owner": ground["colleague"], "due_on": TOMORROW}, "defer": {"until": TOMORROW},
        "trial": {"trial": Trial(cast.team(f"组{proposal.id}"), TOMORROW, TOMORROW + timedelta(days=27))},
    }.get(outcome, {})
    actions.decide(proposal, outcome, "理由在此", by=ground["boss"], **more)
    return proposal


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_is_recorded_and_reaches_proposer_and_voters(ground, db, outcome):
    proposal = hand_in(ground["author"])
    actions.vote(proposal, by=ground["colleague"])
    decided(ground, outcome, proposal)
    row = db.query(Activity).order_by(Activity.id.desc()).filter(Activity.body == "理由在此").one()
    assert (row.actor_id, row.data["before"], row.data["after"]) == (ground["boss"].id, "submitted", proposal.status.value)
    told = {n.person_id for n in db.query(Notice).filter(Notice.activity_id == row.id)}
    assert told == {ground["author"].id, ground["colleague"].id}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_customer_gets_a_message_with_the_status_link(ground, db, outcome):
    proposal = hand_in(customer_actor("陈女士"), source=Source.CUSTOMER, customer_name="陈女士", customer_contact="138 0000 4471")
    decided(ground, outcome, proposal)
    message = db.query(OutMessage).one()
    assert message.to == "+8613800004471"
    assert "理由在此" in message.body and queries.url_of(proposal) in message.body


def test_every_step_works_from_its_states_only(ground):
    proposal = hand_in(ground["author"])
    for status in S:
        proposal.status = status
        possible = {step.verb for step in PROPOSAL.possible(proposal, SYSTEM)}
        assert possible == {step.verb for step in PROPOSAL.steps.values() if status in step.start}
        for verb in set(PROPOSAL.steps) - possible:
            with pytest.raises(WrongState):
                PROPOSAL.check(proposal, verb, SYSTEM)
    proposal.status = S.SUBMITTED


def test_the_table_offers_the_outcomes_where_they_belong():
    assert {s for o in OUTCOMES for s in PROPOSAL.steps[o].start} == {*DECIDABLE, S.TRIAL}


@pytest.mark.parametrize(("verb", "act"), [
    ("edit", lambda p, by: actions.edit(p, by=by, problem="x")), ("withdraw", lambda p, by: actions.withdraw(p, by=by)),
    ("complete", lambda p, by: actions.complete(p, "x", by=by)), ("appeal", lambda p, by: actions.appeal(p, "x", by=by)),
])
def test_only_the_author_changes_withdraws_completes_and_appeals(ground, verb, act):
    proposal = hand_in(ground["author"])
    for other in (ground["colleague"], ground["boss"], customer_actor("x"), ANONYMOUS):
        with pytest.raises(Forbidden):
            act(proposal, other)


def test_after_the_review_began_it_cannot_be_withdrawn_and_changes_are_versions(ground, db):
    proposal = hand_in(ground["author"])
    actions.start_review(proposal, by=ground["boss"])
    with pytest.raises(WrongState):
        actions.withdraw(proposal, by=ground["author"])
    actions.edit(proposal, by=ground["author"], problem="多了一句")
    assert last(db, "proposal.edited").data["before"] == {"problem": "没试水就走了"}
    assert db.query(Notice).filter(Notice.words.contains("changed while under review")).one().person_id == ground["boss"].id
    actions.decide(proposal, "decline", "不行", by=ground["boss"])
    with pytest.raises(WrongState):
        actions.edit(proposal, by=ground["author"], problem="x")


def test_a_colleague_named_with_at_is_told(ground, db):
    proposal = hand_in(ground["author"])
    other = cast.agent("周敏")
    actions.comment(proposal, "@周敏请看看，@没有这人", by=ground["colleague"])
    told = {(n.person_id, n.words.split("”")[0][:8]) for n in db.query(Notice).filter(Notice.words.contains("mentions you"))}
    assert told == {(other.id, "%(name)s")}


def test_one_may_appeal_once(ground, db):
    proposal = decided(ground, "decline")
    actions.appeal(proposal, "再看看", by=ground["author"])
    assert proposal.status == S.REVIEW
    assert last(db, "proposal.appealed").body == "再看看"
    decided(ground, "decline", proposal)
    with pytest.raises(WrongState):
        actions.appeal(proposal, "再看看", by=ground["author"])


def test_a_withdrawn_one_is_gone_for_colleagues(ground, db):
    proposal = hand_in(ground["author"])
    actions.withdraw(proposal, by=ground["author"])
    found = {name: db.scalars(queries.visible_to(person)).all() for name, person in ground.items()}
    assert found == {"author": [proposal], "boss": [proposal], "colleague": []}


def test_one_person_one_vote_and_none_for_ones_own(ground, db):
    proposal = hand_in(ground["author"])
    for _ in range(2):
        actions.vote(proposal, by=ground["colleague"])
    with pytest.raises(Forbidden):
        actions.vote(proposal, by=ground["author"])
    db.refresh(proposal)
    assert proposal.votes == db.query(ProposalVote).count() == 1


def test_a_duplicate_hands_votes_and_followers_over(ground, db):
    first, second = hand_in(ground["boss"]), hand_in(ground["author"])
    actions.vote(first, by=ground["colleague"])
    actions.vote(second, by=ground["colleague"])
    actions.vote(second, by=cast.agent("周敏"))
    actions.mark_duplicate(second, first, by=ground["boss"])
    db.refresh(first)
    assert (first.votes, second.status, second.duplicate_of_id) == (2, S.DUPLICATE, first.id)
    actions.decide(first, "decline", "不行", by=cast.supervisor("郑凯"))
    assert ground["author"].id in {n.person_id for n in db.query(Notice).filter(Notice.words.contains("declined"))}


def test_nothing_is_a_duplicate_of_what_is_a_duplicate_or_withdrawn(ground):
    first, second, third = (hand_in(ground["author"]) for _n in range(3))
    actions.withdraw(first, by=ground["author"])
    actions.mark_duplicate(second, third, by=ground["boss"])
    fourth = hand_in(ground["author"])
    for other in (first, second, fourth):
        with pytest.raises(Refused):
            actions.mark_duplicate(fourth, other, by=ground["boss"])
    assert (fourth.status, fourth.duplicate_of_id) == (S.SUBMITTED, None)


def test_without_account_one_needs_the_link(app):
    proposal = hand_in(customer_actor("陈女士"), source=Source.CUSTOMER)
    altered = proposal.token[:-1] + ("A" if proposal.token[-1] != "A" else "B")
    assert queries.find_by_token(proposal.token) is proposal
    assert [queries.find_by_token(t) for t in (altered, "", "x" * 34, "é" * 34, proposal.token + "A")] == [None] * 5


def test_an_account_gets_no_link_but_the_others_do(ground):
    assert hand_in(ground["author"]).token == ""
    assert len(hand_in(ground["author"], naming=Naming.ANONYMOUS).token) == 34


def test_numbers_run_by_month(ground, clock):
    assert [hand_in(ground["author"]).number for _ in range(2)] == ["P2611-0001", "P2611-0002"]


def test_an_answer_is_promised_in_working_days_of_the_teams_calendar(ground, clock, db):
    """From Wednesday, 18 November: five days round the clock; five working days; a holiday and a make-up Saturday; a team without weekends."""
    assert hand_in(ground["author"]).answer_by.isoformat() == "2026-11-23T15:59:00+00:00"
    calendars.load()
    assert hand_in(ground["author"]).answer_by.isoformat() == "2026-11-25T10:00:00+00:00"
    db.add_all([CalendarDay(day=date(2026, 11, 23), works=False, note="停工"), CalendarDay(day=date(2026, 11, 24), works=False, note="停工")])
    db.add(CalendarDay(day=date(2026, 11, 21), works=True, note="补班"))
    team, always = cast.team(), Calendar(name="全年无休", name_en="Every day", week=[[[480, 1200]]] * 7, holidays=False)
    db.add(always)
    db.flush()
    db.add(TeamCalendar(team_id=team.id, calendar_id=always.id))
    db.flush()
    assert hand_in(ground["author"]).answer_by.isoformat() == "2026-11-26T10:00:00+00:00"
    assert hand_in(ground["author"], team=team).answer_by.isoformat() == "2026-11-23T12:00:00+00:00"
