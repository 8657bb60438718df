from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core.access import STAFF, Role, permit
from portal.teamwork.models import Reminder, Task

AGENT, SUPERVISOR = Role.AGENT, Role.SUPERVISOR


def _answers_for(person: Any, task: Any) -> bool:
    """Whoever the task was given to, or who made it; anybody at the desk while nobody has it."""
    if not isinstance(task, Task):
        return True
    return person.id in (task.owner_id, task.made_by_id) or bool({AGENT, SUPERVISOR} & person.roles)


def _is_own(person: Any, reminder: Any) -> bool:
    return not isinstance(reminder, Reminder) or reminder.person_id == person.id


TAG = permit("teamwork.tag", _l("Tag and link tickets, split one off"), AGENT, SUPERVISOR)
GIVE = permit("teamwork.give", _l("Give a task to another department"), AGENT, SUPERVISOR)
TASKS = permit("teamwork.tasks", _l("See and answer the tasks given to oneself"), *STAFF, when=_answers_for)
WATCH = permit("teamwork.watch", _l("Follow a ticket"), AGENT, SUPERVISOR, Role.TECHNICIAN, Role.ANALYST)
REMIND = permit("teamwork.remind", _l("Keep private reminders"), AGENT, SUPERVISOR, Role.TECHNICIAN, when=_is_own)
