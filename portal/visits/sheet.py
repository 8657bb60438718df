"""The sheet of a visit: one page that says what was found, done, used, paid and signed; to print, as PDF, and as a link for the customer."""

from __future__ import annotations

import io
from base64 import b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from flask import render_template
from flask_babel import lazy_gettext as _l
from PIL import Image

from portal.catalogue.models import Slot
from portal.core import clock, files
from portal.core.activity import Audience, record
from portal.core.access import require
from portal.core.errors import Refused
from portal.core.files import StoredFile
from portal.core.i18n import language
from portal.tickets import tracking
from portal.visits import accounting, messages, proof, queries, rules
from portal.visits.field_models import Signature
from portal.visits.models import FINISHED, Visit

STYLE = Path(__file__).resolve().parents[2] / "static" / "css" / "paper" / "sheet.css"
MOST_PHOTOS, SIDE = 6, 480
MOST_KEPT = 20
_made: dict[tuple, bytes] = {}


def facts_of(visit: Visit) -> dict[str, Any]:
    """Everything on the sheet; pictures within it, so that it can leave as one file."""
    photos, signature = queries.photos_of(visit), accounting.signature_of(visit)
    return {
        "visit": visit, "ticket": visit.ticket, "checks": proof.checks(visit), "parts": accounting.parts_of(visit), "extras": accounting.extras_of(visit),
        "payment": accounting.payment_of(visit), "due": accounting.due_of(visit), "signature": signature, "signed": _signed(signature, photos),
        "pictures": [(Slot(p.slot).word, _inside(p)) for p in _chosen(photos)], "finished": visit.status in FINISHED, "stamp": stamp,
    }


def _chosen(photos: list[StoredFile]) -> list[StoredFile]:
    """Two of each slot, then more while there is room; before stands before after."""
    slots = [proof.in_slot(photos, slot) for slot in proof.SLOTS]
    found = [p for some in slots for p in some[:2]] + [p for some in slots for p in some[2:]]
    return sorted(found[:MOST_PHOTOS], key=lambda p: (proof.SLOTS.index(p.slot), p.id))


def stamp(moment: datetime) -> str:
    """2026-11-20 10:45: paper is read on any day."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M}"


def _signed(signature: Signature | None, photos: list[StoredFile]) -> str:
    return next((_inside(p) for p in photos if signature and p.id == signature.file_id), "")


def _inside(file: StoredFile) -> str:
    picture, out = Image.open(io.BytesIO(files.read(file))), io.BytesIO()
    picture.thumbnail((SIDE, SIDE))
    picture.convert("RGB").save(out, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{b64encode(out.getvalue()).decode()}"


def progress_code(visit: Visit) -> str:
    """The customer's link as a QR picture; nothing where no link was made yet (a look makes none)."""
    link = tracking.known_link(visit.ticket)
    return segno.make(link, error="m").svg_data_uri(border=0, scale=3) if link else ""


class NoPdf(Refused):
    """This machine lacks what a PDF needs; printing from the browser still works."""

    sentence = _l("This machine lacks the library “Pango”, which a PDF needs. Print the page instead, or save it as PDF from the print dialog.")


def can_pdf() -> bool:
    try:
        import weasyprint  # noqa: F401 - loads the system's Pango
    except (ImportError, OSError):
        return False
    return True


def pdf(visit: Visit) -> bytes:
    """The sheet as PDF. Nothing is fetched from anywhere while it is made. Raises NoPdf."""
    if not can_pdf():
        raise NoPdf()
    import weasyprint

    html = render_template("visits/sheet_pdf.html", **facts_of(visit), code=progress_code(visit))
    inside = weasyprint.urls.URLFetcher(allowed_protocols=["data"], fail_on_errors=False)
    style = weasyprint.CSS(string=STYLE.read_text(), url_fetcher=inside)
    return weasyprint.HTML(string=html, url_fetcher=inside).write_pdf(stylesheets=[style])


def kept_pdf(visit: Visit) -> bytes:
    """The PDF of a finished visit, made once a day and state: whoever has the link can ask for it as often as they like. Raises NoPdf."""
    key = (visit.id, visit.version, visit.changed_id, language(), clock.today())
    found = _made.pop(key, None) or pdf(visit)
    _made[key] = found
    while len(_made) > MOST_KEPT:
        _made.pop(next(iter(_made)), None)
    return found


def send_again(visit: Visit, *, by: Any) -> None:
    """The customer gets the link to the sheet itself once more. Raises Refused."""
    require(by, rules.SHEET, visit)
    if visit.status not in FINISHED:
        raise Refused(_l("The visit is not finished yet."))
    row = record("visit.sheet_sent", visit, by=by, ticket=visit.ticket, audience=Audience.INTERNAL, number=visit.ticket.number)
    if messages.tell("sheet", visit, row, url=f"{tracking.url_of(visit.ticket)}/sheet/{visit.id}") is None:
        raise Refused(_l("There is no number and no e-mail address to send it to."))


