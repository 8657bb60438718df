"""Every POST is safe to repeat: a one-time key is stored with its answer in the effect's own transaction."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import wraps

from flask import make_response, redirect, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, String, Text, bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock, direct
from portal.core.access import me
from portal.core.db import SAFE_METHODS, Moment, db, is_sqlite
from portal.core.errors import Refused
from portal.core.forms import is_key


PER_SENDING = {"sent_at"}
"""Fields that tell about the sending, not about what is sent."""


class UsedKey(db.Model):
    """One answered form: its key, who sent it, a hash of what was sent, where the answer led."""

    __tablename__ = "used_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    scope: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    body_hash: Mapped[str] = mapped_column(String(32))
    answer: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


def once(view):
    """Decorator of a POST view: the second sending of a key gets the first one's answer (a 303 address).

    A form without a valid key is refused with 422; the same key with other content as well.
    """

    @wraps(view)
    def wrapped(*args, **kwargs):
        if request.method in SAFE_METHODS:
            return view(*args, **kwargs)
        key = request.headers.get("Idempotency-Key") or request.form.get("key")
        row, fresh = reserve(key, request.endpoint or "")
        if not fresh:
            return redirect(row.answer or "/", 303)
        claimed_in = db.session().get_transaction()
        answer = make_response(view(*args, **kwargs))
        if answer.status_code == 303:
            return _kept(answer, key, db.session().get_transaction() is claimed_in)
        if answer.status_code < 400:
            db.session.connection().execute(_GIVE_BACK, {"used": key})
        return answer

    return wrapped


def _kept(answer, key, held):
    """Store where the answer leads. A view that released the transaction for slow work lost its claim on the key (not `held`): it is taken
    anew, and whoever was quicker meanwhile wins - the effect of this sending is rolled back with its transaction."""
    row, fresh = (None, True) if held else reserve(key, request.endpoint or "")
    if not fresh and row.answer is not None:
        db.session.rollback()
        return redirect(row.answer, 303)
    answer_with(key, answer.headers["Location"])
    return answer


def answer_with(key: str, words: str) -> None:
    """What a reserved key is answered with from now on."""
    direct.tell(_ANSWER, {"used": key, "words": words})


def reserve(key: str | None, scope: str) -> tuple[UsedKey | None, bool]:
    """Claim the key inside the present transaction; (None, True) when it is new, else (its row, False). Raises Refused."""
    if not is_key(key):
        raise Refused(_l("This form has no valid one-time key. Open it anew and send it again."))
    person = me()
    values = {
        "key": key, "scope": scope, "person_id": person.id if person else None,
        "body_hash": _body_hash(), "at": clock.now(),
    }
    if direct.rows(_CLAIM[is_sqlite()], values):  # PostgreSQL's driver does not count inserted rows
        return None, True
    row = db.session.get(UsedKey, key, populate_existing=True)
    _refuse_other(row, scope, values)
    return row, False


_keys = UsedKey.__table__
_CLAIM = {
    lite: direct.new_row(_keys, "key", "scope", "person_id", "body_hash", "at", insert=dialect.insert).on_conflict_do_nothing().returning(_keys.c.key)
    for lite, dialect in ((True, sqlite), (False, postgresql))
}
_ANSWER = update(_keys).where(_keys.c.key == bindparam("used")).values(answer=bindparam("words"))
_GIVE_BACK = delete(_keys).where(_keys.c.key == bindparam("used"))


def answered(key: str | None, scope: str) -> str | None:
    """The stored answer of a key that was used by this person for this; None when it is new. Raises Refused. Claims nothing."""
    row = db.session.get(UsedKey, key) if is_key(key) else None
    if row is None:
        return None
    _refuse_other(row, scope, {"person_id": getattr(me(), "id", None), "body_hash": _body_hash()})
    return row.answer


def _refuse_other(row: UsedKey, scope: str, values: dict) -> None:
    if (row.scope, row.person_id, row.body_hash) != (scope, values["person_id"], values["body_hash"]):
        raise Refused(_l("This form was sent before with other words. Open it anew to send something else."))


def _bytes_of(file) -> bytes:
    """A hash of the file itself, read wherever it stands, and left as it was."""
    at = file.stream.tell()
    file.stream.seek(0)
    digest = hashlib.file_digest(file.stream, "sha256").digest()
    file.stream.seek(at)
    return digest


def _body_hash() -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name, value in sorted(request.form.items(multi=True)):
        if name in PER_SENDING:
            continue
        digest.update(f"{name}={value}\0".encode("utf-8", "surrogatepass"))
    for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        digest.update(f"{name}:{file.filename}\0".encode("utf-8", "surrogatepass"))
        digest.update(_bytes_of(file))
    return digest.hexdigest()
