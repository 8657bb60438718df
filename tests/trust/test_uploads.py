"""T7: uploads that would run or kill; T18: bodies that would exhaust (trust.md)."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageFile
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from portal.core import files
from portal.core.access import SYSTEM
from portal.core.db import db as database
from portal.core.files import BadFile, Received, StoredFile
from portal.customers.models import Customer
from tests import cast, make
from tests.public import story
from tests.public.test_request import photo
from tests.visits import scene

pytestmark = pytest.mark.once

RUNS = b"<script>alert(1)</script><?php system('id'); ?>"


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A one-bit PNG that claims these dimensions."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """30000 × 30000 in some hundred kilobytes."""
    return png(30_000, 30_000, bytes(3751 * 30_000))


def saved(kind: str, **values) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(out, kind, **values)
    return out.getvalue()


REFUSED = {
    "drawing.svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "page.html": lambda: b"<!doctype html>" + RUNS,
    "page.jpg": lambda: b"<html>" + RUNS, "cut.jpg": lambda: saved("JPEG")[:300], "head.jpg": lambda: b"\xff\xd8\xff\xe0" + b"\0" * 40, "cut.png": lambda: saved("PNG")[:60],
    "archive.jpg": lambda: b"PK\x03\x04" + bytes(400), "program.png": lambda: b"MZ" + bytes(400), "film.gif": lambda: saved("GIF"), "plan.tiff": lambda: saved("TIFF"),
    "wide.png": lambda: png(2**31 - 1, 2**31 - 1), "lies.png": lambda: png(60_000, 60_000, b"\0" * 10), "short.png": lambda: png(4000, 4000, b"\0" * 10),
    "bomb.png": bomb, "empty.jpg": lambda: b"", "words.pdf": lambda: b"%PDF-1.7\n" + RUNS,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_picture_is_refused_quickly_and_by_name(app, name, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as after the first visit sheet was made
    sent, begun = FileStorage(io.BytesIO(REFUSED[name]()), name), time.perf_counter()
    with app.test_request_context("/"), pytest.raises(BadFile) as refusal:
        files.receive([sent], most=6)
    assert name in str(refusal.value.sentence)
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("kind, more", [("JPEG", {"comment": RUNS}), ("PNG", {}), ("WEBP", {})])
def test_what_hides_behind_a_picture_does_not_survive(app, kind, more):
    """A picture that is a page as well comes out as a picture alone."""
    with app.test_request_context("/"):
        [made] = files.receive([FileStorage(io.BytesIO(saved(kind, **more) + RUNS + b"PK\x03\x04"), "photo.php.jpg")], most=6)
    assert made.content_type == "image/jpeg" and made.content[:3] == b"\xff\xd8\xff"
    assert not any(sign in made.content for sign in (b"<script", b"<?php", b"PK\x03\x04"))


def test_the_place_where_a_photo_was_taken_is_gone(app):
    with app.test_request_context("/"):
        [made] = files.receive([FileStorage(io.BytesIO(scene.photo()), "home.jpg")], most=6)
    assert dict(Image.open(io.BytesIO(made.content)).getexif()) == {} and b"at home" not in made.content


@pytest.mark.parametrize("name", ["../../etc/passwd.jpg", "..\\..\\x.jpg", "a\r\nSet-Cookie: x=1.jpg", "<img onerror=1>.jpg", "\u202egpj.exe", "\x00.jpg", "长" * 300 + ".jpg", ".jpg", "con.jpg"])
def test_a_file_name_leads_nowhere(app, name):
    with app.test_request_context("/"):
        [made] = files.receive([FileStorage(io.BytesIO(saved("JPEG")), name)], most=6)
        row = files.store(made, make.ticket(), by=SYSTEM)
        path, answer = files.path_of(row.token), files.send(row)
    assert path.is_relative_to(files.folder()) and len(row.name) <= 120 and not set(row.name) & set('<>"\r\n\x00/\\\u202e')
    assert "\n" not in answer.headers["Content-Disposition"] and "Set-Cookie" not in answer.headers
    answer.close()


@pytest.mark.parametrize("address", ["/tickets/{w.ticket.id}/files/{w.photo.id}", "/visits/{w.visit.id}/photos/{w.photo.id}", "/t/{w.token}/files/{w.file.id}",
                                     "/proposals/{w.proposal.id}/files/{w.proposal_photo.id}", "/request/check/{w.pending}/photos/{w.pending_photo.id}"])
def test_files_are_served_as_what_they_are_in_a_sandbox(clients, company, address):
    for thumb in ("", "?thumb=1"):
        answer = clients["agent"].get(address.format(w=company) + thumb)
        assert (answer.status_code, answer.mimetype, answer.headers["X-Content-Type-Options"]) == (200, "image/jpeg", "nosniff")
        assert answer.headers["Content-Disposition"].startswith("inline; filename=") and "sandbox" in answer.headers["Content-Security-Policy"]
        assert "private" in answer.headers["Cache-Control"] or "no-store" in answer.headers["Cache-Control"]


def test_a_document_is_always_a_download(app, clients, company, db):
    row = files.store(Received("plan.pdf", "application/pdf", b"%PDF-1.7\n" + RUNS), company.ticket, by=SYSTEM, ticket_id=company.ticket.id)
    db.commit()
    answer = clients["agent"].get(f"/tickets/{company.ticket.id}/files/{row.id}?thumb=1")
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment") and answer.mimetype == "application/pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"] and answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_picture_too_large_is_refused_before_it_is_drawn(app):
    app.config["MAX_FILE_BYTES"] = 10_000
    with app.test_request_context("/"), pytest.raises(BadFile):
        files.receive([FileStorage(io.BytesIO(saved("JPEG") + bytes(20_000)), "large.jpg")], most=6)


BODIES = {
    "60 MB": {"data": bytes(60 * 1024 * 1024), "content_type": "application/x-www-form-urlencoded"},
    "3,000 parts": {"data": {f"f{n}": (io.BytesIO(b"x"), "x.jpg") for n in range(3000)}},
    "20,000 fields": {"data": {f"f{n}": "x" for n in range(20_000)}},
    "a field of 3 MB": {"data": {"words": "x" * 3_000_000}},
    "3,000 parts without a name": {"data": b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 3000 + b"--x--", "content_type": "multipart/form-data; boundary=x"},
}


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("path", ["/request/check", "/customers/new", "/sign-in"])
def test_a_body_that_would_exhaust_is_refused_in_words(app, what, path):
    client, begun = cast.signed_in(app.test_client(), cast.agent()) if path == "/customers/new" else app.test_client(), time.perf_counter()
    sent = {**BODIES[what]}
    if isinstance(sent["data"], dict):
        sent["data"] = {k: (io.BytesIO(b"x"), "x.jpg") if isinstance(v, tuple) else v for k, v in sent["data"].items()}
    answer = client.post(path, **sent)
    assert answer.status_code == 413 and time.perf_counter() - begun < 10
    assert database.session.scalar(select(func.count()).select_from(Customer)) == 0


def test_a_list_is_never_longer_than_a_page(app, client):
    cast.signed_in(client, cast.agent())
    who = make.customer()
    for n in range(60):
        make.ticket(who, f"第 {n} 件")
    for query in ("per_page=1000000", "limit=1000000", "size=1000000", "page=1000000", "per_page=-1"):
        answer = client.get(f"/tickets/?view=all&{query}")
        assert answer.status_code == 200 and answer.text.count('class="queue-row') <= 51 and len(answer.data) < 600_000, query


@pytest.mark.parametrize("trap", ["1" * 3000, "+" * 3000, "a@" * 1500, "(((" * 1000, "1-" * 1500 + "x", "状态:" * 800, '"' * 1501, " " * 3000 + "x", "，" * 3000])
def test_no_text_keeps_a_pattern_busy(app, client, trap):
    cast.signed_in(client, cast.agent())
    make.ticket()
    begun = time.perf_counter()
    for path in ("/search", "/customers/", "/tickets/"):
        assert client.get(path, query_string={"q": trap}).status_code < 500
    client.post("/tickets/new/look", data={"phone": trap})
    make.catalogue()
    client.post("/request/check", data=story.typed(phone=trap[:60], words=trap, name=trap[:60], address=trap[:100]), content_type="multipart/form-data")
    assert time.perf_counter() - begun < 5


def test_a_refused_upload_leaves_no_file_behind(app, db, client):
    make.catalogue()
    client.post("/request/check", data={**story.typed(), "photos": [(io.BytesIO(photo()), "good.jpg"), (io.BytesIO(b"<svg/>"), "bad.svg")]})
    assert db.scalar(select(func.count()).select_from(StoredFile)) == 0
