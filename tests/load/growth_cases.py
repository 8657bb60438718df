"""What the desk asks of the database: every list, page and search that `growth` measures, statements only."""

from __future__ import annotations

from functools import partial
from typing import Any

from portal.demo.bulk import RARE
from tests.load import lists

SEARCHES = {"a rare word": "{rare}", "a word of 1 %": "{common}", "four digits": "{last4}", "a prefix": "138", "a number": "{number}", "a name": "{name}", "nothing": "沙漠骆驼"}


def facts() -> dict[str, Any]:
    from sqlalchemy import text

    from portal.core.db import db, is_sqlite

    def one(sql: str) -> Any:
        return db.session.execute(text(sql)).scalar()

    person = one("SELECT id FROM person WHERE username = 'linxiao'")
    return {
        "person": person, "me": person, "area": one("SELECT min(id) FROM area"), "category": one("SELECT min(id) FROM category WHERE parent_id IS NULL"),
        "tag": one("SELECT min(tag_id) FROM ticket_tag"), "number": one("SELECT number FROM ticket ORDER BY id DESC LIMIT 1"), "name": one("SELECT name FROM customer LIMIT 1"),
        "last4": one("SELECT last4 FROM customer_phone LIMIT 1"), "rare": RARE, "common": "漏水", "phone": one("SELECT digits FROM customer_phone WHERE position = 0 LIMIT 1"),
        **lists.moments("sqlite" if is_sqlite() else "postgresql"),
        "ticket": one("SELECT max(id) FROM ticket WHERE status = 'in_progress'"), "long": one(f"SELECT min(id) FROM ticket WHERE {lists.WORKING}"),
    }


def cases(facts: dict[str, Any]):
    """(name, address, act(person's id))"""
    for one in lists.LISTS:
        query = one.format(**facts)
        for deep in (False, True):
            yield f"{one}{' deepest' if deep else ''}", f"/tickets/?{query}", partial(_page, deep=deep)
        yield f"{one} counts", f"/tickets/?{query}", _counts
        yield f"{one} newcomers", f"/tickets/?{query}", _newcomers
    for name, words in SEARCHES.items():
        yield f"search {name}", "/search", partial(_search, words=words.format(**facts))
    yield "counts of the menu", "/tickets/", _menu
    for name, act in (("ticket", _ticket), ("neighbours", _neighbours), ("similar", _similar), ("next", _next), ("suggestion", _suggestion)):
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
    from portal.tickets import newcomers, queue

    newcomers.count(queue.Wish.of(request.args), _person(person), [1, 2, 3], latest_id() - 20, False)


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


def _suggestion(person: int, ticket_id: int) -> None:
    from portal.desk import suggesting
    from portal.tickets import queries

    suggesting.for_ticket(queries.find_for(_person(person), ticket_id))
