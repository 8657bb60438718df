"""What colleagues do around a ticket."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.accounts.models import Person
from portal.catalogue.models import Category
from portal.core import clock
from portal.core.access import require
from portal.core.activity import record
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.teamwork import queries, rules
from portal.teamwork.models import PENDING, LinkKind, Reminder, Tag, Task, TaskStatus, TicketLink, TicketTag, Watch
from portal.tickets import actions as tickets
from portal.tickets.models import Channel, Ticket


def tag(ticket: Ticket, name: str, *, by: Any) -> Tag:
    """Put a tag on the ticket; a new word makes a new tag. Raises Refused for an empty one."""
    require(by, rules.TAG, ticket)
    name = " ".join(name.split())[:30]
    if not name:
        raise Refused(_l("Write the tag."))
    found = queries.tag_named(name)
    if found is None:
        found = Tag(name=name)
        db.session.add(found)
        db.session.flush()
    if db.session.get(TicketTag, (ticket.id, found.id)) is None:
        db.session.add(TicketTag(ticket_id=ticket.id, tag_id=found.id))
        record("ticket.tagged", ticket, by=by, name=name)
    return found


def untag(ticket: Ticket, name: str, *, by: Any) -> None:
    """Take a tag off; one that is not there changes nothing."""
    require(by, rules.TAG, ticket)
    found = queries.tag_named(name)
    carried = found and db.session.get(TicketTag, (ticket.id, found.id))
    if carried:
        db.session.delete(carried)
        record("ticket.untagged", ticket, by=by, name=name)


def give(ticket: Ticket, title: str, department: str, due_on: date, *, by: Any, owner: Person | None = None, words: str = "") -> Task:
    """Give a task to another department. It holds the ticket open until it is answered."""
    require(by, rules.GIVE, ticket)
    if owner is not None and not owner.active:
        raise Refused(_l("This person does not work here any more."))
    task = Task(
        ticket=ticket, title=title, department=department, due_at=clock.day_bounds(due_on)[1], owner=owner, words=words, made_by_id=by.id, created_at=clock.now(),
    )
    db.session.add(task)
    record("task.given", task, by=by, ticket=ticket, title=title, department=department, name=owner.name if owner else "")
    return task


def take(task: Task, *, by: Person) -> None:
    """Begin with a task; whoever begins an unowned one has it."""
    require(by, rules.TASKS, task)
    if task.status is not TaskStatus.OPEN:
        raise WrongState()
    task.owner = task.owner or by
    task.status = TaskStatus.DOING
    record("task.begun", task, by=by, ticket=task.ticket, title=task.title)


def answer(task: Task, done: bool, words: str, *, by: Any) -> None:
    """Done, or cannot be done: then it needs a reason."""
    require(by, rules.TASKS, task)
    if task.status not in PENDING:
        raise WrongState()
    if not done and not words.strip():
        raise Refused(_l("Say why it cannot be done."))
    task.status, task.answer, task.ended_at = TaskStatus.DONE if done else TaskStatus.DECLINED, words, clock.now()
    record("task.done" if done else "task.declined", task, by=by, ticket=task.ticket, title=task.title, body=words or None)


def pass_on(task: Task, owner: Person | None, *, by: Any, reason: str = "") -> None:
    """Somebody else does it."""
    require(by, rules.GIVE, task.ticket)
    if task.status not in PENDING:
        raise WrongState()
    task.owner = owner
    record("task.passed_on", task, by=by, ticket=task.ticket, title=task.title, name=owner.name if owner else "–", reason=reason)


def pass_reminder(reminder: Reminder, to: Person, *, by: Any) -> None:
    """Goes along when somebody's work is handed over."""
    require(by, rules.GIVE)
    reminder.person_id = to.id
    record("reminder.passed_on", reminder, by=by)


def watch(ticket: Ticket, *, by: Person) -> None:
    """Follow: hear in the inbox what happens. A second time changes nothing."""
    require(by, rules.WATCH, ticket)
    if queries.watch_of(ticket, by) is None:
        row = Watch(ticket_id=ticket.id, person_id=by.id)
        db.session.add(row)
        record("watch.begun", row, by=by)


def unwatch(ticket: Ticket, *, by: Person) -> None:
    require(by, rules.WATCH, ticket)
    row = queries.watch_of(ticket, by)
    if row is not None:
        db.session.delete(row)
        record("watch.ended", row, by=by)


def link(ticket: Ticket, other: Ticket, *, by: Any, kind: LinkKind = LinkKind.RELATED) -> TicketLink:
    """Two tickets that belong together. Raises Refused when they are one, or linked already."""
    require(by, rules.TAG, ticket)
    if ticket.id == other.id:
        raise Refused(_l("A ticket cannot be linked to itself."))
    if queries.link_between(ticket.id, other.id) is not None:
        raise Refused(_l("These two are linked already."))
    row = TicketLink(ticket_id=ticket.id, other_id=other.id, kind=kind)
    db.session.add(row)
    record("ticket.linked", ticket, by=by, other=other.number)
    record("ticket.linked", other, by=by, other=ticket.number)
    return row


def unlink(ticket: Ticket, row: TicketLink, *, by: Any) -> None:
    require(by, rules.TAG, ticket)
    other = db.session.get(Ticket, row.other_id if row.ticket_id == ticket.id else row.ticket_id)
    db.session.delete(row)
    record("ticket.unlinked", ticket, by=by, other=other.number)
    record("ticket.unlinked", other, by=by, other=ticket.number)


def split(ticket: Ticket, words: str, *, by: Any, category: Category | None = None) -> Ticket:
    """A second problem in one request becomes a ticket of its own: same customer and home, clocks of its own, linked both ways."""
    require(by, rules.TAG, ticket)
    made = tickets.open_ticket(
        ticket.customer, words, by=by, channel=Channel.STAFF, category=category, kind_code=None if category else ticket.kind_code,
        site=ticket.site, phone=ticket.phone, contact_name=ticket.contact_name, owner=ticket.owner, preferred=ticket.preferred,
    )
    row = TicketLink(ticket_id=ticket.id, other_id=made.id, kind=LinkKind.SPLIT)
    db.session.add(row)
    record("ticket.split", ticket, by=by, other=made.number)
    record("ticket.split_from", made, by=by, other=ticket.number)
    return made


def remind(moment: datetime, *, by: Person, ticket: Ticket | None = None, words: str = "") -> Reminder:
    """A private reminder. Raises Refused for a moment that has passed."""
    require(by, rules.REMIND)
    if moment <= clock.now():
        raise Refused(_l("This moment has passed; choose a later one."))
    row = Reminder(person_id=by.id, ticket_id=ticket.id if ticket else None, at=moment, words=words[:200])
    db.session.add(row)
    record("reminder.set", row, by=by)
    return row


def done_with(reminder: Reminder, *, by: Person) -> None:
    require(by, rules.REMIND, reminder)
    reminder.done_at = reminder.done_at or clock.now()
    record("reminder.done", reminder, by=by)


def keeps_open(ticket: Ticket) -> Any:
    """A sentence while a task is pending."""
    task = queries.pending_of(ticket)
    return _l("A task for another department is pending: %(title)s (%(department)s).", title=task.title, department=task.department) if task else None


tickets.close_checks.append(keeps_open)
tickets.close_questions.append(queries.asking_pending)
