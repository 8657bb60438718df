"""`make bench`: pages against a bare Flask page, memory, page weight. One table, a verdict a line; exit status 1 when a line is not
met, 2 when none is but some could not be decided because the machine was too restless."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from portal.demo.people import PASSWORD
from tests.load import desk_rows, growth, ideas, measuring, queue_rows, weight
from tests.load.measuring import CONNECTIONS, Bench, Line
from tests.load.queue_rows import Queue
from tests.load.rows import ROWS, Create, Desk, IdlePoll, TicketPage, WrongPage
from tests.load.servers import Place, Server, free_port, pss
from tests.load.wire import HOST, Wire

HEAD = f"{'':34}{'p50':>9}  {'limit':>6}  {'p95':>8}{'work':>8}{'a second':>13}{'drift':>7}{'stolen':>8}  verdict"
LEGEND = ("× = times the p50 of a bare Flask page, median of the rounds; work: the same in processor time, which others on the machine do not move;\n"
          f"a second: requests over {CONNECTIONS} connections, page / floor; drift of the floor, and share of the processors that others had")
HUGE, LARGE, SMALL = 1_000_000, 100_000, 10_000  # tickets
MEMORY, MEMORY_LARGE, PAGE_WEIGHT = 150.0, 180.0, 100.0  # MB a worker, of a large database; KB a page
FLAT = 1.1  # times the memory half-way that a worker may have at the end
FLAGS = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "5", "--log-level", "warning", "--preload",
         "--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir()]


def main() -> int:
    wanted, port = _wanted(), free_port()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends the bench ends its servers
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as made:
        folder = Path(wanted.keep or made)
        folder.mkdir(parents=True, exist_ok=True)
        floor = Server(["-m", "gunicorn", *FLAGS, "--bind", f"{HOST}:{port}", "tests.load.floor:app"], port, dict(_environ()), folder / "floor.log")
        try:
            floor.wait("/")
            lines = {backend: _measure(backend, folder, floor, wanted) for backend in wanted.databases.split(",")}
        finally:
            floor.stop()
    for backend, found in lines.items():
        _show(backend, wanted, found)
    verdicts = [line.verdict for found in lines.values() for line in found]
    return 1 if any(v.startswith("NOT") for v in verdicts) else 2 if "undecided" in verdicts else 0


def _wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000, help="tickets to load (make bench N=…)")
    parser.add_argument("--proposals", type=int, default=ideas.NUMBER, help="proposals to load")
    parser.add_argument("--only", default="", help="only rows whose name holds this")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--requests", type=int, default=10_000, help="requests before the memory is read")
    parser.add_argument("--patience", type=float, default=90, help="seconds after which the memory is read all the same")
    parser.add_argument("--rounds", type=int, default=measuring.ROUNDS)
    parser.add_argument("--keep", help="folder in which loaded databases stay, to be used again")
    return parser.parse_args()


def _environ() -> dict[str, str]:
    import os

    return dict(os.environ)


def _measure(backend: str, folder: Path, floor: Server, wanted: argparse.Namespace) -> list[Line]:
    place = Place(backend, folder, free_port())
    print(f"{backend}: loading {wanted.tickets:,} tickets …", flush=True)
    place.prepare(wanted.tickets, wanted.proposals)
    place.flask("bench", "rarities")
    server = place.start("web")
    try:
        server.wait("/healthz")
        desk, bench = Desk(place), Bench(floor, server)
        lines = [_row(kind, desk, bench, wanted.rounds) for kind in (*queue_rows.ROWS, *ROWS, *desk_rows.ROWS, *ideas.ROWS) if not wanted.only or wanted.only in kind.name]
        if not wanted.only:
            lines.append(_memory(server, place, desk.asked, wanted))
            lines += _weights(place)
        if any(line.wrong for line in lines):
            print(server.log.read_text(errors="replace")[-4000:], file=sys.stderr)
    finally:
        server.stop()
    return lines + (_growth(backend, folder, wanted) if wanted.tickets >= LARGE and wanted.only in ("", "growth") else [])


def _growth(backend: str, folder: Path, wanted: argparse.Namespace) -> list[Line]:
    """Every row as whole pages and forms, in processor time, against a database of 10,000 tickets."""
    print("  growth …", flush=True)
    small = Place(backend, folder / "small", free_port())
    small.prepare(SMALL, 0)
    small.flask("bench", "rarities")
    return growth_lines(growth.compared([small.folder.parent, folder], backend, rows=True))


def growth_lines(found: dict[str, tuple[float, float, float, str]]) -> list[Line]:
    """A line for each row: what has grown most of its pages."""
    rows: dict[str, dict[str, float]] = {}
    for name, (first, last, ratio, plan) in found.items():
        row, _colon, page = name.partition(": ")
        rows.setdefault(row, {})[page] = ratio if growth.grows(first, last, ratio, plan) else min(ratio, growth.LIMIT)
    return [_grown(row, pages) for row, pages in rows.items()]


def _grown(row: str, pages: dict[str, float]) -> Line:
    most = max(pages, key=lambda page: pages[page])
    over = sum(ratio > growth.LIMIT for ratio in pages.values())
    return Line(f"growth: {row}", growth.LIMIT, "×", pages[most], remark=f"{over} of {len(pages)} grow; most: {most}" if len(pages) > 1 else "10,000 to all")


def _row(kind, desk: Desk, bench: Bench, rounds: int) -> Line:
    """A row that fails is not met, and the others are measured all the same."""
    print(f"  {kind.name} …", flush=True)
    try:
        row = kind(desk)
        line = measuring.measure(row, bench, rounds)
        line.speed, line.remark = _speeds(row, bench.floor.port), row.remark
        return line
    except WrongPage as wrong:
        return Line(kind.name, kind.limit, wrong=str(wrong))
    except Exception as failed:  # noqa: BLE001 - the table is to be printed
        traceback.print_exc()
        return Line(kind.name, kind.limit, wrong=f"{type(failed).__name__}: {failed}")


def _speeds(row, floor_port: int) -> str:
    """Requests a second of the row and of the floor, over eight connections each."""
    place = row.desk.place
    rows = [type(row)(Desk(place, seed)) for seed in range(CONNECTIONS)]
    mine = measuring.speed([lambda r=r: measuring.asked(r) for r in rows])
    wires = [Wire(floor_port) for _n in range(CONNECTIONS)]
    return f"{mine:.0f} / {measuring.speed([lambda w=w: w.get('/') for w in wires]):.0f}"


def _memory(server: Server, place: Place, asked: int, wanted: argparse.Namespace) -> Line:
    """Walk through pages, polls and forms over eight connections, then read each worker's share."""
    print("  memory …", flush=True)
    desks = [Desk(place, 100 + n) for n in range(CONNECTIONS)]
    kinds = [(Queue, TicketPage, Queue, IdlePoll, TicketPage, Queue, TicketPage, Create)[n](desk) for n, desk in enumerate(desks)]
    halfway, done = 0.0, asked
    for part in (0.5, 1):
        ends = time.monotonic() + wanted.patience / 2
        while done < wanted.requests * part and time.monotonic() < ends:
            measuring.speed([lambda r=r: measuring.asked(r) for r in kinds], 2.0)
            done = asked + sum(d.asked for d in desks)
        shares = [pss(pid) for pid in server.workers()]
        halfway = halfway or max(shares)
    return memory_line(halfway, shares, done, wanted.tickets)


def memory_line(halfway: float, shares: list[float], done: int, tickets: int) -> Line:
    grown = "" if max(shares) <= halfway * FLAT else f"not flat, {halfway:.0f} MB half-way"
    return Line("memory a worker", MEMORY if tickets < HUGE else MEMORY_LARGE, " MB", max(shares), wrong=grown,
                remark=f"after {done:,} requests; {len(shares)} workers: " + ", ".join(f"{s:.0f}" for s in shares) + f"; half-way {halfway:.0f}")


def _weights(place: Place) -> list[Line]:
    token = place.rows("SELECT selector, secret FROM tracking_link JOIN visit ON visit.ticket_id = tracking_link.ticket_id ORDER BY visit.id DESC LIMIT 1")[0]
    pages = {"/visits/today": Wire(place.port).sign_in("wangjianguo", PASSWORD), "/request": Wire(place.port), "/t/" + "".join(token): Wire(place.port)}
    return [_weight(wire, path) for path, wire in pages.items()]


def _weight(wire: Wire, path: str) -> Line:
    name = "first load " + (path if len(path) < 20 else "/t/…")
    try:
        found = weight.weigh(wire, path)
    except RuntimeError as missing:
        return Line(name, PAGE_WEIGHT, " KB", wrong=str(missing))
    wrong = f"asks other hosts: {found.foreign}" if found.foreign else ""
    heaviest = sorted(found.parts.items(), key=lambda part: -part[1])[:3]
    return Line(name, PAGE_WEIGHT, " KB", found.size / 1024, wrong=wrong,
                remark=", ".join(f"{p.rsplit('/', 1)[-1][:28] or p} {size / 1024:.0f}" for p, size in heaviest))


def _show(backend: str, wanted: argparse.Namespace, lines: list[Line]) -> None:
    print(f"\n{backend}, {wanted.tickets:,} tickets\n{HEAD}")
    for line in lines:
        unit = line.unit.strip()
        share = [f"{v:.0%}" if v is not None else "" for v in (line.drift, line.stolen)]
        times = [f"{v:.1f}×" if v is not None else "" for v in (line.p95, line.work)]
        print(f"{line.name:34}{line.value:>9.1f}{unit:<2}{line.limit:>6g}{unit:<2}{times[0]:>8}{times[1]:>8}{line.speed:>13}{share[0]:>7}{share[1]:>8}  "
              f"{line.verdict}" + (f"   ({line.remark})" if line.remark else ""))
    print(LEGEND)


if __name__ == "__main__":
    sys.exit(main())
