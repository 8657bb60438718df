"""The life of one ticket as rows: what the actions would have left behind, up to the present moment."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from portal.core import clock
from portal.core.activity import Audience
from portal.demo.crowd import Actor, Home
from portal.demo.story import CHANNELS, WORDS
from portal.followups.models import FollowUpState
from portal.tickets.models import Channel, Status
from portal.visits.models import VisitStatus

NOTES, S, V = WORDS["notes"], Status, VisitStatus
SYSTEM = Actor("system", None, "")
PUBLIC, INTERNAL = Audience.PUBLIC, Audience.INTERNAL


class NotYet(Exception):
    """The story has reached the present moment."""


@dataclass(slots=True)
class Case:
    """A kind of trouble with everything that the catalogue says about it."""

    words: list[str]
    solution: str
    cause_id: int
    cause: str
    straight: bool
    ticket: dict[str, Any]
    minutes: int
    bring: str


@dataclass(slots=True)
class Happening:
    at: datetime
    verb: str
    by: Actor
    audience: Audience
    body: str | None
    data: dict
    subject: tuple[str, int]
    id: int = 0
    message: str = ""


@dataclass
class World:
    """Who and what there is; hands out the next numbers of visits, surveys and follow-ups."""

    rng: Random
    now: datetime
    agents: list[Actor]
    technicians: list[Actor]
    cases: list[Case]
    stages: list[int]
    teams: dict[int, int]
    last: dict[str, int] = field(default_factory=lambda: {"visit": 0, "survey": 0, "follow_up": 0})

    def next(self, kind: str) -> int:
        self.last[kind] += 1
        return self.last[kind]


class Life:
    """One ticket. `row`: its columns; `events`; rows of visit, survey, follow-up, if it came to that."""

    def __init__(self, world: World, id: int, number: str, created_at: datetime, home: Home, earlier: tuple[int, str] | None):
        self.world, self.rng, self.id, self.at, self.home, self.earlier = world, world.rng, id, created_at, home, earlier
        self.case, self.channel = self.rng.choice(world.cases), self.rng.choice(CHANNELS)
        self.agent, self.customer = self.rng.choice(world.agents), Actor("customer", None, home.name)
        self.events: list[Happening] = []
        self.visit: dict[str, Any] = {}
        self.survey: dict[str, Any] = {}
        self.follow_up: dict[str, Any] = {}
        self.attempt: dict[str, Any] = {}
        words = self.rng.choice(self.case.words)
        self.row: dict[str, Any] = {
            **self.case.ticket, "id": id, "number": number, "status": S.NEW, "channel": self.channel,
            "description": words, "title": words.split("。")[0][:60], "customer_id": home.customer, "site_id": home.site, "phone_id": home.phone,
            "contact_name": home.called, "area_id": home.area, "team_id": world.teams.get(home.area), "created_at": created_at,
        }

    def tell(self) -> Life:
        with suppress(NotYet):
            self._story()
        return self

    def _later(self, low: float, high: float) -> None:
        self.at += timedelta(minutes=self.rng.uniform(low, high))
        if self.at >= self.world.now:
            raise NotYet

    def _happens(self, verb: str, by: Actor, audience: Audience = INTERNAL, body: str | None = None, subject: tuple[str, int] | None = None,
                 message: str = "", **data: Any) -> None:
        self.events.append(Happening(self.at, verb, by, audience, body, data, subject or ("ticket", self.id), message=message))

    def _move(self, to: Status, verb: str, by: Actor, audience: Audience = INTERNAL, message: str = "", **data: Any) -> None:
        before, self.row["status"] = self.row["status"], to
        self._happens(verb, by, audience, message=message, before=before.value, after=to.value, **data)

    def _story(self) -> None:
        self._begin()
        self._accept()
        if self.rng.random() < 0.03:
            return self._cancel()
        if self.rng.random() < 0.01 and self.earlier is not None:
            return self._merge()
        self._talk()
        if not self.case.straight:
            self._wait()
            self._send_somebody()
        self._resolve()
        if self.rng.random() < 0.03:
            self._come_back()
        return self._end()

    def _begin(self) -> None:
        by_customer = self.channel is Channel.WEB
        if not by_customer:
            self.row.update(owner_id=self.agent.id, entered_by_id=self.agent.id)
        else:
            self.row["customer_spoke_at"] = self.at
        who = self.customer if by_customer else self.agent
        self._happens("ticket.created", who, PUBLIC, channel=self.channel.value, priority=self.row["priority"].value)

    def _accept(self) -> None:
        slow = 4200 if self.rng.random() < 0.25 else 60
        self._later(*((4, slow) if self.channel is Channel.WEB else (0.5, 3)))
        if self.channel is Channel.WEB:
            self.row["owner_id"] = self.agent.id
            self._happens("ticket.assigned", self.agent, before=None, after=self.agent.id, name=self.agent.name, reason="")
        self.row["accepted_at"] = self.at
        self._move(S.ACCEPTED, "ticket.accepted", self.agent, PUBLIC)

    def _cancel(self) -> None:
        self._later(20, 300)
        reason = self.rng.choice(NOTES["cancel"])
        self.row.update(end_reason=reason, closed_at=self.at)
        self._move(S.CANCELLED, "ticket.cancelled", self.agent, PUBLIC, message=reason, reason=reason)

    def _merge(self) -> None:
        self._later(5, 90)
        self.row.update(merged_into_id=self.earlier[0], closed_at=self.at)
        self._move(S.MERGED, "ticket.merged", self.agent, into=self.earlier[1])

    def _talk(self) -> None:
        if self.rng.random() < 0.4:
            self._later(1, 30)
            self._happens("ticket.noted", self.agent, body=self.rng.choice(NOTES["internal"]))
        if self.rng.random() < 0.3:
            self._later(10, 200)
            self.row["customer_spoke_at"] = self.at
            self._happens("ticket.customer_wrote", self.customer, PUBLIC, self.rng.choice(NOTES["customer"]))
        if self.case.straight or self.rng.random() < 0.4:
            self._later(5, 200)
            words = self.rng.choice(NOTES["reply"])
            self.row.update(customer_spoke_at=None, first_response_at=self.at)
            self._happens("ticket.replied", self.agent, PUBLIC, words, message=words)

    def _wait(self) -> None:
        if self.rng.random() > 0.1:
            return
        self._later(5, 100)
        reason = self.rng.choice(NOTES["waiting"])
        self.row["wait_reason"] = reason
        self._move(S.WAITING, "ticket.waiting", self.agent, PUBLIC, reason=reason, until=None)
        self._later(300, 6000)
        self.row["wait_reason"] = ""
        self._move(S.IN_PROGRESS, "ticket.resumed", self.agent)

    def _send_somebody(self) -> None:
        self._later(3, 400)
        who = self.rng.choice(self.world.technicians)
        start = (self.at + timedelta(minutes=self.rng.uniform(60, 2000))).replace(minute=self.rng.choice((0, 30)), second=0, microsecond=0)
        start = max(start, self.at + timedelta(minutes=30))
        self.visit = {
            "id": self.world.next("visit"), "ticket_id": self.id, "technician_id": who.id, "service_id": self.row["service_id"],
            "status": V.SCHEDULED, "starts_at": start, "ends_at": start + timedelta(minutes=self.case.minutes), 
            "bring": self.case.bring, "planned_by_id": self.agent.id, "created_at": self.at,
        }
        facts = {"technician": who.name, "window": f"{clock.local(start):%m-%d %H:%M}–{clock.local(self.visit['ends_at']):%H:%M}"}
        self._on_visit("visit.planned", self.agent, PUBLIC, message=f"师傅 {who.name} 上门", **facts)
        self.row.update(dispatched_at=self.at, visit_state="planned", first_response_at=self.row.get("first_response_at") or self.at)
        self._move(S.DISPATCHED, "ticket.dispatched", self.agent, PUBLIC, **facts)
        self._later(3, 40)
        self._step(V.ACCEPTED, "accepted_at", "visit.accepted", who)
        self._visit(who, start)

    def _on_visit(self, verb: str, by: Actor, audience: Audience = INTERNAL, body: str | None = None, **data: Any) -> None:
        self._happens(verb, by, audience, body, ("visit", self.visit["id"]), **data)

    def _step(self, to: VisitStatus, column: str, verb: str, by: Actor, audience: Audience = INTERNAL, body: str | None = None,
              **data: Any) -> None:
        before = self.visit["status"]
        self.visit.update({"status": to, column: self.at})
        self._on_visit(verb, by, audience, body, before=before.value, after=to.value, **data)

    def _visit(self, who: Actor, start: datetime) -> None:
        self.at = max(self.at, start - timedelta(minutes=30))
        self._later(1, 10)
        self._step(V.ON_THE_WAY, "set_off_at", "visit.set_off", who, PUBLIC)
        self.row["visit_state"] = "on_the_way"
        self._later(12, 40)
        self._step(V.ON_SITE, "arrived_at", "visit.arrived", who, PUBLIC)
        self.row["visit_state"] = "on_site"
        self._move(S.IN_PROGRESS, "ticket.started", who)
        self._later(25, 100)
        self.visit["result"], self.row["visit_state"] = self.case.solution, ""
        self._step(V.DONE, "finished_at", "visit.finished", who, PUBLIC, self.case.solution, outcome="done", reason="", waited=None)

    def _resolve(self) -> None:
        self._later(10, 2500 if self.rng.random() < 0.3 else 300)
        case = self.case
        self.row.update(cause_id=case.cause_id, solution=case.solution, stage_id=self.rng.choice(self.world.stages), resolved_at=self.at,
                        customer_spoke_at=None, first_response_at=self.row.get("first_response_at") or self.at)
        self._move(S.RESOLVED, "ticket.resolved", self.agent, PUBLIC, case.solution, cause=case.cause, solution=case.solution)
        self._ask()

    def _ask(self) -> None:
        if not self.survey:
            self.survey = {"id": self.world.next("survey"), "ticket_id": self.id, "technician_id": self.visit.get("technician_id")}
        self.survey["sent_at"], self.row["survey_state"] = self.at, "sent"
        self._happens("survey.invited", SYSTEM, subject=("survey", self.survey["id"]))
        if not self.follow_up and self.rng.random() < 0.35:
            self.follow_up = {"id": self.world.next("follow_up"), "ticket_id": self.id, "rule": "share", "owner_id": self.agent.id,
                              "created_at": self.at, "due_at": self.at + timedelta(days=1), "state": FollowUpState.DUE}
            self.row["follow_up_state"] = "due"
            self._happens("follow_up.drawn", SYSTEM, subject=("follow_up", self.follow_up["id"]), rule="share")

    def _come_back(self) -> None:
        self._later(60, 2000)
        self.row.update(reopened=1, resolved_at=None, survey_state="")
        self._move(S.IN_PROGRESS, "ticket.reopened", self.customer, PUBLIC, reason=self.rng.choice(NOTES["survey_bad"]), times=1)
        self._resolve()

    def _end(self) -> None:
        self._later(60, 1500)
        if self.rng.random() < 0.6 and "answered_at" not in self.survey:
            self._rate(self.rng.choices((1, 2, 3, 4, 5), (2, 4, 9, 30, 55))[0])
        if self.follow_up:
            self._later(20, 1200)
            self._call_back()
        self._later(1400, 3000)
        self.row["closed_at"] = self.at
        self._move(S.CLOSED, "ticket.closed", self.agent, PUBLIC)

    def _rate(self, overall: int) -> None:
        words = self.rng.choice(NOTES["survey_good" if overall > 3 else "survey_bad"])
        self.survey.update(answered_at=self.at, overall=overall, speed=overall, attitude=max(overall, 3), quality=overall,
                           tidiness=max(overall, 2), solved=True, words=words)
        self.row["survey_state"] = "answered"
        self._happens("survey.answered", self.customer, subject=("survey", self.survey["id"]))

    def _call_back(self) -> None:
        self.follow_up.update(state=FollowUpState.SATISFIED, ended_at=self.at)
        self.row["follow_up_state"] = "done"
        self.attempt = {"id": self.follow_up["id"], "follow_up_id": self.follow_up["id"], "at": self.at, "person_id": self.agent.id,
                        "reached": True, "satisfied": True, "score": 5}
        self._happens("follow_up.satisfied", self.agent, subject=("follow_up", self.follow_up["id"]), times=1)

