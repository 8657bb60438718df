"""What the database does for the desk's lists: `python -m tests.load.growth FOLDER … [--database postgresql] [--plans]`.

Each FOLDER is one kept by `make bench ARGS="--keep FOLDER"`. Says for every view, filter, page and search the milliseconds that the
processor works for it, the database's own included (the best of some rounds: what else the machine does matters little), and, with
several folders, how they grow from the first to the last. `--plans` says how each is answered: what reads a whole table is marked.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from portal.demo.people import PASSWORD
from tests.browser import Browser
from tests.load import growth_cases, growth_rows
from tests.load.floor import app as floor

ROUNDS, LIMIT = 7, 1.3
NOTHING = 0.3  # milliseconds: the smaller database has no such page
ALIKE, BARE = 5, 60  # rows by which two pages may differ and still be compared; bare pages beside each row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--plans", action="store_true")
    parser.add_argument("--rows", action="store_true", help="the rows of the table only: whole pages and forms")
    wanted = parser.parse_args()
    if len(wanted.folders) > 1:
        return _compare(wanted)
    for found in _measured(Path(wanted.folders[0]), wanted.database, wanted.plans, wanted.rows):
        print("\t".join(map(str, found)), flush=True)
    return 0


def _compare(wanted: argparse.Namespace) -> int:
    found = compared([Path(f) for f in wanted.folders], wanted.database, wanted.plans, wanted.rows)
    for name, (first, last, ratio, plan) in found.items():
        print(f"{name:76}{first:>9.2f}{last:>9.2f}{ratio:>7.2f}×  {'GROWS' if grows(*found[name]) else ''} {plan}")
    return int(any(grows(*one) for one in found.values()))


def grows(first: float, last: float, ratio: float, _plan: str = "") -> bool:
    return ratio > LIMIT and last - first > 1


def compared(folders: list[Path], database: str, plans: bool = False, rows: bool = False) -> dict[str, tuple[float, float, float, str]]:
    """Name → (milliseconds in the first folder, in the last, ratio, plan). Each folder in a process of its own: nothing that one has
    kept helps the other. The ratio is that of the times in bare pages, measured beside each: the processor is not always as quick. A
    page that shows more rows in one than in the other is left out: drawing them is what would be compared."""
    asked = ["--database", database, *(["--plans"] if plans else []), *(["--rows"] if rows else [])]
    found = []
    for folder in folders:
        lines = subprocess.run([sys.executable, "-m", "tests.load.growth", str(folder), *asked], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
        found.append({name: (float(ms), float(bare), int(shown), plan) for name, ms, bare, shown, plan in (line.split("\t") for line in lines)})
    return dict(_ratios(found[0], found[-1]))


def _ratios(small: dict, large: dict):
    for name, (last, bare_last, shown_last, plan) in large.items():
        first, bare_first, shown_first, _plan = small.get(name, (0.0, 1.0, 0, ""))  # its list may have but one page
        if first and abs(shown_first - shown_last) <= ALIKE:
            yield name, (first, last, (last / bare_last) / (first / bare_first) if first > NOTHING else 1.0, plan)


def _measured(folder: Path, database: str, plans: bool, rows: bool):
    os.environ.update(INSTANCE_DIR=str(folder / database), SECRET_KEY="for measuring only, nothing is protected by this", LOG_LEVEL="ERROR", PHONE_SEARCHES="1000000")
    if database == "postgresql":
        from tests.load.servers import Postgres

        os.environ["DATABASE_URL"] = Postgres(folder).database("portal_load", keep=True)
    from portal import create_app

    app = create_app()
    browser = Browser(app)
    browser.client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    browser.sign_in("linxiao", PASSWORD)
    with app.app_context():
        facts = growth_cases.facts()
        cases = list(growth_rows.cases(facts, browser))
    for case in cases:
        yield case.name, *_timed(app, case, plans)
    for name, path, act in () if rows else growth_cases.cases(facts):
        yield name, *_timed(app, growth_rows.Case(name, partial(act, facts["person"]), path=path), plans)


def _timed(app: Any, case: growth_rows.Case, plans: bool) -> tuple[float, float, int, str]:
    """(milliseconds at best, those of a bare page, rows shown, what reads whole tables)."""
    spent, asked, shown = [], {}, 0
    for _round in range(ROUNDS):
        asked.clear()  # the first round looks up where the end is
        case.before()
        with app.test_request_context(case.path):
            with _Watch(asked if plans else None) as watch:
                shown = case.act() or 0
            spent.append(watch.seconds)
    with app.app_context():
        return round(min(spent) * 1000, 3), round(_bare() * 1000, 4), shown, _scans(asked) if plans else ""


def _bare() -> float:
    """Seconds of the processor for a bare page in this process."""
    client, times = floor.test_client(), []
    for _n in range(BARE):
        started = time.thread_time()
        client.get("/")
        times.append(time.thread_time() - started)
    return median(times)


class _Watch:
    """Processor time of this thread, in which SQLite works too, and of PostgreSQL's process behind the connection."""

    def __init__(self, asked: dict | None):
        self.asked, self.seconds = asked, 0.0

    def __enter__(self) -> _Watch:
        from sqlalchemy import event

        from portal.core.db import db

        self.engine = db.engine
        event.listen(self.engine, "before_cursor_execute", self._sent)
        self.server = db.session.connection().connection.driver_connection.info.backend_pid if self.engine.dialect.name == "postgresql" else 0
        self.started = self._worked()
        return self

    def _worked(self) -> float:
        served = int(Path(f"/proc/{self.server}/schedstat").read_text().split()[0]) / 1e9 if self.server else 0.0
        return time.thread_time() + served

    def _sent(self, _connection, _cursor, statement, parameters, *_more) -> None:
        if self.asked is not None and statement.lstrip().upper().startswith(("SELECT", "WITH")):
            self.asked[statement] = parameters

    def __exit__(self, *_error) -> None:
        from sqlalchemy import event

        self.seconds = self._worked() - self.started
        event.remove(self.engine, "before_cursor_execute", self._sent)


BIG = ("ticket", "activity", "search_entry", "ticket_clock", "customer", "customer_phone", "read_mark", "ticket_tag")


def _scans(asked: dict) -> str:
    from portal.core.db import db, is_sqlite

    marks = []
    with db.engine.connect() as connection:
        for statement, parameters in asked.items():
            cursor = connection.connection.cursor()
            cursor.execute(("EXPLAIN QUERY PLAN " if is_sqlite() else "EXPLAIN ") + statement, parameters)
            for row in cursor.fetchall():
                line = str(row[-1]).strip()
                if found := re.search(r"SCAN (\w+)(?! USING COVERING INDEX ix_\w+_(?:working|follow))|Seq Scan on (\w+)|USE TEMP B-TREE FOR ORDER BY|MULTI-INDEX OR", line):
                    if (found[1] or found[2] or BIG[0]) in BIG:
                        marks.append(line[:70])
    return "; ".join(dict.fromkeys(marks))


if __name__ == "__main__":
    sys.exit(main())
