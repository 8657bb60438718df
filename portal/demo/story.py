"""Sixty days of tickets, told through the actions: calls, dispatch, visits, solutions, ratings, follow-ups."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Person
from portal.catalogue.models import Category, Cause, Priority, Stage as TroubleStage
from portal.core import clock
from portal.core.access import Role, customer_actor
from portal.core.db import db
from portal.customers.models import Customer
from portal.demo import deskwork, fieldwork
from portal.demo.moods import Moods
from portal.demo.pictures import photo
from portal.demo.stage import Stage
from portal.followups import actions as followups
from portal.followups import queries as due
from portal.roster import queries as roster
from portal.roster.duty import Duty
from portal.surveys import actions as surveys
from portal.surveys import queries as asked
from portal.tickets import actions as tickets
from portal.tickets.models import OPEN, Channel, Status, Ticket
from portal.visits import actions as visits
from portal.visits import answering, proof
from portal.visits.models import Answer, Visit, VisitStatus

WORDS = tomllib.loads((Path(__file__).parent / "data" / "story.toml").read_text(encoding="utf-8"))
DAYS, A_DAY = 60, 10
CHANNELS = [Channel.PHONE] * 13 + [Channel.WEB] * 5 + [Channel.WECHAT] * 2


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


class Story:
    """Who plays, where, with which dice."""

    def __init__(self, rng: Random, stage: Stage, people: dict[str, Person], customers: list[Customer]):
        self.rng, self.stage, self.customers, self.moods = rng, stage, customers, Moods(rng)
        self.able: dict[int | None, list[Person]] = {}
        self.duty = Duty(clock.today(), clock.local(stage.until).date() + timedelta(days=7))
        self.given: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.agents = [p for p in people.values() if Role.AGENT in p.roles and Role.SUPERVISOR not in p.roles]
        self.technicians = [p for p in people.values() if Role.TECHNICIAN in p.roles]
        self.categories = {c.name: c for c in db.session.scalars(select(Category))}
        self.causes = {c.name: c for c in db.session.scalars(select(Cause))}
        self.stages = list(db.session.scalars(select(TroubleStage).order_by(TroubleStage.position)))
        self.cases = [c for c in WORDS["case"] if c["branch"] in self.categories]

    def later(self, low: float, high: float) -> datetime:
        """Some minutes from now, moved into the day when it would be night."""
        moment = clock.now() + minutes(self.rng.uniform(low, high))
        local = clock.local(moment)
        if local.hour < 8:
            return clock.moment(local.date(), time(8, self.rng.randrange(60)))
        if local.hour >= 20:
            return clock.moment(local.date() + timedelta(days=1), time(8, self.rng.randrange(60)))
        return moment

    def fill(self, first: Any) -> None:
        """Ask for the tickets of every day."""
        for day in range(DAYS + 1):
            date = first + timedelta(days=day)
            for _n in range(A_DAY if date.weekday() < 5 else A_DAY - 2):
                hour = self.rng.choice((8, 9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 17, 19))
                self.stage.at(clock.moment(date, time(hour, self.rng.randrange(60))), self._call)

    def _call(self) -> None:
        rng = self.rng
        customer, case, channel = rng.choice(self.customers), rng.choice(self.cases), rng.choice(CHANNELS)
        agent = rng.choice(self.agents)
        by = agent if channel is not Channel.WEB else customer_actor(customer.name)
        site = rng.choice(customer.sites)
        ticket = tickets.open_ticket(
            customer, rng.choice(case["words"]), by=by, channel=channel, category=self.categories[case["branch"]], site=site,
            phone=customer.phones[0], owner=agent if channel is not Channel.WEB else None, contact_name=customer.salutation,
            files=[photo("before", rng.randrange(3))] if channel is Channel.WEB and rng.random() < 0.6 else (),
        )
        self.stage.at(self.later(2600, 3900), lambda: self._settle(ticket, agent, case))
        wait = rng.uniform(0.5, 3) if channel is Channel.PHONE else rng.uniform(4, 50)
        self.stage.at(clock.now() + minutes(wait), lambda: self._accept(ticket, agent, case))

    def _accept(self, ticket: Ticket, agent: Person, case: dict) -> None:
        rng = self.rng
        tickets.claim(ticket, by=agent)
        tickets.accept(ticket, by=agent)
        deskwork.touch(ticket, agent)
        if rng.random() < 0.35:
            tickets.note(ticket, rng.choice(WORDS["notes"]["internal"]), by=agent)
        if rng.random() < 0.03:
            reason = rng.choice(WORDS["notes"]["cancel"])
            return self.stage.at(self.later(20, 200), lambda: tickets.cancel(ticket, reason, by=agent))
        if case.get("straight"):
            return self.stage.at(self.later(5, 240), lambda: self._answer(ticket, agent, case))
        self.stage.at(self.later(3, 70), lambda: self._dispatch(ticket, agent, case))
        if rng.random() < 0.2:
            words = rng.choice(WORDS["notes"]["customer"])
            self.stage.at(self.later(30, 300), lambda: tickets.customer_words(ticket, words, by=customer_actor(ticket.caller_name)))
        if rng.random() < 0.3:
            words_ = rng.choice(WORDS["notes"]["reply"])
            self.stage.at(self.later(10, 320), lambda: tickets.reply(ticket, words_, by=agent))

    def _answer(self, ticket: Ticket, agent: Person, case: dict) -> None:
        tickets.reply(ticket, WORDS["notes"]["reply"][0] if self.rng.random() < 0.2 else case["solution"], by=agent)
        self.stage.at(self.later(1, 90), lambda: self._resolve(ticket, agent, case))

    def _dispatch(self, ticket: Ticket, agent: Person, case: dict) -> None:
        if self.rng.random() < 0.06:
            reason = self.rng.choice(WORDS["notes"]["waiting"])
            tickets.wait(ticket, reason, by=agent)
            return self.stage.at(self.later(300, 2900), lambda: self._go_on(ticket, agent, case))
        visit = self._planned(ticket, agent)
        if visit is None:
            return self.stage.at(self.later(120, 400), lambda: self._dispatch(ticket, agent, case))
        self._follow(visit, agent, case)

    def _go_on(self, ticket: Ticket, agent: Person, case: dict) -> None:
        tickets.resume(ticket, by=agent)
        self._dispatch(ticket, agent, case)

    def _planned(self, ticket: Ticket, agent: Person) -> Visit | None:
        """The first of some tried slots in which nobody is double-booked."""
        able = self._able(ticket.service_id)
        near = [t for t in able if ticket.team_id in t.team_ids] or able
        length = minutes(min(ticket.service.minutes if ticket.service else 90, 120))
        today = clock.local(clock.now())
        first = 0 if today.hour < 15 else 1
        hurry = ticket.priority is Priority.URGENT and 7 <= today.hour < 20
        for attempt in range(14):
            date = today.date() + timedelta(days=first + attempt // 5)
            start = clock.moment(date, time(self.rng.choice((9, 10, 11, 13, 14, 15, 16)), self.rng.choice((0, 30))))
            if hurry and attempt < 9:
                start = self._next_half_hour(minutes(42 + 30 * (attempt // 3)))
            who = self.rng.choice(near if attempt % 3 else able)
            if start < clock.now() + minutes(40) or self._is_known_refused(who, start, start + length):
                continue
            try:
                visit = visits.plan(ticket, who, start, start + length, by=agent)  # what is refused is refused before anything changed
            except visits.planning.BadWindow:
                continue
            self.given[who.id].append((start, start + length))
            return visit
        return None

    def _is_known_refused(self, who: Person, start: datetime, end: datetime) -> bool:
        """Nobody at the desk asks for a time that they see is taken, or at which they know that this person does not work."""
        taken = any(start < other_end and end > other_start for other_start, other_end in self.given[who.id])
        return taken or self.duty.obstacle(who.id, start, end) is not None

    def _able(self, service_id: int | None) -> list[Person]:
        """Technicians who have what the service needs."""
        if service_id not in self.able:
            needs = roster.needs_of(service_id)
            self.able[service_id] = [t for t in self.technicians if not self.duty.gap(t.id, needs, clock.today())] or self.technicians
        return self.able[service_id]

    def leave_some(self) -> None:
        """The present hour, be it night: what is not given out yet (the side of the dispatch board), waits, is worked on, came twice, and what
        nobody has taken in yet."""
        left = []
        for number in range(9):
            with clock.at(self.stage.until - minutes(12 + 23 * (8 - number))):
                left.append(self.taken_in(("", "明天上午", "今天下午")[number % 3]))
        waiting, started, twice = left[:3]
        with clock.at(self.stage.until - minutes(9)):
            tickets.wait(waiting, WORDS["notes"]["waiting"][1], by=waiting.owner)
            tickets.start(started, by=started.owner)
            tickets.merge(self._asked(twice.customer, twice.title), twice, by=twice.owner)
        for ago in (38, 17, 6):
            with clock.at(self.stage.until - minutes(ago)):
                customer, case = self._somebody_with()
                self._asked(customer, self.rng.choice(case["words"]), self.categories[case["branch"]])

    def _somebody_with(self) -> tuple[Customer, dict]:
        """A customer, and something that needs a visit."""
        return self.rng.choice(self.customers), self.rng.choice([c for c in self.cases if not c.get("straight")])

    def _asked(self, customer: Customer, words: str, category: Category | None = None) -> Ticket:
        """A request by web of this moment, not taken in by anybody."""
        return tickets.open_ticket(
            customer, words, by=customer_actor(customer.name), channel=Channel.WEB, category=category, site=customer.sites[0], phone=customer.phones[0],
            contact_name=customer.salutation,
        )

    def taken_in(self, preferred: str = "") -> Ticket:
        """A request of this moment, accepted by an agent."""
        (customer, case), agent = self._somebody_with(), self.rng.choice(self.agents)
        ticket = tickets.open_ticket(
            customer, self.rng.choice(case["words"]), by=agent, channel=Channel.PHONE, category=self.categories[case["branch"]],
            site=customer.sites[0], phone=customer.phones[0], contact_name=customer.salutation, preferred=preferred,
        )
        tickets.claim(ticket, by=agent)
        tickets.accept(ticket, by=agent)
        return ticket

    def _confirmed(self, visit: Visit) -> None:
        """Most customers answer to the message; one now and then wants another time."""
        by = customer_actor(visit.ticket.caller_name)
        if self.rng.random() < 0.06:
            answering.ask_other_time(visit, "明天上午", by=by)
        else:
            answering.confirm(visit, by=by)

    def _next_half_hour(self, ahead: timedelta) -> datetime:
        moment = clock.local(clock.now() + ahead)
        return (moment + minutes(30 - moment.minute % 30)).replace(second=0, microsecond=0)

    def _follow(self, visit: Visit, agent: Person, case: dict) -> None:
        rng, who = self.rng, visit.technician
        if rng.random() < 0.6:
            self.stage.at(clock.now() + minutes(rng.uniform(2, 40)), lambda: self._confirmed(visit))
        if rng.random() < 0.03:
            return self.stage.at(clock.now() + minutes(12), lambda: self._declined(visit, agent, case))
        accepted = clock.now() + minutes(rng.uniform(3, 35))
        self.stage.at(accepted, lambda: visits.accept(visit, by=who))
        late = rng.uniform(15, 55) if who.name == "孙玉梅" and rng.random() < 0.35 else rng.uniform(-6, 12)
        leave = max(visit.starts_at + minutes(late - rng.uniform(15, 35)), accepted + minutes(2))
        arrive = max(visit.starts_at + minutes(late), leave + minutes(10))
        self.stage.at(leave, lambda: visits.set_off(visit, by=who))
        self.stage.at(arrive, lambda: self._arrived(visit, agent, case))

    def _declined(self, visit: Visit, agent: Person, case: dict) -> None:
        visits.decline(visit, "上一单耽误，赶不过去", by=visit.technician)
        self.stage.at(self.later(5, 30), lambda: self._dispatch(visit.ticket, agent, case))

    def _arrived(self, visit: Visit, agent: Person, case: dict) -> None:
        visits.arrive(visit, by=visit.technician)
        luck = self.rng.random()
        done = VisitStatus.NO_ACCESS if luck < 0.03 else VisitStatus.PARTLY_DONE if luck < 0.08 else VisitStatus.DONE
        span = 25 if done is VisitStatus.NO_ACCESS else self.rng.uniform(35, 90)
        self.stage.at(clock.now() + minutes(3), lambda: visits.add_photos(visit, "before", [photo("before", visit.id)], by=visit.technician))
        self.stage.at(clock.now() + minutes(span), lambda: self._finish(visit, done, agent, case))

    def _finish(self, visit: Visit, outcome: VisitStatus, agent: Person, case: dict) -> None:
        who = visit.technician
        if outcome is VisitStatus.NO_ACCESS:
            visits.finish(visit, outcome, "", reason="客户不在家，电话没人接", waited_minutes=20, by=who)
            return self.stage.at(self.later(10, 90), lambda: self._dispatch(visit.ticket, agent, case))
        for item in proof.checks(visit):
            if item.required or self.rng.random() < 0.7:
                visits.answer(visit, item, Answer.YES, by=who)
        for slot, least in proof.gap(visit, visits.queries.photos_of(visit)).photos.items():
            visits.add_photos(visit, slot, [photo(slot, visit.id + n) for n in range(least)], by=who)
        fieldwork.sign_off(visit, case["solution"], self.stage.until)
        if outcome is VisitStatus.PARTLY_DONE:
            rest = visits.finish(visit, outcome, "先做了能做的部分", reason="缺配件，明天带来", by=who)
            return self.stage.at(self.later(20, 120), lambda: self._replan(rest, agent, case))
        visits.finish(visit, outcome, case["solution"], by=who)
        patience = (3, 20) if visit.ticket.priority is Priority.URGENT else (10, 300)
        self.stage.at(self.later(*patience), lambda: self._resolve(visit.ticket, agent, case))

    def _replan(self, visit: Visit, agent: Person, case: dict) -> None:
        day = clock.local(clock.now()).date() + timedelta(days=1)
        start = clock.moment(day, time(self.rng.choice((9, 11, 14, 16)), 15))
        visits.move(visit, self.rng.choice(self.technicians), start, start + minutes(60), by=agent)
        self._follow(visit, agent, case)

    def _resolve(self, ticket: Ticket, agent: Person, case: dict) -> None:
        if ticket.status not in (Status.ACCEPTED, Status.DISPATCHED, Status.IN_PROGRESS):
            return
        stage = self.rng.choices(self.stages, (1, 3, 5, 2, 1)[: len(self.stages)])[0]
        tickets.resolve(ticket, self.causes[case["cause"]], case["solution"], by=agent, stage_id=stage.id)
        self.stage.at(self.later(60, 1500), lambda: self._rate(ticket, agent, case))
        self.stage.at(self.later(90, 1500), lambda: self._call_back(ticket, agent, case))
        self.stage.at(self.later(1700, 4200), lambda: tickets.close(ticket, by=agent))

    def _settle(self, ticket: Ticket, agent: Person, case: dict) -> None:
        """What has dragged on for two days is brought to an end, but for one in fifteen."""
        if ticket.status not in OPEN or self.rng.random() < 0.07:
            return
        for visit in visits.queries.ahead_of(ticket):
            visits.cancel(visit, "客户改约，已电话处理", by=agent)
        if ticket.status is Status.NEW:
            tickets.accept(ticket, by=agent)
        tickets.reply(ticket, case["solution"], by=agent)
        tickets.resolve(ticket, self.causes[case["cause"]], case["solution"], by=agent)
        self.stage.at(self.later(200, 1500), lambda: self._call_back(ticket, agent, case))
        self.stage.at(self.later(1700, 4200), lambda: tickets.close(ticket, by=agent))

    def _rate(self, ticket: Ticket, agent: Person, case: dict) -> None:
        survey = asked.open_of(ticket)
        if survey is None or self.rng.random() < 0.35:
            return
        overall = self.moods.draw(ticket.team)
        values: dict[str, Any] = {"overall": overall, "solved": overall > 1}
        values |= {d: max(1, min(5, overall + self.rng.choice((-1, 0, 0, 0, 1)))) for d in ("speed", "attitude", "quality", "tidiness")}
        values["words"] = self.rng.choice(WORDS["notes"]["survey_good" if overall > 3 else "survey_bad"])
        surveys.answer(survey, values, by=customer_actor(ticket.caller_name))
        if ticket.status in OPEN:
            self._again(ticket, agent, case)

    def _again(self, ticket: Ticket, agent: Person, case: dict) -> None:
        """Reopened: another visit, and an end within days."""
        self.stage.at(self.later(20, 90), lambda: self._dispatch(ticket, agent, case))
        self.stage.at(self.later(1500, 2600), lambda: self._settle(ticket, agent, case))

    def _call_back(self, ticket: Ticket, agent: Person, case: dict) -> None:
        follow_up = due.pending_of(ticket)
        if follow_up is None:
            return
        if self.rng.random() < 0.15:
            followups.attempt(follow_up, False, words=self.rng.choice(WORDS["notes"]["unreached"]), by=agent)
            return self.stage.at(self.later(120, 600), lambda: self._call_back(ticket, agent, case))
        good = self.rng.random() < 0.93
        followups.attempt(follow_up, True, good, words="" if good else "问题又出现了，希望再来看一次", score=5 if good else 2, by=agent)
        if not good:
            self._again(ticket, agent, case)


