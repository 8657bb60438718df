"""Proposals as a table for other programs: CSV with a mark for spreadsheets, XLSX; no cell is ever a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from portal.core import activity, clock
from portal.core.access import require
from portal.core.activity import Audience
from portal.core.db import db, in_one_transaction
from portal.proposals import rules
from portal.proposals.listing import Asked, with_names
from portal.proposals.models import Proposal
from portal.proposals.showing import author_words

MOST = 100_000
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table(asked: Asked, *, by: Any, kind: str) -> Iterator[list[Any]]:
    """Head and rows, newest first. Leaves a row in the audit trail."""
    require(by, rules.EXPORT)
    activity.record("proposal.exported", by, by=by, audience=Audience.AUDIT, format=kind)
    return _rows(asked, by)


def _rows(asked: Asked, person: Any) -> Iterator[list[Any]]:
    yield [
        _("Number"), _("Title"), _("Status"), _("Source"), _("Stage"), _("Team"), _("Proposed by"), _("Votes"), _("Score"), _("Handed in"),
        _("Adopted"), _("Carried out"), _("Effect"), _("Reason for the decision"),
    ]
    in_one_transaction()
    query = with_names(asked.filtered(person)).order_by(Proposal.created_at.desc(), Proposal.id.desc()).limit(MOST)
    for proposal in db.session.scalars(query.execution_options(yield_per=500)):
        yield [safe(value) for value in _cells(proposal, person)]


def _cells(one: Proposal, person: Any) -> list[Any]:
    return [
        one.number, one.title, one.status.word, one.source.word, one.stage.word if one.stage else "", one.team.word if one.team else "",
        author_words(person, one), one.votes, round(one.score, 2), _day(one.created_at), _day(one.adopted_at), _day(one.finished_at),
        one.effect_words, one.reason,
    ]


def _day(moment: Any) -> str:
    return clock.local(moment).date().isoformat() if moment else ""


def safe(value: Any) -> Any:
    """A text that a spreadsheet would compute gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA) else value


def as_csv(rows: Iterator[list[Any]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterator[list[Any]]) -> bytes:
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    return content.getvalue()
