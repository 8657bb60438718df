from __future__ import annotations

from portal.catalogue import seeds
from portal.core.activity import on


@on("company.set_up")
def ship_the_catalogue(activity, person, by) -> None:
    """A new company starts with services, kinds, problems and times filled in."""
    seeds.load()
