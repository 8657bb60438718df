"""What the database does for the desk's lists: `python -m tests.load.growth FOLDER … [--database postgresql] [--plans]`.

Each FOLDER is one kept by `make bench ARGS="--keep FOLDER"`. Says for every view, filter, page and search the milliseconds that the
processor works for it, the database's own included (the best of some rounds: what else the machine does matters little), and, with
several folders, how they grow from the first to the last. `--plans` says how each is answered: what reads a whole table is marked.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROUNDS, LIMIT = 7, 1.3
LISTS = (
    *(f"view={view}" for view in ("mine", "unassigned", "due_soon", "overdue", "to_follow_up", "waiting", "all")),
    "view=all&sort=newest", "view=mine&sort=newest", "view=all&status=any", "view=all&status=any&sort=newest", "view=all&status=closed",
    "view=all&status=resolved&sort=newest", "view=all&priority=urgent", "view=all&priority=high&status=any&sort=newest", "view=all&kind=repair",
    "view=all&area={area}", "view=all&area={area}&status=any", "view=all&area={area}&status=any&sort=newest", "view=all&category={category}",
    "view=all&category={category}&status=any", "view=all&channel=web&status=any", "view=all&channel=staff", "view=all&owner=none",
    "view=all&owner=none&status=any", "view=all&owner={owner}&status=any&sort=newest", "view=all&tag={tag}", "view=all&tag={tag}&status=any",
    "view=all&tag={tag}&status=any&sort=newest", "view=mine&priority=urgent&area={area}", "view=all&status=closed&priority=urgent&area={area}&channel=web",
)
SEARCHES = {"a rare word": "{rare}", "a word of 1 %": "{common}", "four digits": "{last4}", "a prefix": "138", "a number": "{number}", "a name": "{name}", "nothing": "沙漠骆驼"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--plans", action="store_true")
    wanted = parser.parse_args()
    if len(wanted.folders) > 1:
        return _compare(wanted)
    for name, milliseconds, plan in _measured(Path(wanted.folders[0]), wanted.database, wanted.plans):
        print(f"{name}\t{milliseconds:.2f}\t{plan}", flush=True)
    return 0


def _compare(wanted: argparse.Namespace) -> int:
    """Each folder in a process of its own: nothing that one has kept helps the other."""
    import subprocess

    found = []
    for folder in wanted.folders:
        command = [sys.executable, "-m", "tests.load.growth", folder, "--database", wanted.database, *(["--plans"] if wanted.plans else [])]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        found.append({name: (float(ms), plan) for name, ms, plan in (line.split("\t") for line in lines)})
    grown = 0
    for name, (last, plan) in found[-1].items():
        first = found[0][name][0]
        ratio = last / max(first, 0.05)
        grown += ratio > LIMIT and last - first > 1
        print(f"{name:64}{first:>9.2f}{last:>9.2f}{ratio:>7.1f}×  {'GROWS' if ratio > LIMIT and last - first > 1 else ''} {plan}")
    return int(bool(grown))


def _measured(folder: Path, database: str, plans: bool):
    os.environ.update(INSTANCE_DIR=str(folder / database), SECRET_KEY="for measuring only, nothing is protected by this", LOG_LEVEL="ERROR", PHONE_SEARCHES="1000000")
    if database == "postgresql":
        from tests.load.servers import Postgres

        os.environ["DATABASE_URL"] = Postgres(folder).database("portal_load", keep=True)
    from portal import create_app

    app = create_app()
    with app.app_context():
        facts = _facts()
    for name, path, act in _cases(facts):
        yield name, *_timed(app, path, partial(act, facts["person"]), plans)


def _facts() -> dict[str, Any]:
    from sqlalchemy import text

    from portal.core.db import db

    def one(sql: str) -> Any:
        return db.session.execute(text(sql)).scalar()

    person = one("SELECT id FROM person WHERE username = 'linxiao'")
    return {
        "person": person, "owner": person, "area": one("SELECT min(id) FROM area"), "category": one("SELECT min(id) FROM category WHERE parent_id IS NULL"),
        "tag": _tag(db), "number": one("SELECT number FROM ticket ORDER BY id DESC LIMIT 1"), "name": one("SELECT name FROM customer LIMIT 1"),
        "last4": one("SELECT last4 FROM customer_phone LIMIT 1"), "rare": "漏水渗进邻居家", "common": "漏水", "ticket": one("SELECT max(id) FROM ticket WHERE status = 'in_progress'"),
    }


def _tag(db: Any) -> int:
    """A tag on one ticket of a thousand, made once."""
    from sqlalchemy import text

    from portal.core.db import unit_of_work

    with unit_of_work() as session:
        found = session.execute(text("SELECT id FROM tag WHERE name = 'bench'")).scalar()
        if found is None:
            found = session.execute(text("INSERT INTO tag (name) VALUES ('bench') RETURNING id")).scalar()
            session.execute(text("INSERT INTO ticket_tag (ticket_id, tag_id) SELECT id, :tag FROM ticket WHERE id % 1000 = 7"), {"tag": found})
    return found


def _cases(facts: dict[str, Any]):
    """(name, address, act(person's id))"""
    for one in LISTS:
        query = one.format(**facts)
        for deep in (False, True):
            yield f"{one}{' deepest' if deep else ''}", f"/tickets/?{query}", partial(_page, deep=deep)
        yield f"{one} counts", f"/tickets/?{query}", _counts
        yield f"{one} newcomers", f"/tickets/?{query}", _newcomers
    for name, words in SEARCHES.items():
        yield f"search {name}", "/search", partial(_search, words=words.format(**facts))
    yield "counts of the menu", "/tickets/", _menu
    for name, act in (("ticket", _ticket), ("neighbours", _neighbours), ("similar", _similar), ("next", _next)):
        yield name, "/tickets/?view=all", partial(act, ticket_id=facts["ticket"])


def _page(person: int, deep: bool) -> None:
    """The first page; or `deep`: the page before the last, asked forwards from its first row, as whoever walks there asks."""
    from flask import request

    from portal.core import paging
    from portal.tickets import queue_rows
    from portal.tickets.queue import Sort, Wish

    wish = Wish.of(request.args)
    if deep and not (at := _last(wish, person)):
        return
    if deep:
        key = (at.created_at if wish.sort is Sort.NEWEST else at.next_due_at, at.id)
        request.args = type(request.args)([*request.args.items(), ("at", paging._mark("f", key))])
    queue_rows.page_for(wish, _person(person))


_lasts: dict[Any, Any] = {}


def _last(wish: Any, person: int) -> Any:
    """The row sixty rows before the end, looked up once."""
    if wish not in _lasts:
        from portal.core.db import db
        from portal.tickets import queries, queue
        from portal.tickets.models import Ticket
        from portal.tickets.queue import Sort
        from sqlalchemy import select

        order = (Ticket.created_at, Ticket.id) if wish.sort is Sort.NEWEST else (Ticket.next_due_at.desc(), Ticket.id.desc())
        query = select(Ticket.created_at, Ticket.next_due_at, Ticket.id).where(queue.matching(wish, queries.sight(_person(person))))
        _lasts[wish] = db.session.execute(query.order_by(*order).offset(60).limit(1)).first()
    return _lasts[wish]


def _counts(person: int) -> None:
    from flask import request

    from portal.tickets import queue

    queue.group_counts(queue.Wish.of(request.args), _person(person))


def _newcomers(person: int) -> None:
    from flask import request

    from portal.core.activity import latest_id
    from portal.tickets import queue

    queue.newcomers(queue.Wish.of(request.args), _person(person), [1, 2, 3], latest_id() - 20, False)


def _search(person: int, words: str) -> None:
    from portal.tickets import finding

    finding.search(words, _person(person))


def _menu(person: int) -> None:
    from flask import g

    from portal.tickets import queue

    g.newest_activity = None
    queue.view_counts(_person(person))


def _ticket(person: int, ticket_id: int) -> None:
    from portal.tickets import queries, timeline

    timeline.entries(queries.find_shown(_person(person), ticket_id), "", everything=False)


def _neighbours(person: int, ticket_id: int) -> None:
    from flask import request

    from portal.tickets import neighbours, queries

    neighbours.of(queries.find_for(_person(person), ticket_id), request.args, _person(person))


def _similar(person: int, ticket_id: int) -> None:
    from portal.desk import similar
    from portal.tickets import queries

    similar.hints(queries.find_for(_person(person), ticket_id), _person(person))


def _next(person: int, ticket_id: int) -> None:
    from portal.desk import queries

    queries.next_for(_person(person))


def _person(person: int) -> Any:
    from portal.accounts.models import Person
    from portal.core.db import db

    return db.session.get(Person, person)


def _timed(app: Any, path: str, act: Callable[[], None], plans: bool) -> tuple[float, str]:
    """(milliseconds of the statements at best, what reads whole tables)."""
    spent, asked = [], {}
    for _round in range(ROUNDS):
        asked.clear()  # the first round looks up where the end is
        with app.test_request_context(path):
            with _Watch(asked if plans else None) as watch:
                act()
            spent.append(watch.seconds)
    with app.app_context():
        return min(spent) * 1000, _scans(asked) if plans else ""


class _Watch:
    """Processor time of this thread, in which SQLite works too, and of PostgreSQL's process behind the connection."""

    def __init__(self, asked: dict | None):
        self.asked, self.seconds = asked, 0.0

    def __enter__(self) -> _Watch:
        from sqlalchemy import event

        from portal.core.db import db

        self.engine = db.engine
        event.listen(self.engine, "before_cursor_execute", self._sent)
        self.server = db.session.connection().connection.info.backend_pid if self.engine.dialect.name == "postgresql" else 0
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
