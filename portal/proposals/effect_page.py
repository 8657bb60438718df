"""The measured effect in full: cells with their cases, interval, plain words, and the frozen numbers computed again."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from portal.figures import effect
from portal.figures.registry import Figure
from portal.figures.shipped import FIGURES
from portal.proposals import carrying
from portal.proposals.models import Proposal
from portal.proposals.showing import CELLS, VERDICTS, figures, frozen, interval, signed


def rows(proposal: Proposal) -> list[dict[str, Any]]:
    kept = frozen(proposal)
    found = kept or carrying.of_trial(proposal)
    return [_row(one, bool(kept)) for one in found if one.figure in FIGURES]


def _row(one: Any, kept: bool) -> dict[str, Any]:
    figure, found = FIGURES[one.figure], one.found
    again = effect.again(one.asked) if kept else None
    return {
        "figure": figure, "cells": [_cell(figure, found[key]) if key in found else None for key in CELLS], "verdict": VERDICTS[one.verdict],
        "change": signed(figure, found.get("difference")), "interval": interval(figure, one),
        "sentence": _sentence(figure, one), "same": again is None or _same(again.found, found), "again": again,
        "asked": one.asked,
    }


def _cell(figure: Figure, cell: dict[str, Any]) -> dict[str, Any]:
    return {"value": figures.said(figure, cell["value"]), "sample": cell["sample"], "hits": cell["hits"], "few": cell["sample"] < effect.FEWEST}


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one.get(key) == other.get(key) for key in CELLS)


def _sentence(figure: Figure, one: Any) -> str:
    """What it means, without statistics."""
    change = signed(figure, one.found.get("difference"))
    words = {
        effect.REACHED: _("Reached: beyond the control team it changed by %(change)s, and chance does not explain it.", change=change),
        effect.NOT_REACHED: _("Not reached: beyond the control team it changed by %(change)s, which may be chance.", change=change),
        effect.TOO_FEW: _("Too few cases: each of the four numbers needs at least %(least)d.", least=effect.FEWEST),
        effect.NO_CONTROL: _("There is no control team, so nobody can say what would have happened anyway."),
    }
    return words[one.verdict]
