"""Chinese-first search: one function makes tokens, both databases look up the same ones (stack.md, section 2)."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Any, Iterable

from sqlalchemy import DDL, Index, String, Text, bindparam, event, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from portal.core import direct
from portal.core.activity import BigId
from portal.core.db import db, is_sqlite, planned_for_values
from portal.core.planner import few

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


KINDS = ("ticket", "customer", "proposal")
# PostgreSQL knows how often a word occurs in all kinds together, which is in tickets: for a word that hardly one of these has it would
# walk through all of them, newest first. Their finds are sorted instead, which no index does.
SORTED = {"customer"}
# Records whose own numbers tell which is newer (proposals' are drawn by lot): entries of other kinds that lie between are not walked through.
COUNTED = {"ticket"}
# An index for each kind: a word of a million tickets costs a search for customers nothing.
GIN_INDEX = "CREATE INDEX ix_search_entry_tokens_{0} ON search_entry USING gin (tokens) WHERE kind = '{0}'"
FTS = (
    "CREATE VIEW IF NOT EXISTS search_{0} AS SELECT id, tokens FROM search_entry WHERE kind = '{0}'",
    """CREATE VIRTUAL TABLE IF NOT EXISTS search_fts_{0} USING fts5(
 tokens, content='search_{0}', content_rowid='id', tokenize="unicode61 remove_diacritics 0", detail=none)""",
    """CREATE TRIGGER IF NOT EXISTS search_{0}_ai AFTER INSERT ON search_entry WHEN new.kind = '{0}' BEGIN
 INSERT INTO search_fts_{0}(rowid, tokens) VALUES (new.id, new.tokens); END""",
    """CREATE TRIGGER IF NOT EXISTS search_{0}_ad AFTER DELETE ON search_entry WHEN old.kind = '{0}' BEGIN
 INSERT INTO search_fts_{0}(search_fts_{0}, rowid, tokens) VALUES ('delete', old.id, old.tokens); END""",
    """CREATE TRIGGER IF NOT EXISTS search_{0}_au AFTER UPDATE ON search_entry WHEN new.kind = '{0}' BEGIN
 INSERT INTO search_fts_{0}(search_fts_{0}, rowid, tokens) VALUES ('delete', old.id, old.tokens);
 INSERT INTO search_fts_{0}(rowid, tokens) VALUES (new.id, new.tokens); END""",
)
FILL_FTS = tuple(f"INSERT INTO search_fts_{kind}(search_fts_{kind}) VALUES ('rebuild')" for kind in KINDS)  # anew from the entries
for _kind in KINDS:
    event.listen(SearchEntry.__table__, "after_create", DDL(GIN_INDEX.format(_kind)).execute_if(dialect="postgresql"))
    for _statement in FTS:
        event.listen(SearchEntry.__table__, "after_create", DDL(_statement.format(_kind)).execute_if(dialect="sqlite"))


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
    direct.tell(_NEW, {"kind": kind, "record_id": record_id, "tokens": tokens("\n".join(p for p in parts if p))})


def add(kind: str, record_id: int, words: str) -> bool:
    """Make a record that can be found findable by these words too; False when it has no entry yet."""
    row = db.session.scalars(_ENTRY, {"kind": kind, "record": record_id}).one_or_none()
    known = set(row.tokens) if row else set()
    more = [token for token in tokens(words) if token not in known]
    if row and more:
        row.tokens = [*row.tokens, *more]
    return row is not None


_NEW = direct.new_row(SearchEntry.__table__, "kind", "record_id", "tokens")


def forget(kind: str, record_id: int) -> None:
    row = db.session.scalars(_ENTRY, {"kind": kind, "record": record_id}).one_or_none()
    if row is not None:
        db.session.delete(row)
        db.session.flush()


def matches(kind: str, query: str, most: int | None = None) -> Any:
    """A subquery of record ids of this kind that have all the query's tokens; None when the query has none.

    `most`: no more than so many, the newest entries first.
    """
    wanted = asked(query)
    if not wanted:
        return None
    if is_sqlite():
        return select(SearchEntry.record_id).where(SearchEntry.id.in_(_newest(kind, most).bindparams(phrase=_all(wanted))))
    planned_for_values()
    return _holding(kind, wanted, most)


def finds(kind: str, most: int | None = None) -> Any:
    """The same for a statement that is kept: what is looked for is its open parameter `phrase`, see there."""
    if is_sqlite():
        return select(SearchEntry.record_id).where(SearchEntry.id.in_(_newest(kind, most)))
    return _holding(kind, bindparam("phrase", type_=Tokens()), most)


def phrase(query: str) -> str | list[str] | None:
    """What `finds` asks the database for; None when the query has no token."""
    wanted = asked(query)
    if not wanted or is_sqlite():
        return _all(wanted) or None
    planned_for_values()
    return wanted


def with_any(kind: str, words: list[str], most: int) -> list[int]:
    """The newest entries with any of the words."""
    if is_sqlite():
        return list(db.session.scalars(_newest(kind, most).bindparams(phrase=" OR ".join(map(_quoted, words)))))
    planned_for_values()
    newest = select(SearchEntry.id).where(_of(kind), SearchEntry.tokens.op("&&")(words)).order_by(SearchEntry.id.desc()).limit(few(most))
    return list(db.session.scalars(newest))


def _newest(kind: str, most: int | None) -> Any:
    newest = f" ORDER BY rowid DESC LIMIT {int(most)}" if most else ""
    return text(f"SELECT rowid FROM search_fts_{kind} WHERE search_fts_{kind} MATCH :phrase{newest}")


def _holding(kind: str, wanted: Any, most: int | None) -> Any:
    ids = select(SearchEntry.record_id).where(_of(kind), SearchEntry.tokens.op("@>")(wanted))
    order = SearchEntry.id + literal_column("0") if kind in SORTED else SearchEntry.record_id if kind in COUNTED else SearchEntry.id
    return ids.order_by(order.desc()).limit(few(most)) if most else ids


def _all(words: list[str]) -> str:
    return " AND ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    return f'"{word}"'


def _of(kind: str) -> Any:
    """Written out: PostgreSQL uses an index of one kind only for a statement that names the kind."""
    return SearchEntry.kind == literal_column(f"'{kind}'")
