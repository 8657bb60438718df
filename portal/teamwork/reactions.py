"""Who hears of what: followers, people named in a note, whoever gave or has a task. And how it reads in the timeline."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.accounts.models import Person
from portal.core.activity import Activity, on, sentence
from portal.core.db import db
from portal.core.i18n import N_
from portal.notifications import actions as notifications
from portal.teamwork import queries
from portal.teamwork.models import Task
from portal.tickets.models import Ticket

sentence("ticket.tagged", "tag", _l("Tag added: %(name)s"))
sentence("ticket.untagged", "tag", _l("Tag removed: %(name)s"))
sentence("ticket.linked", "link", _l("Linked with %(other)s"))
sentence("ticket.unlinked", "link", _l("No longer linked with %(other)s"))
sentence("ticket.split", "copy", _l("Split off as %(other)s"))
sentence("ticket.split_from", "copy", _l("Split off from %(other)s"))
sentence("task.given", "clipboard", _l("Task for %(department)s: %(title)s"))
sentence("task.begun", "clipboard", _l("Task begun: %(title)s"))
sentence("task.passed_on", "clipboard", _l("Task passed on to %(name)s: %(title)s"))
sentence("task.done", "check", _l("Task done: %(title)s"))
sentence("task.declined", "x", _l("Task cannot be done: %(title)s"))

NAMED = N_("%(name)s named you in a note on %(number)s: %(words)s")
GIVEN = N_("%(name)s gave you a task on %(number)s: %(title)s")
DONE = N_("%(name)s has done the task on %(number)s: %(title)s")
DECLINED = N_("%(name)s cannot do the task on %(number)s: %(title)s")
FOLLOWED = {
    "ticket.replied": N_("%(name)s answered on %(number)s, which you follow: %(title)s"),
    "ticket.customer_wrote": N_("The customer wrote on %(number)s, which you follow: %(title)s"),
    "ticket.resolved": N_("%(name)s resolved %(number)s, which you follow: %(title)s"),
    "ticket.reopened": N_("%(number)s, which you follow, is open again: %(title)s"),
    "ticket.cancelled": N_("%(name)s cancelled %(number)s, which you follow: %(title)s"),
}


@on("ticket.noted")
def tell_the_named(row: Activity, ticket: Ticket, by: Any) -> None:
    """Only whoever may see the ticket learns of it."""
    for person in queries.named_in(row.body or ""):
        if person.id != by.id and queries.sees(person, ticket):
            _tell(person.id, NAMED, ticket, row, name=by.name, words=(row.body or "")[:60])


@on(*FOLLOWED)
def tell_followers(row: Activity, ticket: Ticket, by: Any) -> None:
    for person in queries.watchers(ticket.id):
        if person.id != by.id and queries.sees(person, ticket):
            _tell(person.id, FOLLOWED[row.verb], ticket, row, name=by.name, title=ticket.title)


@on("task.given")
def tell_whoever_has_it(row: Activity, task: Task, by: Any) -> None:
    if task.owner_id and task.owner_id != by.id:
        _tell(task.owner_id, GIVEN, task.ticket, row, f"/tasks/{task.id}", name=by.name, title=task.title)


@on("task.done", "task.declined")
def tell_whoever_waits(row: Activity, task: Task, by: Any) -> None:
    waiting = {task.made_by_id, task.ticket.owner_id} - {by.id, None}
    for person_id in waiting:
        if db.session.get(Person, person_id).active:
            _tell(person_id, DONE if row.verb == "task.done" else DECLINED, task.ticket, row, f"/tasks/{task.id}", name=by.name, title=task.title)


def _tell(person_id: int, sentence_: str, ticket: Ticket, row: Activity, url: str = "", **data: Any) -> None:
    notifications.tell(person_id, sentence_, {"number": ticket.number, **data}, url or f"/tickets/{ticket.id}", activity_id=row.id)
