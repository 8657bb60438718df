from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from portal.accounts import queries as accounts
from portal.catalogue.models import Priority
from portal.core import forms
from portal.core.access import Role
from portal.macros import queries
from portal.macros.changes import Changes
from portal.replies import queries as replies

UNCHANGED = _l("Unchanged")


class ChangesForm(forms.Form):
    owner = SelectField(_l("Owner"), validators=[Optional()])
    step = SelectField(_l("Status"), validators=[Optional()])
    reason = forms.text(_l("What is waited for"), 200)
    priority = SelectField(_l("Priority"), validators=[Optional()])
    add_tags = forms.text(_l("Add tags"), 200, description=_l("Several parted by commas"))
    remove_tags = forms.text(_l("Remove tags"), 200)
    note = forms.area(_l("Internal note"), 2000)
    template_id = SelectField(_l("Reply to the customer with"), validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        people = {p.id: p for p in accounts.people_with(Role.AGENT) + accounts.people_with(Role.SUPERVISOR)}
        self.owner.choices = [("", UNCHANGED), ("me", _("Whoever runs it")), ("none", _("Nobody")), *((str(p.id), p.name) for p in people.values())]
        self.step.choices = [("", UNCHANGED), ("accept", _("Accept")), ("start", _("Start work")), ("wait", _("Wait for customer")),
                             ("resume", _("Resume")), ("close", _("Archive"))]
        self.priority.choices = [("", UNCHANGED), *((p.value, p.word) for p in Priority)]
        self.template_id.choices = [("", _("Nothing")), *((str(t.id), t.name) for t in replies.everything() if t.active)]

    def changes(self) -> Changes:
        return Changes.of({name: field.data for name, field in self._fields.items()})


class MacroForm(ChangesForm):
    FIELDS = ("name", "active")
    name = forms.text(_l("Name of the macro"), 60, needed=_l("Write the name."))
    active = BooleanField(_l("In use"), default=True)


class BulkForm(ChangesForm):
    macro_id = SelectField(_l("Macro"), validators=[Optional()])

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.macro_id.choices = [("", _("None")), *((str(m.id), m.name) for m in queries.in_use())]
        self.owner.choices[1] = ("me", _("Me"))
