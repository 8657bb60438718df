"""Carrying out, measuring against a control team, freezing; what the clock does."""

from datetime import date, timedelta

import pytest
from flask_babel import force_locale

from sqlalchemy import update

from portal.core import clock as wall
from portal.core.activity import Activity
from portal.core.errors import Forbidden, WrongState
from portal.figures import effect
from portal.notifications.models import Notice
from portal.proposals import actions, carrying, jobs
from portal.proposals.deciding import Trial
from portal.proposals.models import Proposal, ProposalEffect, ProposalStatus
from portal.tickets.models import Channel, Status, Ticket
from tests import cast, make

BEFORE, AFTER = (date(2026, 10, 5), date(2026, 10, 18)), (date(2026, 10, 19), date(2026, 11, 1))


@pytest.fixture
def company(app, db, clock):
    """Complaints of 40 tickets a cell: tried 20 → 4, control 20 → 20."""
    make.catalogue()
    people = {"author": cast.technician(), "boss": cast.supervisor(), "owner": cast.agent()}
    teams = cast.team(), cast.team("闵行班组")
    customer = make.customer()
    for team, days, complaints in ((teams[0], BEFORE, 20), (teams[0], AFTER, 4), (teams[1], BEFORE, 20), (teams[1], AFTER, 20)):
        for i in range(40):
            at = wall.day_bounds(days[0] + timedelta(days=i % 14))[0] + timedelta(hours=2)
            db.add(Ticket(
                number=f"{team.id}{days[0]}{i}", title="x", channel=Channel.PHONE, kind_code="complaint" if i < complaints else "repair", team=team,
                customer=customer, status=Status.ACCEPTED, created_at=at, changed_at=at, next_due_at=at,
            ))
    db.flush()
    return people | {"teams": teams}


def of(team):
    return {"team_id": team.id}


def carried_out(company, control=True, figures=("complaints",)):
    proposal = actions.submit("", "问题", "建议", by=company["author"])
    tried, other = company["teams"]
    trial = Trial(tried, *AFTER, control=other if control else None, figures=figures)
    actions.decide(proposal, "trial", "试两周", by=company["boss"], trial=trial)
    actions.decide(proposal, "adopt", "推开", by=company["boss"], owner=company["owner"], due_on=date(2099, 1, 1))
    actions.start(proposal, by=company["owner"])
    actions.finish(proposal, by=company["owner"])
    return proposal


def test_the_difference_in_differences_is_the_one_on_paper(company):
    tried, other = company["teams"]
    found = effect.measure("complaints", BEFORE, AFTER, of(tried), of(other))
    assert [found.found[k]["value"] for k in ("before", "after", "control_before", "control_after")] == [50, 10, 50, 50]
    # -0.4 ± 1.96 × sqrt((3 × .25 + .09) / 40)
    assert [round(found.found[k], 4) for k in ("difference", "low", "high")] == [-0.4, -0.684, -0.116]
    assert found.verdict == effect.REACHED


def test_without_control_or_with_few_cases_nothing_is_claimed(company):
    tried, other = company["teams"]
    assert effect.measure("complaints", BEFORE, AFTER, of(tried), None).verdict == effect.NO_CONTROL
    week = (BEFORE[0], BEFORE[0] + timedelta(days=6))
    assert effect.measure("complaints", week, AFTER, of(tried), of(other)).verdict == effect.TOO_FEW
    assert effect.measure("complaints", BEFORE, AFTER, of(other), of(tried)).verdict == effect.NOT_REACHED


def test_a_trial_in_an_area_counts_the_tickets_of_that_area_whoever_goes(company, db):
    areas = [cast.area("徐汇"), cast.area("闵行")]
    for team, area in zip(company["teams"], areas, strict=True):
        db.execute(update(Ticket).where(Ticket.team_id == team.id).values(area_id=area.id, team_id=None))
    proposal = actions.submit("", "问题", "建议", by=company["author"])
    trial = Trial(areas[0], *AFTER, control=areas[1], figures=("complaints",))
    actions.decide(proposal, "trial", "试两周", by=company["boss"], trial=trial)
    assert (proposal.trial.place, proposal.trial.control, proposal.trial.team) == (areas[0], areas[1], None)
    found = carrying.of_trial(proposal)[0]
    assert (found.verdict, effect.again(found.asked)) == (effect.REACHED, found)
    assert found.asked["place"] == {"area_id": areas[0].id}


@pytest.mark.parametrize("mixed", [True, False])
def test_the_control_is_another_of_the_same_kind(company, mixed):
    area, proposal = cast.area("徐汇"), actions.submit("", "问题", "建议", by=company["author"])
    with pytest.raises(actions.Untried):
        trial = Trial(area, *AFTER, control=company["teams"][0] if mixed else area)
        actions.decide(proposal, "trial", "试两周", by=company["boss"], trial=trial)


def test_a_supervisor_chooses_areas_on_the_page(browser, company, db):
    areas = [cast.area("徐汇"), cast.area("闵行")]
    proposal = actions.submit("", "问题", "建议", by=company["author"])
    cast.signed_in(browser.client, company["boss"])
    browser.visit(f"/proposals/{proposal.id}")
    days = {"starts_on": "2026-11-20", "ends_on": "2026-12-17", "figures": ["complaints"], "reason": "试四周"}
    sending = "提交「采纳」「退回补充」「试点」「暂缓」「不采纳」"
    for field, wrong in (("place", {"place": ""}), ("starts_on", {"starts_on": ""}), ("ends_on", {"ends_on": ""}), ("ends_on", {"ends_on": "2020-01-01"})):
        page = browser.press(sending, status=422, outcome="trial", **{"place": f"area-{areas[0].id}", **days, **wrong})
        assert [e.get("id") for e in page.all("form [aria-invalid=true]")] == [field], wrong
    page = browser.press(sending, status=422, outcome="trial", place=f"area-{areas[0].id}", control=f"area-{areas[0].id}", **days)
    assert page.value("place") == f"area-{areas[0].id}" and page.words("#control-error")
    page = browser.press(sending, outcome="trial", place=f"area-{areas[0].id}", control=f"area-{areas[1].id}", **days)
    assert page.has("试点：徐汇")
    assert db.get(Proposal, proposal.id).trial.control_area_id == areas[1].id


def test_verifying_freezes_what_anyone_can_compute_again(company, db):
    proposal = carried_out(company)
    actions.verify(proposal, True, "投诉降了", by=company["boss"])
    row = db.query(ProposalEffect).order_by(ProposalEffect.id).all()[-1]  # the first was kept when the trial was decided
    assert (proposal.status, proposal.effect_words) == (ProposalStatus.VERIFIED, "投诉 50.0 每百单 → 10.0 每百单")
    with force_locale("en"):
        assert proposal.effect_words == "Complaints 50.0 per 100 → 10.0 per 100"
    proposal.effect = "投诉 9.2 → 4.1"  # as it was kept once
    assert proposal.effect_words == "投诉 9.2 → 4.1"
    assert effect.again(row.asked).found == row.found
    told = {n.person_id for n in db.query(Notice).filter(Notice.words.contains("reached its effect"))}
    assert told == {company["author"].id}


def test_reached_cannot_be_said_without_the_figures(company):
    with pytest.raises(actions.Unmeasured):
        actions.verify(carried_out(company, control=False), True, "我觉得好", by=company["boss"])


def test_not_reached_goes_back_to_the_owner(company):
    proposal = carried_out(company, control=False)
    actions.verify(proposal, False, "看不出变化", by=company["boss"])
    actions.start(proposal, by=company["owner"])
    assert proposal.status == ProposalStatus.IN_PROGRESS


def test_only_the_owner_or_a_supervisor_carries_out(company):
    proposal = actions.submit("", "问题", "建议", by=company["author"])
    with pytest.raises(WrongState):
        actions.start(proposal, by=company["boss"])
    actions.decide(proposal, "adopt", "好", by=company["boss"], owner=company["owner"], due_on=date(2099, 1, 1))
    for other in (cast.agent("周敏"), company["author"]):
        with pytest.raises(Forbidden):
            actions.start(proposal, by=other)
    with pytest.raises(Forbidden):
        actions.verify(carried_out(company), False, "x", by=company["owner"])


def test_the_page_shows_before_after_and_verdict(browser, company):
    proposal = carried_out(company)
    cast.signed_in(browser.client, company["boss"])
    page = browser.visit(f"/proposals/{proposal.id}")
    assert page.has("50.0 每百单 → 10.0 每百单") and page.has("已见效")
    page = browser.press("已见效", words="投诉降了")
    assert page.has("投诉降了")


def test_late_answers_and_owners_are_told_once(company, db, clock):
    late = actions.submit("", "问题", "建议", by=company["author"])
    adopted = actions.submit("", "问题二", "建议二", by=company["author"])
    actions.decide(adopted, "adopt", "好", by=company["boss"], owner=company["owner"], due_on=date(2026, 11, 20))
    db.commit()
    counts = []
    for _ in range(2):
        jobs.look_after()
        counts.append(db.query(Notice).filter(Notice.words == jobs.DUE).count())
    clock.shift(14 * 86_400)
    for _ in range(2):
        jobs.look_after()
        counts.append((db.query(Notice).filter(Notice.words == jobs.LATE).count(), db.query(Notice).filter(Notice.words == jobs.ESCALATED).count()))
    assert counts == [1, 1, (1, 2), (1, 2)]
    assert db.get(Proposal, late.id).warned_at is not None


def test_a_deferred_one_comes_back_on_its_day(company, db, clock):
    proposal = actions.submit("", "问题", "建议", by=company["author"])
    actions.decide(proposal, "defer", "等预算", by=company["boss"], until=date(2026, 11, 25))
    db.commit()
    jobs.look_after()
    assert db.get(Proposal, proposal.id).status == ProposalStatus.DEFERRED
    clock.shift(8 * 86_400)
    jobs.look_after()
    db.expire_all()
    assert db.get(Proposal, proposal.id).status == ProposalStatus.REVIEW
    assert db.query(Activity).filter_by(verb="proposal.reviewing").count() == 1
