from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.validators import Optional, ValidationError

from portal.accounts import queries as accounts
from portal.admin import audit_changes, audit_words, bp, queries, rules
from portal.core import forms, pages, paging
from portal.core.access import needs
from portal.core.activity import Activity

KINDS = {
    "data": _l("Revealed and exported data"), "people": _l("People, roles, teams"), "sign_ins": _l("Sign-ins and passwords"),
    "options": _l("Options, catalogue, messages"),
}


def likely_day(form: Any, field: Any) -> None:
    if field.data and not 2000 <= field.data.year <= 2100:
        raise ValidationError(_("Choose days between 2000 and 2100."))


class AuditFilter(forms.Form):
    person = SelectField(_l("Whose deeds"), validators=[Optional()])
    kind = SelectField(_l("Which"), validators=[Optional()])
    first = DateField(_l("From"), validators=[Optional(), likely_day])
    last = DateField(_l("Up to"), validators=[Optional(), likely_day])

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self.person.choices = [("", _("Everyone")), *((str(p.id), p.name) for p in accounts.everyone())]
        self.kind.choices = [("", _("Everything")), *((k, str(w)) for k, w in KINDS.items())]

    def wanted(self) -> dict[str, Any]:
        return {
            "actor_id": int(self.person.data) if self.person.data else None, "kind": self.kind.data or "",
            "first": self.first.data, "last": self.last.data,
        }


@bp.get("/audit")
@needs(rules.AUDIT)
def audit():
    form = AuditFilter(request.args)
    valid = form.validate()
    query = queries.audit(**form.wanted()) if valid else queries.audit().where(Activity.id < 0)
    rows = paging.page_of(query, [(Activity.id, True)], lambda row: (row[0].id,))
    found = [row[0] for row in rows.rows]
    return pages.page(
        "admin/audit.html", status=200 if valid else 422, form=form, rows=rows, found=found, subjects=audit_words.subjects(found),
        verb=audit_words.verb, about=audit_changes.about, changes=audit_changes.changes,
        filtered=any(form.wanted().values()) if valid else True, has_errors=form.has_errors,
    )
