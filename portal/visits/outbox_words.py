"""How the items of an outbox are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

WORDS = {
    "accept": _l("Accept the visit"), "set_off": _l("Set off"), "arrive": _l("I have arrived"), "decline": _l("Decline this visit"), "late": _l("Running late"),
    "answer": _l("Checklist"), "photos_before": _l("Photos before the work"), "photos_after": _l("Photos after the work"),
    "photos_defect": _l("Photos of defects"), "part": _l("Part used"), "part_removed": _l("Part not used"), "extra": _l("Extra work"), "payment": _l("Payment"), "sign": _l("Signature"),
    "finish": _l("Finish this visit"), "undo": _l("Undo the last step"),
}


def words_of(kind: str) -> Any:
    return WORDS.get(kind, kind)
