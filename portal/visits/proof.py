"""Proof of service: what a visit still lacks before it may be called done."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.catalogue.models import ItemKind, Slot
from portal.core.files import StoredFile
from portal.visits.models import Answer, Visit, VisitItem

SLOTS = tuple(slot.value for slot in Slot)
ACCESS = "access"  # the closed door, where nobody let the technician in


@dataclass
class Gap:
    """`items`: required ones without an answer; `unexplained`: "no" without words or photo; `photos`: slot → how many more."""

    items: list[VisitItem] = field(default_factory=list)
    unexplained: list[VisitItem] = field(default_factory=list)
    photos: dict[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.items or self.unexplained or self.photos)

    @property
    def sentence(self) -> str:
        """Still missing: 2 required items, 1 photo after the work."""
        parts = [LACKING[slot](number) for slot, number in self.photos.items()]
        if self.items:
            parts.insert(0, LACKING["items"](len(self.items)))
        if self.unexplained:
            parts.append(ngettext("%(num)d reason", "%(num)d reasons", len(self.unexplained)))
        return _("Still missing: %(what)s", what=_(" and ").join(parts))


LACKING = {
    "items": lambda n: ngettext("%(num)d required item", "%(num)d required items", n),
    Slot.BEFORE.value: lambda n: ngettext("%(num)d photo before the work", "%(num)d photos before the work", n),
    Slot.AFTER.value: lambda n: ngettext("%(num)d photo after the work", "%(num)d photos after the work", n),
    Slot.DEFECT.value: lambda n: ngettext("%(num)d photo of the defect", "%(num)d photos of the defect", n),
}


def checks(visit: Visit) -> list[VisitItem]:
    return [i for i in visit.items if i.kind == ItemKind.CHECK.value]


def gap(visit: Visit, photos: list[StoredFile]) -> Gap:
    """What the standard asks for and nobody has given yet."""
    found = Gap()
    for item in checks(visit):
        if item.answer is None and item.required:
            found.items.append(item)
        elif item.answer is Answer.NO and not item.note and not in_slot(photos, item_slot(item)):
            found.unexplained.append(item)
    for slot, minimum in minimums(visit).items():
        lacking = minimum - len(in_slot(photos, slot))
        if lacking > 0:
            found.photos[slot] = lacking
    return found


def minimums(visit: Visit) -> dict[str, int]:
    """Slot → how many photos the standard asks for; before, after and defect are always offered."""
    asked = {i.slot: i.minimum for i in visit.items if i.kind == ItemKind.PHOTO.value and i.slot}
    return {slot: asked.get(slot, 0) for slot in SLOTS}


def in_slot(photos: list[StoredFile], slot: str) -> list[StoredFile]:
    return [p for p in photos if p.slot == slot]


def item_slot(item: VisitItem) -> str:
    """Photos that explain a "no" hang on their item."""
    return f"item-{item.id}"
