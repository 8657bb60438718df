"""What can be changed in one go on a ticket, in which order, and what takes it back. Each part is a tickets or teamwork action of its own."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Any, Callable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.accounts import queries as accounts
from portal.catalogue.models import Priority
from portal.core.errors import Refused
from portal.replies import filling
from portal.replies import queries as replies
from portal.teamwork import actions as teamwork
from portal.teamwork import queries as around
from portal.tickets import actions as tickets
from portal.tickets.models import Status, Ticket

STEPS = {"accept": tickets.accept, "start": tickets.start, "resume": tickets.resume, "close": tickets.close}


@dataclass(frozen=True)
class Changes:
    """Empty parts change nothing. `owner`: me, none or a person's id; `step`: a step without questions, or wait (with `reason`)."""

    owner: str = ""
    step: str = ""
    reason: str = ""
    priority: str = ""
    add_tags: str = ""
    remove_tags: str = ""
    note: str = ""
    template_id: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Changes":
        return cls(**{f.name: str(values.get(f.name) or "") for f in fields(cls)})

    def plain(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value}

    def __bool__(self) -> bool:
        return any(value for name, value in asdict(self).items() if name != "reason")


def apply(ticket: Ticket, changes: Changes, by: Any) -> list[list]:
    """Make the changes; returns what takes them back, the last first. Raises what the actions raise: then nothing may be kept."""
    undo: list[list] = []
    for part, act in _PARTS.items():
        if getattr(changes, part):
            undo[:0] = act(ticket, changes, by)
    return undo


def _owner(ticket: Ticket, changes: Changes, by: Any) -> list[list]:
    owner = {"me": by, "none": None}.get(changes.owner) if changes.owner in ("me", "none") else accounts.find_person(int(changes.owner))
    if changes.owner not in ("me", "none") and owner is None:
        raise Refused(_l("This person does not work here any more."))
    before = ticket.owner_id
    if before == (owner.id if owner else None):
        return []
    tickets.assign(ticket, owner, by=by)
    return [["owner", ticket.owner_id, before]]


def _priority(ticket: Ticket, changes: Changes, by: Any) -> list[list]:
    before = [ticket.priority.value, ticket.priority_reason]
    if before[0] == changes.priority:
        return []
    _classify(ticket, changes.priority, _("changed together with others"), by)
    return [["priority", ticket.priority.value, before]]


def _classify(ticket: Ticket, priority: str, reason: str, by: Any) -> None:
    tickets.classify(
        ticket, by=by, kind_code=ticket.kind_code, category=ticket.category, stage_id=ticket.stage_id, urgency=ticket.urgency,
        impact=ticket.impact, priority=Priority(priority) if priority else None, reason=reason,
    )


def words_of(text: str) -> list[str]:
    return [w.strip() for w in re.split(r"[,，、;；\n]", text) if w.strip()][:10]


def _add_tags(ticket: Ticket, changes: Changes, by: Any) -> list[list]:
    have = {t.name for t in around.tags_of(ticket)}
    fresh = [name for name in words_of(changes.add_tags) if name not in have]
    for name in fresh:
        teamwork.tag(ticket, name, by=by)
    return [["untag", name] for name in fresh]


def _remove_tags(ticket: Ticket, changes: Changes, by: Any) -> list[list]:
    have = {t.name for t in around.tags_of(ticket)}
    gone = [name for name in words_of(changes.remove_tags) if name in have]
    for name in gone:
        teamwork.untag(ticket, name, by=by)
    return [["tag", name] for name in gone]


def _note(ticket: Ticket, changes: Changes, by: Any) -> list[list]:
    tickets.note(ticket, changes.note, by=by)
    return [["said", str(_("The note stays in the timeline."))]]


def _template(ticket: Ticket, changes: Changes, by: Any) -> list[list]:
    filled = filling.Filler(ticket, by).fill(replies.find(int(changes.template_id)))
    if filled.empty:
        raise Refused(_("The template still has places to fill in: %(names)s", names=_(", ").join(filled.empty)))
    tickets.reply(ticket, filled.text, by=by)
    return [["said", str(_("The message to the customer has gone out."))]]


def _step(ticket: Ticket, changes: Changes, by: Any) -> list[list]:
    if changes.step == "wait":
        tickets.wait(ticket, changes.reason or _("answer to our question"), by=by)
        return [["resume"]]
    before = ticket.status
    STEPS[changes.step](ticket, by=by)
    return [["said", str(_("The step cannot be taken back."))]] if ticket.status is not before else []


_PARTS: dict[str, Callable[[Ticket, Changes, Any], list[list]]] = {
    "owner": _owner, "priority": _priority, "add_tags": _add_tags, "remove_tags": _remove_tags, "note": _note, "template_id": _template, "step": _step,
}


def take_back(ticket: Ticket, undo: list[list], by: Any) -> None:
    """Raises Refused when somebody has changed the same meanwhile, or when a part cannot be taken back (the rest still is not)."""
    lasting = [part[1] for part in undo if part[0] == "said"]
    if lasting and len(lasting) == len(undo):
        raise Refused(lasting[0])
    for verb, *values in undo:
        if verb in _UNDO:
            _UNDO[verb](ticket, by, *values)


def _owner_back(ticket: Ticket, by: Any, given: int | None, before: int | None) -> None:
    if ticket.owner_id != given:
        raise Refused(_("%(name)s has it by now.", name=ticket.owner.name if ticket.owner else _("Nobody")))
    tickets.assign(ticket, accounts.find_person(before) if before else None, by=by)


def _priority_back(ticket: Ticket, by: Any, given: str, before: list) -> None:
    if ticket.priority.value != given:
        raise Refused(_l("The priority has been changed meanwhile."))
    _classify(ticket, before[0], before[1] or _("taken back"), by)


def _resume(ticket: Ticket, by: Any) -> None:
    if ticket.status is Status.WAITING:
        tickets.resume(ticket, by=by)


_UNDO: dict[str, Callable] = {
    "owner": _owner_back, "priority": _priority_back, "resume": _resume,
    "tag": lambda ticket, by, name: teamwork.tag(ticket, name, by=by), "untag": lambda ticket, by, name: teamwork.untag(ticket, name, by=by),
}
