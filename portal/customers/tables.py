"""Reading a table that somebody uploads: CSV (UTF-8 with or without mark, GB18030) or XLSX, within firm limits."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice
from typing import Any

from flask_babel import gettext as _

from portal.core.errors import Refused

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 200
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_000, 40, 600


class BadTable(Refused):
    """The sentence says what is wrong with the file."""


def read(upload: Any) -> list[list[str]]:
    """The non-empty rows as text, header first. Raises BadTable."""
    content = upload.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadTable(_("The table is larger than 5 MB. Send it in parts."))
    rows = _xlsx(content) if content[:4] == b"PK\x03\x04" else _csv(content)
    filled = [row for row in rows if any(row)]
    if len(filled) < 2:
        raise BadTable(_("The table has no rows below its header."))
    if len(filled) > MOST_ROWS + 1:
        raise BadTable(_("The table has more than %(most)d rows. Send it in parts.", most=MOST_ROWS))
    return filled


def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    separator = max(",\t;，", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return [[_text(cell) for cell in row[:MOST_COLUMNS]] for row in islice(rows, MOST_ROWS * 4)]
    except csv.Error:
        raise BadTable(_unreadable()) from None


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise BadTable(_unreadable())
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable(_unreadable())


def _xlsx(content: bytes) -> list[list[str]]:
    from openpyxl import load_workbook  # 20 MB that only this needs

    try:
        _refuse_bomb(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=MOST_ROWS * 4, max_col=MOST_COLUMNS, values_only=True)
        return [[_text(cell) for cell in row] for row in rows]
    except BadTable:
        raise
    except Exception:  # the library raises whatever a broken file makes it stumble over
        raise BadTable(_unreadable()) from None


def _refuse_bomb(content: bytes) -> None:
    """Sizes are read from the archive's directory; unpacking stops at them, so they cannot lie upwards."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > MOST_UNPACKED:
            raise BadTable(_("The table unpacks to far more than it seems to hold. Save it as CSV and send that."))
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as file:
                    if b"<!DOCTYPE" in file.read(4096):
                        raise BadTable(_unreadable())


def _unreadable() -> str:
    return _("This file could not be read as a table. Save it as CSV (UTF-8) or XLSX.")


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()[:MOST_CHARACTERS]


def written(rows: Iterable[Iterable[str]]) -> bytes:
    """A CSV that Excel and WPS open with its Chinese intact; cells that look like formulas become text."""
    out = io.StringIO()
    csv.writer(out).writerows([[_harmless(cell) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(cell: str) -> str:
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠") else cell
