"""How colleagues work on a ticket together: tags, tasks for other departments, links, followers, mentions, private reminders."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from portal.core import menu

bp = Blueprint("teamwork", __name__)
blueprints = (bp,)


def init_app(app):
    from portal.teamwork import queries

    menu.item(
        "work", 50, _l("Tasks"), "clipboard", "teamwork.tasks", "teamwork.tasks",
        count=lambda person: queries.open_count(person) or None,
    )
    menu.item("work", 60, _l("Reminders"), "alarm", "teamwork.reminders", "teamwork.remind", count=lambda person: queries.due_reminders(person) or None)
