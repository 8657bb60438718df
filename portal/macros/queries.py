from __future__ import annotations

from typing import Any, Mapping, Sequence

from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.core.db import db
from portal.core.errors import NotFound
from portal.macros.models import BulkRun, Macro
from portal.tickets import queries as tickets
from portal.tickets import queue
from portal.tickets.models import Ticket

MOST = 1000
LISTED = 12


def find(macro_id: int) -> Macro:
    """Raises NotFound."""
    found = db.session.get(Macro, macro_id)
    if found is None:
        raise NotFound()
    return found


def everything() -> list[Macro]:
    return list(db.session.scalars(select(Macro).order_by(Macro.active.desc(), Macro.name)))


def in_use() -> list[Macro]:
    return list(db.session.scalars(select(Macro).where(Macro.active).order_by(Macro.name).limit(100)))


def is_taken(name: str, but: int | None) -> bool:
    return db.session.scalar(select(Macro.id).where(Macro.name == name, Macro.id != (but or 0))) is not None


def find_run(person: Any, run_id: int, lock: bool = False) -> BulkRun:
    """Raises NotFound for anybody else's."""
    query = select(BulkRun).where(BulkRun.id == run_id, BulkRun.person_id == person.id)
    found = db.session.scalars(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound()
    return found


def chosen(ids: Sequence[int], person: Any) -> list[int]:
    """Those that the person may see, in the order given."""
    if not ids:
        return []
    seen = set(db.session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), tickets.scope(person))))
    return [i for i in dict.fromkeys(ids) if i in seen]


def all_that_match(args: Mapping[str, str], person: Any) -> list[int]:
    """The nearest due MOST of a list."""
    wish = queue.Wish.of(args)
    condition = queue.matching(wish, person, queue.is_by_tag(wish))
    return list(db.session.scalars(select(Ticket.id).where(condition).order_by(Ticket.next_due_at, Ticket.id).limit(MOST)))


def named(ids: Sequence[int]) -> list[Any]:
    """Number and title of the first LISTED."""
    rows = db.session.execute(select(Ticket.id, Ticket.number, Ticket.title).where(Ticket.id.in_(ids[:LISTED]))).all()
    return sorted(rows, key=lambda r: ids.index(r.id))


def has_waiting_run() -> bool:
    return db.session.scalar(select(BulkRun.id).where(BulkRun.ended_at.is_(None)).limit(1)) is not None


def waiting_run() -> BulkRun | None:
    query = select(BulkRun).where(BulkRun.ended_at.is_(None)).order_by(BulkRun.id).limit(1)
    return db.session.scalars(query.with_for_update(skip_locked=True)).first()


def undone_by(run: BulkRun) -> BulkRun | None:
    return db.session.scalars(select(BulkRun).where(BulkRun.undoes_id == run.id)).first()


def owner_of(run: BulkRun) -> Any:
    return accounts.find_person(run.person_id)


