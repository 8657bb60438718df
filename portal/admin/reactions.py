from __future__ import annotations

from portal.catalogue import seeds as catalogue
from portal.core.activity import on
from portal.macros import seeds as macros
from portal.replies import seeds as replies
from portal.tickets import seeds as tickets


@on("company.set_up")
def fill_in(activity, person, by) -> None:
    """A new company starts with services, kinds, problems, time limits, reply templates and macros filled in."""
    catalogue.load()
    tickets.load()
    replies.load(person.language)
    macros.load(person.language)
