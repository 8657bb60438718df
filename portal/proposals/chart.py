"""The months of a year as bars: worked out here, drawn by templates/proposals/_chart.html, beside a table of the same numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, FOOT = 720, 200, 36, 8, 24
STEPS = (1, 2, 5)
LINES = 4


def bars(months: list[dict[str, Any]]) -> dict[str, Any]:
    """Twelve places, those to come empty; `collected` behind, `adopted` before it; lines at round numbers."""
    step = _step(max((row["number"] for row in months), default=0))
    top = step * LINES
    place = (WIDTH - LEFT) / 12
    known = {row["first"].month: row for row in months}
    return {
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "lines": [{"y": _y(n * step, top), "words": n * step} for n in range(LINES + 1)],
        "months": [_month(n, known.get(n), LEFT + (n - 1) * place, place, top) for n in range(1, 13)], "foot": HEIGHT - 6,
    }


def _month(number: int, row: dict[str, Any] | None, x: float, place: float, top: int) -> dict[str, Any]:
    parts = [(name, row[key]) for name, key in (("collected", "number"), ("adopted", "adopted"))] if row else []
    wide = place * 0.34
    made = [
        {"name": name, "x": round(x + place * 0.12 + n * (wide + 3), 1), "y": _y(value, top), "width": round(wide, 1), "height": round(_y(0, top) - _y(value, top), 1), "value": value}
        for n, (name, value) in enumerate(parts)
    ]
    return {"first": date(2000, number, 1), "middle": round(x + place / 2, 1), "bars": made}


def _y(value: int, top: int) -> float:
    return round(TOP + (HEIGHT - TOP - FOOT) * (1 - value / top), 1)


def _step(most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … whose lines reach over the highest bar."""
    power = 1
    while True:
        for step in STEPS:
            if step * power * LINES >= most:
                return step * power
        power *= 10
