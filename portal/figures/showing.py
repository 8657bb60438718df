"""A figure in words: value and unit, target, verdict, change. The same on the dashboard and beside a proposal."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.figures.queries import Measured, reaches, target_of
from portal.figures.registry import Figure, Unit

HOURS_FROM = 100  # minutes
NONE = "–"


def value_words(figure: Figure, value: float | None) -> tuple[str, str]:
    """("87.2", "%"); ("42", "min"); ("3.5", "h"); ("–", "")."""
    if value is None:
        return NONE, ""
    if figure.unit == Unit.SHARE:
        return f"{value * 100:.1f}", "%"
    if figure.unit == Unit.HUNDRED:
        return f"{value:.1f}", _("per 100")
    if figure.unit == Unit.COUNT:
        return f"{value:,.0f}", ""
    return (f"{value:.0f}", _("min")) if value < HOURS_FROM else (f"{value / 60:.1f}", _("h"))


def said(figure: Figure, value: float | None) -> str:
    """Value and unit as one: 87.2%; 42 min."""
    number, unit = value_words(figure, value)
    return f"{number}{unit}" if unit in ("%", "") else f"{number} {unit}"


def target_words(figure: Figure) -> str:
    target = target_of(figure.name)
    if target is None:
        return ""
    value = said(figure, target).replace(".0%", "%")
    return _("Target %(value)s or more", value=value) if figure.better == "up" else _("Target %(value)s or less", value=value)


def verdict(figure: Figure, value: float | None) -> dict[str, str] | None:
    """What ui.kpi shows as a tag; None without value or target."""
    reached = reaches(figure.name, value)
    if reached is None:
        return None
    if reached:
        return {"text": _("On target"), "tone": "ok"}
    return {"text": _("%(difference)s short", difference=difference(figure, abs(value - target_of(figure.name)))), "tone": "danger"}


def difference(figure: Figure, amount: float) -> str:
    """1.4 pts; 6 min; 2.1 per 100."""
    if figure.unit == Unit.SHARE:
        return _("%(points)s pts", points=f"{amount * 100:.1f}")
    return said(figure, amount)


def change_words(figure: Figure, now: Measured, before: Measured) -> str:
    """+1.4 pts; 6 min faster; unchanged. Empty when one of them was not measured."""
    if now.value is None or before.value is None:
        return ""
    amount = now.value - before.value
    words = difference(figure, abs(amount))
    if float(value_words(figure, abs(amount))[0].replace(",", "")) == 0:
        return _("unchanged")
    if figure.unit == Unit.MINUTES:
        return _("%(amount)s faster", amount=words) if amount < 0 else _("%(amount)s slower", amount=words)
    return f"{'+' if amount > 0 else '−'}{words}"


def sample_words(measured: Measured) -> str:
    return ngettext("%(num)d case", "%(num)d cases", measured.sample)
