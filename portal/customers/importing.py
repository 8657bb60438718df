"""A table of customers, homes or staff becomes a batch of checked rows, and after a yes the records. Each rejected row has its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from portal.core import activity, clock
from portal.core.access import require
from portal.core.db import db
from portal.core.errors import WrongState
from portal.core.i18n import in_every_language
from portal.customers.models import ImportBatch
from portal.customers.tables import BadTable


@dataclass(frozen=True)
class Table:
    """One kind of table: its columns (name → word, also read as headers), the permit, how a row is checked and made."""

    word: Any
    columns: dict[str, Any]
    needed: tuple[str, ...]
    permit: str
    check: Callable[[dict], tuple[dict, str]]
    make: Callable[[dict, Any], None]
    known: Callable[[list[dict]], dict[str, str]]


TABLES: dict[str, Table] = {}
PART = 100


def headers(table: Table) -> list[str]:
    return [str(word) for word in table.columns.values()]


def receive(kind: str, name: str, cells: list[list[str]], *, by: Any) -> ImportBatch:
    """Check every row and keep the outcome. Raises BadTable when a needed column is missing."""
    table = TABLES[kind]
    require(by, table.permit)
    columns = _columns(table, cells[0])
    rows = [_checked(table, line, dict(zip(columns, row, strict=False))) for line, row in enumerate(cells[1:], start=2)]
    _refuse_known(table, rows)
    batch = ImportBatch(kind=kind, name=name[:120], rows=rows, person_id=by.id, at=clock.now())
    db.session.add(batch)
    activity.record("import.checked", batch, by=by, kind=kind, rows=len(rows), rejected=len(rejected(batch)))
    return batch


def _columns(table: Table, header: list[str]) -> list[str]:
    """Column names by header, in Chinese, English or plain."""
    known = {}
    for name, word in table.columns.items():
        known |= dict.fromkeys((fold(name), fold(name.strip("_")), *spellings(word)), name)
    found = [known.get(fold(cell), "") for cell in header]
    missing = [str(table.columns[n]) for n in table.needed if n not in found]
    if missing:
        raise BadTable(_("The table lacks the column %(names)s. The first row must hold the headers.", names=", ".join(missing)))
    return found


def spellings(word: Any) -> list[str]:
    """A lazy word in every language, folded: who reads English may well have a Chinese table."""
    return [fold(said) for said in in_every_language(word._args[0])]  # a lazy string keeps its msgid


def fold(text: str) -> str:
    return "".join(text.lower().split())


def _checked(table: Table, line: int, values: dict[str, str]) -> dict:
    typed = {name: value for name, value in values.items() if name and value}
    values, problem = table.check(typed)
    return {"line": line, "typed": typed, "values": values, "problem": problem}


def _refuse_known(table: Table, rows: list[dict]) -> None:
    """Rows that are here already, or twice in the table."""
    good = [row for row in rows if not row["problem"]]
    here, seen = table.known([row["values"] for row in good]), {}
    for row in good:
        mark = row["values"]["mark"]
        if mark in here:
            row["problem"] = here[mark]
        elif mark in seen:
            row["problem"] = _("The same as line %(line)d.", line=seen[mark])
        seen.setdefault(mark, row["line"])


def rejected(batch: ImportBatch) -> list[dict]:
    return [row for row in batch.rows if row["problem"]]


def accepted(batch: ImportBatch) -> list[dict]:
    return [row for row in batch.rows if not row["problem"]]


def filled(table: Table, rows: list[dict]) -> dict[str, Any]:
    """The columns that hold something, with their words."""
    return {name: word for name, word in table.columns.items() if any(row["typed"].get(name) for row in rows)}


def waiting(batch: ImportBatch) -> list[dict]:
    """Good rows that are not made yet."""
    return [row for row in accepted(batch) if not row.get("made")]


def confirm(batch: ImportBatch, *, by: Any, most: int = PART) -> int:
    """Make the next good rows and forget their words; returns how many are left. A part a transaction: others write in between.

    `batch` is locked by the caller. Raises WrongState when all is done.
    """
    table = TABLES[batch.kind]
    require(by, table.permit)
    if batch.done_at:
        raise WrongState(_("This table is imported already."))
    rows = [dict(row) for row in batch.rows]
    open_rows = [row for row in rows if not row["problem"] and not row.get("made")]
    part, left = open_rows[:most], open_rows[most:]
    _refuse_known(table, part)
    for row in part:
        if not row["problem"]:
            table.make(row["values"], by)
        row.update(made=not row["problem"], values={}, typed={})
    batch.rows = rows
    if not left:
        _finish(batch, by)
    return len(left)


def _finish(batch: ImportBatch, by: Any) -> None:
    batch.done_at = clock.now()
    batch.rows = [{**row, "values": {}, "typed": {}} for row in batch.rows]
    activity.record("import.done", batch, by=by, kind=batch.kind, made=len(accepted(batch)))
