"""Where a row lies in the database's files tells when it was written, to the minute between its neighbours, and an ordinary dump keeps that
order. So what anonymous authors wrote is laid anew every five minutes, today's and yesterday's in one transaction and in an order drawn by lot."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, text, update

from portal.core import clock
from portal.core.activity import Activity
from portal.core.db import db, is_sqlite
from portal.core.search import SearchEntry
from portal.proposals.anonymous import day_only
from portal.proposals.models import Proposal, ProposalToken

QUIET = {"log_statement": ("none", "ddl"), "log_min_duration_statement": ("-1",)}
_lot = secrets.SystemRandom()


def lay_anew() -> None:
    """The same rows with the same contents, written again by this transaction."""
    days = [day_only(clock.now() - timedelta(days=n)) for n in range(2)]
    rows = Activity.id < 0, Activity.subject_type == Proposal.__tablename__, Activity.at.in_(days)
    ids = list(db.session.scalars(select(Activity.subject_id).where(*rows).distinct()))
    if not ids:
        return
    _write_again(Activity.__table__, *rows)
    _write_again(ProposalToken.__table__, ProposalToken.proposal_id.in_(ids))
    _write_again(SearchEntry.__table__, SearchEntry.kind == "proposal", SearchEntry.record_id.in_(ids))
    _lot.shuffle(ids)
    same = update(Proposal.__table__).where(Proposal.id == bindparam("which")).values(naming=Proposal.naming)
    db.session.connection().execute(same, [{"which": number} for number in ids])  # others refer to the row: it is not taken out


def _write_again(table: Table, *which: Any) -> None:
    """Takes out and puts in: two at once cannot both have taken a row."""
    connection = db.session.connection()
    taken = [dict(row) for row in connection.execute(delete(table).where(*which).returning(*table.c)).mappings()]
    if taken:
        _lot.shuffle(taken)
        connection.execute(insert(table), taken)


def written_down() -> list[str]:
    """PostgreSQL's settings by which its log would keep the words of statements and the second of each; see the README."""
    if is_sqlite():
        return []
    found = dict(db.session.execute(text("SELECT name, setting FROM pg_settings WHERE name IN ('log_statement', 'log_min_duration_statement', 'log_parameter_max_length')")).all())
    if found["log_parameter_max_length"] == "0":
        return []
    return [name for name, quiet in QUIET.items() if found[name] not in quiet]
