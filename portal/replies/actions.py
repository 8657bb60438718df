"""Keeping the reply templates. Using one leaves no record of its own: what is sent does."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import activity
from portal.core.access import require
from portal.core.activity import Audience
from portal.core.db import db
from portal.core.errors import Refused
from portal.replies import filling, queries, rules
from portal.replies.models import ReplyTemplate


class NameTaken(Refused):
    sentence = _l("Another template has this name.")


def add(name: str, body: str, *, by: Any, category_id: int | None = None, active: bool = True) -> ReplyTemplate:
    """A template at the end of the list. Raises NameTaken, Refused for a place that nobody can fill in."""
    require(by, rules.EDIT)
    _check(name, body, None)
    made = ReplyTemplate(name=name, body=body, category_id=category_id, active=active, position=queries.last_position() + 1)
    db.session.add(made)
    _record("reply_template.added", made, by)
    return made


def change(template: ReplyTemplate, *, by: Any, name: str, body: str, category_id: int | None, active: bool) -> None:
    """Raises NameTaken, Refused."""
    require(by, rules.EDIT)
    _check(name, body, template.id)
    before = template.body
    template.name, template.body, template.category_id, template.active = name, body, category_id, active
    _record("reply_template.changed", template, by, before={"body": before}, after={"body": body})


def _check(name: str, body: str, own_id: int | None) -> None:
    if queries.is_taken(name, own_id):
        raise NameTaken()
    wrong = filling.unknown(body)
    if wrong:
        raise Refused(_("“{%(name)s}” cannot be filled in. Choose a place from the list.", name=wrong[0]))


def _record(verb: str, template: ReplyTemplate, by: Any, **data: Any) -> None:
    activity.record(verb, template, by=by, audience=Audience.AUDIT, name=template.name, **data)
