"""Did it help? Difference in differences of two shares against a control team or area, with its 95 % interval.

effect = (after − before) − (control after − control before); variance = Σ p(1 − p) / n over the four cells.
*Reached* only when the interval excludes zero in the right direction and each of the four cells has at least FEWEST cases.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from portal.catalogue import queries as catalogue
from portal.core import clock
from portal.figures.queries import Measured, Scope
from portal.figures.queries import measure as value_of
from portal.figures.registry import Unit
from portal.figures.shipped import FIGURES
from portal.figures.showing import said

FEWEST = 30
NORMAL_95 = 1.959964
REACHED, NOT_REACHED, TOO_FEW, NO_CONTROL = "reached", "not_reached", "too_few", "no_control"
Days = tuple[date, date]
Place = dict[str, int]  # {"team_id": 3} or {"area_id": 2}


@dataclass(frozen=True)
class Effect:
    """One figure's before and after. `asked` holds all that is needed to compute it again; `found` the cells and the interval."""

    figure: str
    asked: dict[str, Any]
    found: dict[str, Any]
    verdict: str


def measure(
    name: str, before: Days, after: Days, place: Place, control: Place | None, *, stage: int | None = None, category: int | None = None,
) -> Effect:
    """Days include both ends; stage and category (with its branches) narrow the tickets that count. Raises ValueError for a figure that is not a share."""
    if not FIGURES[name].comparable:
        raise ValueError(f"{name} is not a share")
    places = {"": place} | ({"control_": control} if control else {})
    windows = (("before", before), ("after", after))
    cells = {f"{who}{when}": _cell(name, days, where, stage, category) for who, where in places.items() for when, days in windows}
    asked = {
        "figure": name, "before": [d.isoformat() for d in before], "after": [d.isoformat() for d in after],
        "place": place, "control": control, "stage": stage, "category": category,
    }
    found: dict[str, Any] = {key: asdict(cell) for key, cell in cells.items()}
    found |= _interval(cells) if control else {}
    return Effect(name, asked, found, _verdict(name, cells, found))


def again(asked: dict[str, Any]) -> Effect:
    """Compute a frozen effect anew from its own parameters."""
    before, after = (tuple(date.fromisoformat(d) for d in asked[key]) for key in ("before", "after"))
    narrow = {key: asked.get(key) for key in ("stage", "category")}
    return measure(asked["figure"], before, after, asked["place"], asked["control"], **narrow)


def short(effect: Effect) -> str:
    """complaints 9.2000 4.1000: to be kept, and read in any language."""
    values = (effect.found[key]["value"] for key in ("before", "after"))
    return " ".join((effect.figure, *(f"{value:.4f}" if value is not None else "-" for value in values)))


def read(kept: str) -> str:
    """Complaints 9.2 per 100 → 4.1 per 100; what was kept as a sentence stays one."""
    name, *values = kept.split(" ")
    if name not in FIGURES or len(values) != 2:
        return kept
    before, after = (said(FIGURES[name], None if value == "-" else float(value)) for value in values)
    return f"{FIGURES[name].words} {before} → {after}"


def gain(effect: Effect) -> float:
    """How far the effect lies from zero, in standard errors, the right direction positive; 0 without an interval."""
    low, high = effect.found.get("low"), effect.found.get("high")
    if low is None or high == low:
        return 0.0
    errors = effect.found["difference"] / ((high - low) / 2 / NORMAL_95)
    return errors if FIGURES[effect.figure].better == "up" else -errors


def _cell(name: str, days: Days, place: Place, stage: int | None, category: int | None) -> Measured:
    branches = tuple(c.id for c in catalogue.categories(inactive=True) if category in (c.id, c.parent_id)) if category else ()
    start, end = clock.day_bounds(days[0])[0], clock.day_bounds(days[1] + timedelta(days=1))[0]
    return value_of(name, Scope(start, end, stage_id=stage, category_ids=branches, **place))


def _interval(cells: dict[str, Measured]) -> dict[str, float]:
    if any(not cell.sample for cell in cells.values()):
        return {}
    share = {key: cell.hits / cell.sample for key, cell in cells.items()}
    difference = (share["after"] - share["before"]) - (share["control_after"] - share["control_before"])
    spread = NORMAL_95 * sqrt(sum(share[key] * (1 - share[key]) / cell.sample for key, cell in cells.items()))
    return {"difference": difference, "low": difference - spread, "high": difference + spread}


def _verdict(name: str, cells: dict[str, Measured], found: dict[str, Any]) -> str:
    if min(cell.sample for cell in cells.values()) < FEWEST:
        return TOO_FEW
    if "low" not in found:
        return NO_CONTROL
    good = found["low"] > 0 if FIGURES[name].better == "up" else found["high"] < 0
    return REACHED if good else NOT_REACHED


def scaled(name: str, share: float) -> float:
    """A difference of shares in the figure's own unit: 0.05 → 5 per 100."""
    return share * 100 if FIGURES[name].unit == Unit.HUNDRED else share
