"""Files: outside the web root, random names, type sniffed, pictures re-encoded without EXIF, served by the slice that owns them."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import filetype
from flask import Response, current_app, send_file
from flask_babel import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener
from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock
from portal.core.activity import Audience, BigId
from portal.core.db import LabelType, Moment, db
from portal.core.errors import Refused

register_heif_opener()

PICTURES = {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"}
DOCUMENTS = {"application/pdf": "pdf"}
LONGEST_SIDE = 1920
THUMB_SIDE = 320


class StoredFile(db.Model):
    """One file. It belongs to a subject; whoever may see the subject (and the audience) may see the file."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_subject", "subject_type", "subject_id"), Index("ix_stored_file_ticket", "ticket_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    subject_type: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(BigId)
    slot: Mapped[str] = mapped_column(String(30), default="")
    ticket_id: Mapped[int | None] = mapped_column(BigId)
    activity_id: Mapped[int | None] = mapped_column(BigId, index=True)
    audience: Mapped[Audience] = mapped_column(LabelType(Audience), default=Audience.INTERNAL)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Moment)

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


class BadFile(Refused):
    """A file that is not accepted; the sentence names it."""


class Received:
    """A checked upload, already re-encoded, not yet stored."""

    def __init__(self, name: str, content_type: str, content: bytes, width: int | None = None, height: int | None = None):
        self.name, self.content_type, self.content, self.width, self.height = name, content_type, content, width, height


def receive(uploads: list[Any], *, most: int, documents: bool = False) -> list[Received]:
    """Check and re-encode uploads (werkzeug FileStorage; empty ones are skipped). Call it before the transaction (`db.release`).

    Raises BadFile with a sentence that names the file.
    """
    real = [u for u in uploads if getattr(u, "filename", "")]
    if len(real) > most:
        raise BadFile(_("At most %(most)d files can be sent at once; leave some out.", most=most))
    return [_checked(upload, documents) for upload in real]


def _checked(upload: Any, documents: bool) -> Received:
    name = _plain_name(upload.filename)
    limit = current_app.config["MAX_FILE_BYTES"]
    content = upload.stream.read(limit + 1)
    if len(content) > limit:
        raise BadFile(_("“%(name)s” is larger than %(mb)d MB. Send a smaller one.", name=name, mb=limit // 1_048_576))
    kind = filetype.guess_mime(content[:8192]) or ""
    if kind in PICTURES:
        return _reencoded(name, content)
    if documents and kind in DOCUMENTS:
        return Received(name, kind, content)
    raise BadFile(_("“%(name)s” is not a picture that can be read. Send a JPEG, PNG, WebP or HEIC photo.", name=name))


def _plain_name(name: str) -> str:
    kept = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable() and c not in '<>"\'&')
    return kept[-80:] or "photo"


def _reencoded(name: str, content: bytes) -> Received:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            Image.MAX_IMAGE_PIXELS = current_app.config["MAX_IMAGE_PIXELS"]
            ImageFile.LOAD_TRUNCATED_IMAGES = False  # the library of the PDF sheets switches it on for the whole process
            picture = Image.open(io.BytesIO(content))
            if picture.width * picture.height > current_app.config["MAX_IMAGE_PIXELS"]:
                raise Image.DecompressionBombWarning
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = ImageOps.exif_transpose(picture).convert("RGB")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise BadFile(_("“%(name)s” has too many pixels. Send a smaller photo.", name=name)) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError):
        raise BadFile(_("“%(name)s” is damaged or incomplete. Take or choose it again.", name=name)) from None
    return Received(name.rsplit(".", 1)[0] + ".jpg", "image/jpeg", _jpeg(picture), picture.width, picture.height)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, optimize=True, comment=b"")  # else the comment of the sender goes along
    return out.getvalue()


def store(received: Received, subject: Any, *, by: Any, ticket_id: int | None = None, slot: str = "",
          audience: Audience = Audience.INTERNAL, activity_id: int | None = None) -> StoredFile:
    """Write the bytes (fsync, rename) and the row. An action calls it inside its transaction; an orphan on disk is swept later."""
    token = secrets.token_urlsafe(32)
    _write(path_of(token), received.content)
    row = StoredFile(
        token=token, name=received.name, content_type=received.content_type, size=len(received.content),
        sha256=hashlib.sha256(received.content).hexdigest(), width=received.width, height=received.height,
        subject_type=subject.__tablename__, subject_id=subject.id, slot=slot, ticket_id=ticket_id, activity_id=activity_id,
        audience=audience, person_id=by.id, at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def folder() -> Path:
    return Path(current_app.config["INSTANCE"]) / "files"


def path_of(token: str) -> Path:
    """Where the bytes of a file are kept."""
    return folder() / token[:2] / token


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{secrets.token_hex(6)}.part")  # two may make the same small picture at once
    with open(part, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def read(file: StoredFile) -> bytes:
    return path_of(file.token).read_bytes()


def discard(file: StoredFile) -> None:
    """Forget a file that belongs to nothing any more: row and bytes."""
    db.session.delete(file)
    path_of(file.token).unlink(missing_ok=True)


def send(file: StoredFile, thumb: bool = False) -> Response:
    """The file as an answer: its own type, nosniff, sandboxed; pictures inline, everything else as a download."""
    path = _thumb(file) if thumb and file.is_picture else path_of(file.token)
    answer = send_file(path, mimetype=file.content_type, as_attachment=not file.is_picture, download_name=file.name, conditional=True)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def _thumb(file: StoredFile) -> Path:
    path = folder().parent / "thumbs" / file.token[:2] / file.token
    if not path.exists():
        picture = Image.open(path_of(file.token))
        picture.thumbnail((THUMB_SIDE, THUMB_SIDE))
        _write(path, _jpeg(picture.convert("RGB")))
    return path
