"""Chinese-first search: one function makes tokens, both databases look up the same ones (stack.md, section 2)."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Any, Iterable

from sqlalchemy import DDL, Index, String, Text, bindparam, event, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from portal.core.activity import BigId
from portal.core.db import db, is_sqlite
from portal.core.planner import aside

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{_CJK}]+|[a-z0-9]+")


class Tokens(TypeDecorator):
    """A list of tokens: text[] on PostgreSQL, one spaced text on SQLite (indexed by FTS5)."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value, dialect):
        return value if dialect.name == "postgresql" or value is None else " ".join(value)

    def process_result_value(self, value, dialect):
        return value.split() if isinstance(value, str) else value


class SearchEntry(db.Model):
    """What one record can be found by. `ticket_id`/`customer_id` lead back to what decides who may see it."""

    __tablename__ = "search_entry"
    __table_args__ = (Index("uq_search_entry_record", "kind", "record_id", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    record_id: Mapped[int] = mapped_column(BigId)
    tokens: Mapped[list[str]] = mapped_column(Tokens)


FTS_TABLE = """CREATE VIRTUAL TABLE IF NOT EXISTS search_fts USING fts5(
 tokens, content='search_entry', content_rowid='id', tokenize="unicode61 remove_diacritics 0", detail=none)"""
FTS_TRIGGERS = (
    """CREATE TRIGGER IF NOT EXISTS search_entry_ai AFTER INSERT ON search_entry BEGIN
 INSERT INTO search_fts(rowid, tokens) VALUES (new.id, new.tokens); END""",
    """CREATE TRIGGER IF NOT EXISTS search_entry_ad AFTER DELETE ON search_entry BEGIN
 INSERT INTO search_fts(search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END""",
    """CREATE TRIGGER IF NOT EXISTS search_entry_au AFTER UPDATE ON search_entry BEGIN
 INSERT INTO search_fts(search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens);
 INSERT INTO search_fts(rowid, tokens) VALUES (new.id, new.tokens); END""",
)
FILL_FTS = "INSERT INTO search_fts(search_fts) VALUES ('rebuild')"  # anew from the entries
for _statement in (FTS_TABLE, *FTS_TRIGGERS):
    event.listen(SearchEntry.__table__, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect="sqlite"))


GIN_INDEX = DDL("CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)")
event.listen(SearchEntry.__table__, "after_create", GIN_INDEX.execute_if(dialect="postgresql"))


def tokens(value: str) -> list[str]:
    """NFKC, lower case; single CJK characters and pairs, Latin and digit words. Order kept, no doubles."""
    found: dict[str, None] = {}
    for run in _RUN.findall(unicodedata.normalize("NFKC", value).lower()):
        found.update(dict.fromkeys(_run_tokens(run)))
    return list(found)


def _run_tokens(run: str) -> Iterable[str]:
    if run[0].isascii():
        return (run[:40],)
    return (*run, *map("".join, zip(run, run[1:], strict=False)))


def asked(value: str) -> list[str]:
    """The tokens a query must all have: pairs of each CJK run (a single character when there is no pair), words."""
    wanted: dict[str, None] = {}
    for run in _RUN.findall(unicodedata.normalize("NFKC", value).lower()):
        pairs = [run] if run[0].isascii() or len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
        wanted.update(dict.fromkeys(pairs))
    return list(wanted)[:24]


def initials(name: str) -> str:
    """Pinyin initials of a name: 王建国 → wjg. The library comes on first need and without its phrases: 50 MB that names do not ask for."""
    library = _pypinyin()
    return "".join(p[:1] for p in library.lazy_pinyin(name, style=library.Style.FIRST_LETTER)).lower()


def readings(word: str) -> list[list[str]]:
    """Of each character every reading in Latin letters: 空调 → [[kong], [diao, tiao, …]]."""
    library = _pypinyin()
    return [list(dict.fromkeys(ways)) for ways in library.pinyin(word, style=library.Style.NORMAL, heteronym=True)]


def _pypinyin() -> Any:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin

    return pypinyin


_ENTRY = select(SearchEntry).where(SearchEntry.kind == bindparam("kind"), SearchEntry.record_id == bindparam("record"))


def index(kind: str, record_id: int, *parts: str, entry_id: int | None = None) -> None:
    """Make the record findable by these texts, in the present transaction; replaces what was there. `entry_id`: a new row's own number."""
    made = tokens("\n".join(p for p in parts if p))
    row = db.session.scalars(_ENTRY, {"kind": kind, "record": record_id}).one_or_none()
    if row is None:
        db.session.add(SearchEntry(id=entry_id, kind=kind, record_id=record_id, tokens=made))
    elif row.tokens != made:
        row.tokens = made


def begin(kind: str, record_id: int, *parts: str) -> None:
    """The same for a record that was made just now."""
    db.session.connection().execute(_NEW, {"kind": kind, "record_id": record_id, "tokens": tokens("\n".join(p for p in parts if p))})


def add(kind: str, record_id: int, words: str) -> None:
    """Make a record that can be found findable by these words too."""
    row = db.session.scalars(_ENTRY, {"kind": kind, "record": record_id}).one()
    known = set(row.tokens)
    more = [token for token in tokens(words) if token not in known]
    if more:
        row.tokens = [*row.tokens, *more]


_NEW = insert(SearchEntry.__table__)


def forget(kind: str, record_id: int) -> None:
    row = db.session.scalars(_ENTRY, {"kind": kind, "record": record_id}).one_or_none()
    if row is not None:
        db.session.delete(row)
        db.session.flush()


def matches(kind: str, query: str, most: int | None = None) -> Any:
    """A subquery of record ids of this kind that have all the query's tokens; None when the query has none.

    `most`: no more than the newest so many entries need be looked at (SQLite; PostgreSQL's own index finds thousands as quickly).
    """
    wanted = asked(query)
    if not wanted:
        return None
    ids = select(SearchEntry.record_id).where(aside(SearchEntry.kind) == kind)
    if is_sqlite():
        phrase = " AND ".join(f'"{w}"' for w in wanted)
        newest = " ORDER BY rowid DESC LIMIT :most" if most else ""
        asked_for = {"phrase": phrase} | ({"most": most} if most else {})
        return ids.where(SearchEntry.id.in_(text(f"SELECT rowid FROM search_fts WHERE search_fts MATCH :phrase{newest}").bindparams(**asked_for)))
    return ids.where(SearchEntry.tokens.op("@>")(wanted))
