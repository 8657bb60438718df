"""Ratios to a floor measured beside them (stack.md, section 7): no absolute time means anything on a shared machine."""

from __future__ import annotations

import gc
import os
import threading
import time
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from tests.load.servers import Others, Server, processor
from tests.load.wire import Wire

ROUNDS, DRIFT, STOLEN, DECIDED = 5, 0.15, 0.15, 3
FLOOR_ASKED, ROW_ASKED = 150, 60
WRITE_EVERY = 20
CONNECTIONS, SPELL = 8, 3.0  # connections and seconds of a measurement of throughput


@dataclass
class Round:
    """One measurement between two of the floor, in seconds. `work`: of the processor, a request of the row by one of the floor; `stolen`:
    share of all processors' time that others had, floors included."""

    before: float
    p50: float
    p95: float
    after: float
    work: float
    stolen: float

    @property
    def floor(self) -> float:
        return (self.before + self.after) / 2

    @property
    def drift(self) -> float:
        return abs(self.after - self.before) / self.floor

    @property
    def steady(self) -> bool:
        return self.drift <= DRIFT and self.stolen <= STOLEN


@dataclass
class Line:
    """One line of the table."""

    name: str
    limit: float
    unit: str = "×"
    value: float = 0.0
    p95: float | None = None
    limit_p95: float | None = None
    work: float | None = None
    speed: str = ""
    drift: float | None = None
    stolen: float | None = None
    remark: str = ""
    decided: bool = True
    wrong: str = ""
    rounds: list[Round] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        if self.wrong:
            return "NOT MET: " + self.wrong
        if not self.decided:
            return "undecided"
        if self.limit_p95 and self.p95 is not None and self.p95 > self.limit_p95:
            return f"NOT MET: p95 above {self.limit_p95:.0f}×"
        return "met" if self.value <= self.limit else "NOT MET"


@dataclass
class Bench:
    """The two servers side by side."""

    floor: Server
    portal: Server

    def __post_init__(self) -> None:
        self.wire = Wire(self.floor.port)

    def bare(self) -> tuple[float, float]:
        """(seconds, seconds of the processor) of a request of the floor."""
        worked = processor(self.floor.family())[0]
        p50 = median(self.wire.get("/").seconds for _n in range(FLOOR_ASKED))
        return p50, (processor(self.floor.family())[0] - worked) / FLOOR_ASKED


def measure(row: Any, bench: Bench, rounds: int = ROUNDS) -> Line:
    """The median of `rounds` ratios. A round in which the floor drifted, or others had the processor, is run again once; with too few
    steady ones the line is undecided."""
    line = Line(row.name, row.limit, limit_p95=getattr(row, "limit_p95", None))
    warm_up(row, bench)
    for _n in range(rounds):
        measured = _round(row, bench)
        line.rounds.append(measured if measured.steady else _round(row, bench))
    steady = [r for r in line.rounds if r.steady]
    line.decided = len(steady) >= min(DECIDED, rounds)
    used = steady if line.decided else line.rounds
    line.value = median(r.p50 / r.floor for r in used)
    line.p95, line.work = median(r.p95 / r.floor for r in used), median(r.work for r in used)
    line.drift, line.stolen = median(r.drift for r in line.rounds), median(r.stolen for r in line.rounds)
    return line


def warm_up(row: Any, bench: Bench) -> None:
    """As a desk that has been at work for a while: `row.warm` requests, by which every worker has seen each kind of its pages."""
    for _n in range(getattr(row, "warm", 20)):
        bench.wire.get("/")
        asked(row)


def _round(row: Any, bench: Bench) -> Round:
    gc.collect()
    gc.disable()
    try:
        others = Others([os.getpid(), *bench.floor.family(), *bench.portal.family()])
        before, bare = bench.bare()
        worked = processor(bench.portal.family())[0]
        times = [asked(row, n) for n in range(ROW_ASKED)]
        worked = processor(bench.portal.family())[0] - worked
        after, bare_after = bench.bare()
        work = worked / ROW_ASKED / ((bare + bare_after) / 2)
        return Round(before, median(times), quantiles(times, n=20)[18], after, work, others.share())
    finally:
        gc.enable()


def asked(row: Any, number: int = 1) -> float:
    """One request of the row, checked; a write by somebody else before every twentieth."""
    if row.writes and number % WRITE_EVERY == 0:
        row.desk.write()
    wire, request, about = row.ask()
    answer = wire.send(request)
    row.check(answer, about)
    return answer.seconds


def speed(clients: list[Any], seconds: float = SPELL) -> float:
    """Requests a second over as many connections as there are clients (callables), each asking as fast as it gets answers."""
    ends, counts = time.monotonic() + seconds, [0] * len(clients)
    problems: list[Exception] = []

    def work(n: int) -> None:
        try:
            while time.monotonic() < ends:
                clients[n]()
                counts[n] += 1
        except Exception as problem:  # told by the main thread
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(clients))]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    return sum(counts) / (time.monotonic() - started)
