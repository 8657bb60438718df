"""What the desk asks of the database: every list, page, search and form that `growth` measures."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from portal.demo.bulk import RARE
from tests.browser import Browser

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


def facts() -> dict[str, Any]:
    from sqlalchemy import text

    from portal.core.db import db

    def one(sql: str) -> Any:
        return db.session.execute(text(sql)).scalar()

    person = one("SELECT id FROM person WHERE username = 'linxiao'")
    return {
        "person": person, "owner": person, "area": one("SELECT min(id) FROM area"), "category": one("SELECT min(id) FROM category WHERE parent_id IS NULL"),
        "tag": _tag(db), "number": one("SELECT number FROM ticket ORDER BY id DESC LIMIT 1"), "name": one("SELECT name FROM customer LIMIT 1"),
        "last4": one("SELECT last4 FROM customer_phone LIMIT 1"), "rare": RARE, "common": "漏水", "phone": one("SELECT digits FROM customer_phone WHERE position = 0 LIMIT 1"),
        "newest": one("SELECT max(id) FROM activity"),
        "ticket": one("SELECT max(id) FROM ticket WHERE status = 'in_progress'"),
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


def cases(facts: dict[str, Any], browser: Browser):
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
    for name, act in (("ticket", _ticket), ("neighbours", _neighbours), ("similar", _similar), ("next", _next), ("suggestion", _suggestion)):
        yield name, "/tickets/?view=all", partial(act, ticket_id=facts["ticket"])
    for name, act in (("live poll", _poll), ("create", _create), ("reply", _reply)):
        yield name, "/tickets/", partial(act, browser=browser, facts=facts)


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


def _poll(person: int, browser: Browser, facts: dict[str, Any]) -> None:
    """Whole answers from here on: what they cost beside the statements does not grow either."""
    browser.client.get(f"/tickets/?view=all&block=live&as_of={facts['newest'] - 20}&whole=0&shown=list.1.2.3", headers={"HX-Request": "true"})


def _create(person: int, browser: Browser, facts: dict[str, Any]) -> None:
    fields = {"phone": facts["phone"], "category_id": facts["category"], "words": "空调漏水，地板已泡", "key": secrets.token_urlsafe(18), "priority": "", "then": ""}
    _sent(browser.client.post("/tickets/new", data=fields))


def _reply(person: int, browser: Browser, facts: dict[str, Any]) -> None:
    fields = {"mode": "public", "words": "今天下午上门", "then": "", "key": secrets.token_urlsafe(18)}
    _sent(browser.client.post(f"/tickets/{facts['ticket']}/reply", data=fields))


def _sent(response: Any) -> None:
    if response.status_code != 303:
        raise RuntimeError(f"answered with {response.status_code}")
