from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Select, bindparam, false, func, or_, select

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.core import clock, direct, options
from portal.core.access import Role, may
from portal.core.db import Moment, db
from portal.core.errors import NotFound
from portal.core.kept import while_idle
from portal.core.planner import few
from portal.teamwork import rules
from portal.teamwork.models import PENDING, Reminder, Tag, Task, TicketLink, TicketTag, Watch
from portal.teamwork.options import DEPARTMENTS
from portal.tickets import asking, tagging
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket
from portal.visits import queries as visits


FEW = 1_000  # tickets of a tag that are read and put in order quicker than they are met along a list


def tags_of(ticket: Ticket) -> list[Tag]:
    query = select(Tag).join(TicketTag, TicketTag.tag_id == Tag.id).where(TicketTag.ticket_id == ticket.id)
    return list(db.session.scalars(query.order_by(Tag.name)))


def tag_named(name: str) -> Tag | None:
    return db.session.scalars(select(Tag).where(Tag.name == name)).first()


def all_tags(limit: int = 200) -> list[Tag]:
    return list(db.session.scalars(select(Tag).order_by(Tag.name).limit(limit)))


def carries(tag_id: int, leads: bool = False) -> Any:
    """SQL condition: tickets with this tag. `leads`: the tag's tickets are read first, else each ticket is looked at for the tag."""
    if leads:
        return Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag_id == tag_id))
    return select(TicketTag.tag_id).where(TicketTag.tag_id == tag_id, TicketTag.ticket_id == Ticket.id).correlate(Ticket).exists()


def is_on_few(tag_id: int) -> bool:
    """Is it quicker to read all tickets of the tag than to meet them on the way?"""
    some = select(TicketTag.ticket_id).where(TicketTag.tag_id == tag_id).limit(few(FEW + 1)).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) <= FEW


def _tag_names() -> list[tuple[int, str]]:
    return [(tag.id, tag.name) for tag in all_tags()]


tagging.carries, tagging.is_on_few, tagging.names = carries, is_on_few, _tag_names


def _tagged(name: str, person: Any) -> Any:
    """For the search: tickets with the tag of this name."""
    found = tag_named(name)
    return carries(found.id, leads=is_on_few(found.id)) if found else None


asking.OPERATORS.update({"tag": _tagged, "标签": _tagged})


def departments() -> list[str]:
    return [name.strip()[:40] for name in re.split(r"[,，、;；]", options.value(DEPARTMENTS)) if name.strip()]


def visible_tasks(person: Any) -> Select:
    """Tasks given to or made by the person, and those of tickets that the person may see."""
    if not may(person, rules.TASKS):
        return select(Task).where(false())
    mine = or_(Task.owner_id == person.id, Task.made_by_id == person.id)
    return select(Task).where(or_(mine, Task.ticket_id.in_(select(Ticket.id).where(tickets.scope(person)))))


def listed_tasks(person: Any, view: str) -> Select:
    """view: mine | given (made by oneself) | all | done. Order by due_at, id."""
    query = visible_tasks(person)
    query = query.where(Task.status.not_in(PENDING) if view == "done" else Task.status.in_(PENDING))
    if view == "mine":
        query = query.where(Task.owner_id == person.id)
    return query.where(Task.made_by_id == person.id) if view == "given" else query


def find_task(person: Any, task_id: int, lock: bool = False) -> Task:
    """Raises NotFound."""
    query = visible_tasks(person).where(Task.id == task_id)
    found = db.session.scalars(query.with_for_update(of=Task) if lock else query).first()
    if found is None:
        raise NotFound()
    return found


def tasks_of(ticket: Ticket) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.ticket_id == ticket.id).order_by(Task.id)))


def pending_of(ticket: Ticket) -> Any:
    """Title and department of the first task that is pending, or None."""
    return next(iter(direct.rows(*asking_pending(ticket))), None)


def asking_pending(ticket: Ticket) -> tuple[Any, dict[str, Any]]:
    """Statement and values."""
    return _PENDING, {"ticket": ticket.id}


_PENDING = select(Task.title, Task.department).where(Task.ticket_id == bindparam("ticket"), Task.status.in_(PENDING)).order_by(Task.id).limit(1)


def open_count(person: Any) -> int:
    return while_idle(("tasks", person.id), lambda: direct.stored(_OPEN, {"person": person.id})[0][0])


_OPEN = select(func.count()).select_from(
    select(Task.id).where(Task.owner_id == bindparam("person"), Task.status.in_(PENDING)).limit(100).subquery()
)


def linked(ticket: Ticket, person: Any) -> list[tuple[TicketLink, Ticket]]:
    """(link, the other ticket) of those that the person may see."""
    here = or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id)
    query = select(TicketLink, Ticket).join(Ticket, or_(Ticket.id == TicketLink.ticket_id, Ticket.id == TicketLink.other_id))
    return list(db.session.execute(query.where(here, Ticket.id != ticket.id, tickets.scope(person)).order_by(TicketLink.id)).unique().all())


def link_between(one: int, other: int) -> TicketLink | None:
    query = select(TicketLink).where(TicketLink.ticket_id.in_((one, other)), TicketLink.other_id.in_((one, other)))
    return db.session.scalars(query).first()


def find_link(ticket: Ticket, link_id: int) -> TicketLink:
    """Raises NotFound."""
    found = db.session.get(TicketLink, link_id)
    if found is None or ticket.id not in (found.ticket_id, found.other_id):
        raise NotFound()
    return found


def watch_of(ticket: Ticket, person: Any) -> Watch | None:
    return db.session.scalars(select(Watch).where(Watch.ticket_id == ticket.id, Watch.person_id == person.id)).first()


_WATCHERS = select(Watch.person_id).where(Watch.ticket_id == bindparam("ticket"))


def watchers(ticket_id: int) -> list[Person]:
    """Active people who follow the ticket; mostly there are none."""
    ids = [row.person_id for row in direct.rows(_WATCHERS, {"ticket": ticket_id})]
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids), Person.active).order_by(Person.name))) if ids else []


def reminders_of(person: Any, ticket: Ticket | None = None) -> list[Reminder]:
    """The person's own, not yet done, the nearest first."""
    query = select(Reminder).where(Reminder.person_id == person.id, Reminder.done_at.is_(None))
    if ticket is not None:
        query = query.where(Reminder.ticket_id == ticket.id)
    return list(db.session.scalars(query.order_by(Reminder.at, Reminder.id).limit(200)))


def find_reminder(person: Any, reminder_id: int) -> Reminder:
    """Raises NotFound for anybody else's."""
    found = db.session.get(Reminder, reminder_id)
    if found is None or found.person_id != person.id:
        raise NotFound()
    return found


def due_reminders(person: Any) -> int:
    return while_idle(("reminders", person.id), lambda: direct.stored(_DUE, {"person": person.id, "now": clock.now()})[0][0])


_DUE = select(func.count()).where(Reminder.person_id == bindparam("person"), Reminder.done_at.is_(None), Reminder.at <= bindparam("now", type_=Moment))


def named_in(words: str) -> list[Person]:
    """Active people whose name stands behind an @."""
    if "@" not in words:
        return []
    people = db.session.execute(select(Person.id, Person.name).where(Person.active)).all()
    ids = [p.id for p in people if f"@{p.name}" in words]
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids)))) if ids else []


def sees(person: Any, ticket: Ticket) -> bool:
    return db.session.scalar(select(Ticket.id).where(Ticket.id == ticket.id, tickets.scope(person))) is not None


def who_may_be_named(ticket: Ticket) -> list[Person]:
    """Agents and analysts, whoever oversees the team, the technicians of the visits; by name."""
    desk = accounts.people_with(Role.AGENT) + accounts.people_with(Role.ANALYST) + accounts.leaders_of(ticket.team_id)
    everyone = {p.id: p for p in desk + [v.technician for v in visits.of_ticket(ticket) if v.technician]}
    return sorted((p for p in everyone.values() if p.active and sees(p, ticket)), key=lambda p: p.name)
