"""Four weeks later: the trial that the story left running comes to its end, told through the actions up to a verdict."""

from __future__ import annotations

from datetime import time, timedelta
from random import Random
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.accounts.models import Person
from portal.core import clock
from portal.core.access import customer_actor
from portal.core.db import db
from portal.core.errors import Refused
from portal.customers.models import Customer
from portal.demo import moving
from portal.demo.stage import Stage
from portal.demo.story import WORDS, Story
from portal.figures import effect
from portal.proposals import actions, carrying
from portal.proposals.models import Proposal, ProposalStatus
from portal.surveys import actions as surveys
from portal.surveys import queries as asked
from portal.tickets.models import OPEN, Ticket

SEED, DAYS, A_DAY = 20_261_220, 28, 12
ADOPTED = "试点组满意度明显上升，对照组没有变化。下月起全公司照此执行。"
ADOPTED_ALL_THE_SAME = "差异还不明显，但客户反映好，先照此执行，再看数据。"
FINDING = "四周数据与对照组相比，差异不是偶然。"
SHORT = "四周数据还看不出差异，先交回负责人改进。"
STEPS = ("把短信话术写进派单页", "各班组培训一次", "抽查一周")


class NoTrial(Refused):
    sentence = _l("No trial is running here: load the sample company first.")


class Weeks(Story):
    """The same life, but customers of the team that tries it know when somebody comes."""

    def __init__(self, rng: Random, stage: Stage, people: dict[str, Person], customers: list[Customer], trial: Any):
        super().__init__(rng, stage, people, customers)
        self.trial = trial

    def fill_weeks(self, first: Any) -> None:
        for day in range(DAYS):
            for _n in range(A_DAY):
                hour = self.rng.choice((8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 17))
                self.stage.at(clock.moment(first + timedelta(days=day), time(hour, self.rng.randrange(60))), self._call)

    def _rate(self, ticket: Ticket, agent: Person, case: dict) -> None:
        survey = asked.open_of(ticket)
        if ticket.team_id != self.trial.team_id or survey is None or self.rng.random() < 0.15:
            return super()._rate(ticket, agent, case)
        overall = self.rng.choices((3, 4, 5), (2, 22, 76))[0]
        values = {"overall": overall, "solved": True, "words": self.rng.choice(WORDS["notes"]["survey_good"])}
        values |= dict.fromkeys(("speed", "attitude", "quality", "tidiness"), overall)
        surveys.answer(survey, values, by=customer_actor(ticket.caller_name))
        if ticket.status in OPEN:
            self._again(ticket, agent, case)


def tell() -> Proposal:
    """Move the clock four weeks on and tell them. Raises NoTrial."""
    proposal = db.session.scalars(select(Proposal).where(Proposal.status == ProposalStatus.TRIAL).order_by(Proposal.created_at.desc())).first()
    if proposal is None:
        raise NoTrial()
    moving.back(DAYS)
    db.session.refresh(proposal)
    people = {p.username: p for p in db.session.scalars(select(Person))}
    customers = list(db.session.scalars(select(Customer).where(Customer.merged_into_id.is_(None)).order_by(Customer.id)))
    stage = Stage(clock.now())
    weeks = Weeks(Random(SEED), stage, people, [c for c in customers if c.sites and c.phones], proposal.trial)
    weeks.fill_weeks(proposal.trial.starts_on)
    stage.play()
    _conclude(proposal, people)
    return proposal


def _conclude(proposal: Proposal, people: dict[str, Person]) -> None:
    """The trial has ended: adopted with its figures, carried out, verified. Told at each step."""
    boss, owner = people["xujing"], people["gaoyuan"]
    found = carrying.of_trial(proposal)
    reached = any(one.verdict == effect.REACHED for one in found)
    actions.decide(proposal, "adopt", ADOPTED if reached else ADOPTED_ALL_THE_SAME, by=boss, owner=owner, due_on=clock.today() + timedelta(days=14))
    actions.start(proposal, by=owner)
    actions.plan_steps(proposal, list(STEPS), by=owner)
    for step in proposal.steps:
        actions.do_step(step, by=owner)
    actions.finish(proposal, by=owner)
    actions.verify(proposal, reached, FINDING if reached else SHORT, by=boss)
    if reached:
        actions.publish(proposal, "上门前 30 分钟自动发短信，说清谁来、几点到。", by=boss)
