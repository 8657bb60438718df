"""Forty proposals in the course of the story: handed in, voted for, decided with a reason."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select

from portal.accounts.models import Person, Team
from portal.catalogue.models import Stage as TroubleStage
from portal.core import clock
from portal.core.access import ANONYMOUS, Role
from portal.core.db import db
from portal.demo.stage import Stage
from portal.demo.story import WORDS
from portal.proposals import actions, deciding
from portal.proposals.models import Naming, Proposal, Source
from portal.visits.models import Visit

REASONS = {
    "adopt": "问题常见，做法简单，下月起执行。", "defer": "等新排班系统上线后一起做。", "decline": "平日人手不够，暂不增加班次；可先把周六单往前排。",
    "return": "请补充每张卡片要放哪些内容、大概费用。",
}
NUMBER = 40
TRIED = ("客户只知道「上午」或「下午」，不知道几点到，一上午打好几个电话来问。", "师傅点「出发」后自动给客户发短信：几点到、谁来、电话。晚到超过 15 分钟再发一条。")
MEASURED = ("satisfaction", "satisfaction_speed", "arrived_on_time", "complaints")


def fill(rng: Random, stage: Stage, people: dict[str, Person], first) -> None:
    """Spread the proposals over the days; each text comes in several teams' words."""
    stages = {s.code: s for s in db.session.scalars(select(TroubleStage))}
    staff = [p for p in people.values() if {Role.AGENT, Role.TECHNICIAN} & p.roles and not p.company_wide]
    for number in range(NUMBER):
        text = WORDS["proposal"][number % len(WORDS["proposal"])]
        moment = clock.moment(first + timedelta(days=1 + number * 57 // NUMBER), clock.local(clock.now()).time().replace(hour=9 + number % 9))
        stage.at(moment, lambda t=text, n=number: _submit(rng, stage, people, staff, stages, t, n))


def start_trial(people: dict[str, Person], now) -> None:
    """What the weeks after the story are about: proposed after a visit, voted for, scored, and tried beside a control team from today on."""
    teams = {t.name: t for t in db.session.scalars(select(Team))}
    author, boss = people["wangjianguo"], people["xujing"]
    with clock.at(now - timedelta(days=3, hours=5)):
        visit = db.session.scalars(select(Visit).where(Visit.technician_id == author.id, Visit.finished_at.is_not(None)).order_by(Visit.finished_at.desc()).limit(1)).first()
        proposal = actions.submit(
            "上门前 30 分钟自动发短信，说清几点到", TRIED[0], TRIED[1], by=author, expected="满意度从不到七成升到八成五以上",
            team=teams["徐汇班组"], tickets=[visit.ticket] if visit else (),
        )
    with clock.at(now - timedelta(days=2)):
        for name in ("linxiao", "zhoumin", "hechuan", "sunyumei", "liuchanghe", "zhaotiezhu", "mahuilan"):
            actions.vote(proposal, by=people[name])
        actions.comment(proposal, "@林晓 客户老打电话问到哪了，这条能少接不少电话", by=people["sunyumei"])
    with clock.at(now - timedelta(hours=2)):
        actions.start_review(proposal, by=boss)
        actions.price(proposal, 26_000, False, by=boss)
        actions.score(proposal, {"effect": 5, "cost": 4, "ease": 4, "evidence": 3}, by=boss)
        actions.score(proposal, {"effect": 4, "cost": 4, "ease": 5, "evidence": 3}, by=people["gaoyuan"])
        days = clock.today(), clock.today() + timedelta(days=27)
        trial = actions.Trial(teams["徐汇班组"], *days, control=teams["长宁班组"], figures=MEASURED)
        actions.decide(proposal, "trial", "先在徐汇试四周，长宁做对照，再看数据。", by=boss, trial=trial)


def _submit(rng: Random, stage: Stage, people: dict, staff: list[Person], stages: dict, text: dict, number: int) -> None:
    source = Source.CUSTOMER if number % 8 == 5 else Source.STAFF
    naming = (Naming.NAMED, Naming.NAMED, Naming.REVIEWERS, Naming.ANONYMOUS)[number % 4] if source is Source.STAFF else Naming.NAMED
    author = ANONYMOUS if source is Source.CUSTOMER else staff[number % len(staff)]
    again = number // len(WORDS["proposal"])
    proposal = actions.submit(
        text["title"] + ("", "（补充）", "（浦东）", "（夜班）")[again], text["problem"], text["suggestion"], by=author, naming=naming, source=source,
        stage=stages.get(text["stage"]), customer_name="热心客户" if source is Source.CUSTOMER else "",
    )
    for voter in rng.sample(staff, rng.randrange(1, len(staff))):
        stage.at(clock.now() + timedelta(hours=rng.uniform(1, 60)), lambda v=voter: v.id == proposal.author_id or actions.vote(proposal, by=v))
    boss = people["xujing"]
    stage.at(clock.now() + timedelta(days=1), lambda: deciding.screen(proposal, by=boss))
    stage.at(clock.now() + timedelta(days=2), lambda: deciding.start_review(proposal, by=boss))
    told = again == 0  # customers read the first team's words alone
    stage.at(clock.now() + timedelta(days=rng.randrange(3, 9)), lambda: _answer(stage, proposal, text["fate"], boss, people["gaoyuan"], told))


def _answer(stage: Stage, proposal: Proposal, fate: str, boss: Person, owner: Person, told: bool) -> None:
    """What is adopted begins within days, is done within three weeks, and then customers may be told."""
    if _decide(proposal, fate, boss, owner) != "adopt":
        return
    stage.at(clock.now() + timedelta(days=4), lambda: actions.start(proposal, by=owner))
    stage.at(clock.now() + timedelta(days=22), lambda: actions.finish(proposal, by=owner))
    if told:
        stage.at(clock.now() + timedelta(days=23), lambda: actions.publish(proposal, proposal.suggestion, by=boss))


def _decide(proposal: Proposal, fate: str, boss: Person, owner: Person) -> str:
    outcome = "adopt" if fate == "trial" else fate
    due = clock.today() + timedelta(days=30)
    deciding.decide(proposal, outcome, REASONS[outcome], by=boss, **({"owner": owner, "due_on": due} if outcome == "adopt" else {}),
                    **({"until": due} if outcome == "defer" else {}))
    return outcome
