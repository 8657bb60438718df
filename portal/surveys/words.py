"""The words of scores, dimensions and tags; stored as numbers and codes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

SCORES = {1: _l("Very poor"), 2: _l("Not satisfied"), 3: _l("So-so"), 4: _l("Satisfied"), 5: _l("Very satisfied")}
DETAILS = {"speed": _l("Speed"), "attitude": _l("Manner"), "quality": _l("Quality"), "tidiness": _l("Tidiness")}
GOOD = {
    "on_time": _l("On time"), "explained": _l("Explained clearly"), "skilled": _l("Good work"), "tidy": _l("Left it clean"), "kind": _l("Friendly"),
}
BAD = {
    "late": _l("Came late"), "not_fixed": _l("Not fixed"), "careless": _l("Careless work"), "messy": _l("Left a mess"), "rude": _l("Unfriendly"),
    "price": _l("Price not clear"),
}
TAGS = {**GOOD, **BAD}


def tags_for(score: int) -> dict:
    """What went well, or what went wrong."""
    return GOOD if score >= 4 else BAD
