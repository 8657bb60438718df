"""Macros and bulk runs. A ticket that refuses does not hold up the others: it is listed with the reason."""

from __future__ import annotations

from typing import Any, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import clock
from portal.core.access import require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Refused
from portal.macros import changes as deeds
from portal.macros import queries, rules
from portal.macros.changes import Changes
from portal.macros.models import BulkRun, Macro
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket

AT_ONCE = 50  # in the request itself; the job goes on with the rest


class NameTaken(Refused):
    sentence = _l("Another macro has this name.")


def add(name: str, changes: Changes, *, by: Any, active: bool = True) -> Macro:
    """Raises NameTaken; Refused when it would change nothing."""
    require(by, rules.EDIT)
    _check(name, changes, None)
    made = Macro(name=name, changes=changes.plain(), active=active)
    db.session.add(made)
    record("macro.added", made, by=by, audience=Audience.AUDIT, name=name)
    return made


def change(macro: Macro, name: str, changes: Changes, active: bool, *, by: Any) -> None:
    require(by, rules.EDIT)
    _check(name, changes, macro.id)
    macro.name, macro.changes, macro.active = name, changes.plain(), active
    record("macro.changed", macro, by=by, audience=Audience.AUDIT, name=name)


def _check(name: str, changes: Changes, own_id: int | None) -> None:
    if queries.is_taken(name, own_id):
        raise NameTaken()
    if not changes:
        raise Refused(_l("Choose at least one change."))


def run(macro: Macro, ticket: Ticket, *, by: Any) -> None:
    """All parts of a macro on one ticket, or none of them. Raises what a part raises."""
    require(by, rules.RUN)
    with db.session.begin_nested():
        deeds.apply(ticket, Changes.of(macro.changes), by)
        record("macro.run", ticket, by=by, name=macro.name)


def begin(changes: Changes, ids: Sequence[int], *, by: Any, name: str = "", undoes: BulkRun | None = None) -> BulkRun:
    """A run over many tickets; the first AT_ONCE at once. Raises Refused when there is nothing to do."""
    require(by, rules.RUN)
    if not ids:
        raise Refused(_l("Choose tickets first."))
    if not changes and undoes is None:
        raise Refused(_l("Choose at least one change."))
    made = BulkRun(
        person_id=by.id, at=clock.now(), changes=changes.plain(), name=name, waiting=list(ids), done=[], failed=[], undoes_id=undoes.id if undoes else None,
    )
    db.session.add(made)
    record("bulk.begun", made, by=by, count=len(ids))
    carry_on(made, AT_ONCE, by=by)
    return made


def carry_on(run: BulkRun, most: int, *, by: Any) -> None:
    """The next `most` waiting tickets, each in its own savepoint."""
    require(by, rules.RUN, run)
    now, rest = run.waiting[:most], run.waiting[most:]
    undo = _what_undoes(run)
    done, failed = list(run.done), list(run.failed)
    for ticket_id in now:
        _one(run, ticket_id, undo.get(ticket_id), done, failed, by)
    run.waiting, run.done, run.failed = rest, done, failed
    if not rest:
        run.ended_at = clock.now()
        record("bulk.ended", run, by=by, done=len(done), failed=len(failed))


def _what_undoes(run: BulkRun) -> dict[int, list]:
    if run.undoes_id is None:
        return {}
    return {row["id"]: row["undo"] for row in db.session.get(BulkRun, run.undoes_id).done}


def _one(run: BulkRun, ticket_id: int, undo: list | None, done: list, failed: list, by: Any) -> None:
    number, made = "", []
    try:
        with db.session.begin_nested():
            ticket = tickets.find_for(by, ticket_id, lock=True)
            number = ticket.number
            if run.undoes_id is None:
                made = deeds.apply(ticket, Changes.of(run.changes), by)
            else:
                deeds.take_back(ticket, undo or [], by)
        done.append({"id": ticket_id, "number": number, "undo": made})
    except Refused as refused:
        failed.append({"id": ticket_id, "number": number, "reason": str(refused.sentence)})


def undo(run: BulkRun, *, by: Any) -> BulkRun:
    """Take back what can be taken back. Raises Refused a second time, or while it still runs."""
    require(by, rules.RUN, run)
    if run.ended_at is None or run.undoes_id is not None or queries.undone_by(run) is not None:
        raise Refused(_l("This cannot be taken back any more."))
    return begin(Changes(), [row["id"] for row in run.done], by=by, name=_("Taken back"), undoes=run)
