from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.admin import access_words, bp, rules
from portal.core import forms, pages
from portal.core.access import SYSTEM, needs
from portal.core.errors import NotFound
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket


class WhyForm(forms.Form):
    person = forms.text(_l("Who"), 60, needed=_l("Write a name or staff number."))
    ticket = forms.text(_l("Ticket number"), 20, needed=_l("Write the number of a ticket."))

    def validate_person(self, field: Any) -> None:
        self.someone = _person(field)

    def validate_ticket(self, field: Any) -> None:
        self.found = _ticket(field)


@bp.get("/access")
@needs(rules.SEE)
def access_table():
    """A question is part of the address, so that the answer can be sent to whoever asked."""
    form, answer = WhyForm(request.args), None
    asked = bool(form.person.data or form.ticket.data)
    if asked and form.validate():
        sees, sentences = access_words.why(form.someone, form.found)
        answer = {"sees": sees, "sentences": sentences, "person": form.someone, "ticket": form.found}
    return pages.page(
        "admin/access.html", form=form, answer=answer, groups=access_words.table(), columns=access_words.COLUMNS, has_errors=form.has_errors,
    )


def _person(field: Any) -> Person | None:
    found = accounts.named(field.data)
    if len(found) != 1:
        raise ValidationError(
            _("Several people are called so; write the staff number.") if found else _("Nobody has this name or staff number.")
        )
    return found[0]


def _ticket(field: Any) -> Ticket | None:
    try:
        return tickets.find_by_number(SYSTEM, field.data)
    except NotFound:
        raise ValidationError(_("There is no ticket with this number.")) from None
