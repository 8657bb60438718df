"""Lives become rows: numbers given out in the order in which things happened, sheet by sheet."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any, Sequence

from sqlalchemy import Connection, insert

from portal.calendars import queries as calendars
from portal.core import clock, options, search
from portal.core.db import db
from portal.demo.crowd import Crowd, Home
from portal.demo.lives import Life, World
from portal.demo.sheets import Sheet, continue_sequences
from portal.tickets import clocks, ladder, promises, tracking
from portal.tickets.models import ClockKind

TABLES = ("customer", "site", "customer_phone", "activity", "ticket", "ticket_clock", "tracking_link", "visit", "survey", "follow_up",
          "follow_up_attempt", "read_mark", "out_message", "search_entry")
ENDED_EARLY = ("merged", "cancelled")


class Loading:
    """How far the numbers have come, which homes there are, and what each customer asked last."""

    def __init__(self, world: World, crowd: Crowd, policies: Sequence[Any]):
        self.world, self.crowd, self.policies, self.rng = world, crowd, policies, world.rng
        self.homes: list[Home] = []
        self.earlier: dict[int, tuple[int, str]] = {}
        self.numbers: dict[str, int] = {}
        self.told: list[tuple[int, datetime]] = []
        self.merging = True  # a merged ticket's story names another one's number
        self.promises: dict[tuple, promises.Promise] = {}
        calendars.loaded(), options.value("clocks.risk_share")  # read before the connections of their own begin
        self.totals = dict.fromkeys(("tickets", "customers", "activities", "entries", "clocks", "messages"), 0)

    def write(self, created: Sequence[datetime], connection: Connection) -> None:
        """One part: its new customers, its tickets, and what happened in the order in which it happened."""
        self.sheets = {name: Sheet(db.metadata.tables[name], connection) for name in TABLES}
        for _n in range(max(len(created) * 2 // 5, 1)):
            self.homes += self.crowd.customer(self._next("customers"), self.sheets, self._next("activities"), self._next("entries"))
        lives = [self._life(moment) for moment in created]
        self._write_events(lives)
        for life in lives:
            self._write_ticket(life)
        for sheet in self.sheets.values():
            sheet.write(connection)

    def finish(self, connection: Connection) -> None:
        """Let the portal go on where the loading ended."""
        series = db.metadata.tables["number_series"]
        connection.execute(insert(series), [{"name": name, "last": last} for name, last in self.numbers.items()])
        continue_sequences(connection, [t for name in TABLES if "id" in (t := db.metadata.tables[name]).c])

    def _next(self, what: str) -> int:
        self.totals[what] += 1
        return self.totals[what]

    def number_for(self, created: datetime) -> str:
        month = f"S{clock.local(created):%y%m}"
        self.numbers[month] = self.numbers.get(month, 0) + 1
        return f"{month}-{self.numbers[month]:04d}"

    def _life(self, created: datetime) -> Life:
        home, number = self.rng.choice(self.homes), self.number_for(created)
        life = Life(self.world, self._next("tickets"), number, created, home, self.earlier.get(home.customer)).tell()
        self.told.append((life.id, created))
        if self.merging and life.row["status"].value not in ENDED_EARLY:
            self.earlier[home.customer] = (life.id, number)
        return life

    def _write_events(self, lives: list[Life]) -> None:
        every = sorted(((e.at, life.id, n, e, life) for life in lives for n, e in enumerate(life.events)), key=lambda row: row[:3])
        for at, ticket_id, _n, e, life in every:
            e.id = self._next("activities")
            self.sheets["activity"].add(
                id=e.id, at=at, verb=e.verb, actor_kind=e.by.kind, actor_id=e.by.id, actor_name=e.by.name, subject_type=e.subject[0],
                subject_id=e.subject[1], ticket_id=ticket_id, audience=e.audience, body=e.body, data=e.data,
            )
            if e.message:
                self._write_message(life, e)

    def _write_message(self, life: Life, e: Any) -> None:
        self.sheets["out_message"].add(
            id=self._next("messages"), way="sms", to=life.home.number, subject=life.row["number"], body=e.message, state="sent", tries=1,
            next_at=e.at, queued_at=e.at, sent_at=e.at, ticket_id=life.id, activity_id=e.id,
        )

    def _write_ticket(self, life: Life) -> None:
        last = life.events[-1]
        life.row.update(changed_id=last.id, changed_at=last.at, version=len(life.events), next_due_at=self._write_clocks(life))
        self.sheets["ticket"].add(**life.row)
        selector, secret = tracking.new_token()
        self.sheets["tracking_link"].add(id=life.id, ticket_id=life.id, selector=selector, secret=secret, made_at=life.row["created_at"])
        self._write_around(life)
        self._write_read_mark(life)
        self._write_entry(life)

    def _write_around(self, life: Life) -> None:
        if life.visit:
            last = [e for e in life.events if e.subject[0] == "visit"][-1]
            self.sheets["visit"].add(**life.visit, changed_id=last.id, changed_at=last.at)
        if life.survey:
            selector, secret = tracking.new_token()
            self.sheets["survey"].add(**life.survey, selector=selector, secret=secret)
        if life.follow_up:
            self.sheets["follow_up"].add(**life.follow_up)
        if life.attempt:
            self.sheets["follow_up_attempt"].add(**life.attempt)

    def _write_read_mark(self, life: Life) -> None:
        """Owners have read up to their own last deed."""
        owner = life.row.get("owner_id")
        read = next((e.id for e in reversed(life.events) if e.by.id == owner), None) if owner else None
        if read and self.rng.random() < 0.8:
            self.sheets["read_mark"].add(ticket_id=life.id, person_id=owner, activity_id=read)

    def _write_clocks(self, life: Life) -> datetime:
        """What each clock came to; returns the nearest due moment."""
        due = [clocks.NEVER]
        events = [clocks.Event(e.at, e.verb) for e in life.events if e.verb in clocks.COUNTED]
        hours = ladder.hours_of(SimpleNamespace(priority=life.row["priority"], team_id=life.row["team_id"]))
        for kind in ClockKind:
            r = clocks.read(kind, self._promise(kind, life), events)
            if not r.started:
                continue
            self.sheets["ticket_clock"].add(id=self._next("clocks"), ticket_id=life.id, clock=kind, **clocks.columns(r, 0, hours))
            if r.due_at and not r.met_at:
                due.append(r.due_at)
        return min(due)

    def _promise(self, kind: ClockKind, life: Life) -> promises.Promise:
        row = life.row
        key = (kind, row["kind_code"], row["category_id"], row["priority"], life.home.class_, row["team_id"])
        if key not in self.promises:
            facts = promises.Facts(key[1], str(key[2] or 0), key[3].value, key[4].value, str(key[5] or ""))
            self.promises[key] = promises.promise_of(facts, kind, self.policies)
        return self.promises[key]

    def _write_entry(self, life: Life) -> None:
        row, said = life.row, [e.body for e in life.events if e.body]
        words = (row["number"], row["number"].replace("-", ""), row["title"], row["description"], row.get("solution") or "",
                 life.home.name, life.home.called, life.home.place, *said)
        self.sheets["search_entry"].add(id=self._next("entries"), kind="ticket", record_id=life.id, tokens=search.tokens("\n".join(words)))
