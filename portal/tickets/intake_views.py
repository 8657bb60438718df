"""The page of the ringing phone: /tickets/new."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import Optional

from portal.accounts import queries as accounts
from portal.catalogue import queries as catalogue
from portal.catalogue.models import Category, Priority
from portal.core import access, forms, idempotency, pages
from portal.core.access import me
from portal.core.errors import Refused
from portal.core.i18n import word_of
from portal.core.kept import attached
from portal.customers import actions as customers
from portal.customers import phones
from portal.tickets import actions, bp, intake, queries, rules
from portal.tickets.models import Channel

BLOCKS = ("caller", "context", "promise")


def _priority(value):
    return Priority(value) if value else None


class IntakeForm(forms.Form):
    phone = forms.text(_l("Caller's number"), 40, needed=_l("Type the caller's number."))
    customer_id = RadioField(_l("Who is calling?"), coerce=forms.whole_or_none, validators=[Optional()])
    name = forms.text(_l("Name"), 60)
    site_id = RadioField(_l("Which home?"), coerce=forms.whole_or_none, validators=[Optional()])
    estate = forms.text(_l("Estate or street"), 60)
    detail = forms.text(_l("Building and flat"), 120)
    area_id = RadioField(_l("Area"), coerce=forms.whole_or_none, validators=[Optional()])
    category_id = RadioField(_l("What is the problem?"), coerce=forms.whole_or_none, validators=[forms.required(_l("Choose one; the nearest if unsure."))])
    words = forms.area(_l("What does the customer say?"), 4000, needed=_l("Write down what the customer says."))
    preferred = forms.text(_l("When may somebody come?"), 120)
    priority = RadioField(_l("Priority"), coerce=_priority, default="", validators=[Optional()])
    then = HiddenField(validators=[Optional()])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.category_id.choices = [(c.id, word_of(c)) for c in catalogue.tiles()]
        self.priority.choices = [("", _("By category")), *((p.value, p.word) for p in Priority)]
        self.area_id.choices = [("", _("Not known")), *((a.id, word_of(a)) for a in accounts.area_names())]

    def know(self, caller: intake.Caller, strict: bool = False) -> None:
        """Offer what the number leads to; the first home is chosen, unless another one was. `strict`: a home that is not offered stays wrong."""
        self.customer_id.choices = [(c.id, c.name) for c in caller.found]
        self.site_id.choices = [(s.id, f"{s.estate} {s.detail}") for s in caller.sites] + [("", _("Another home"))]
        if self.customer_id.data not in [c.id for c in caller.found]:
            self.customer_id.data = caller.customer.id if caller.customer else None
        if "site_id" not in request.form or self.site_id.data not in [s.id for s in caller.sites]:
            sent = request.form.get("site_id")
            if not (strict and sent):
                self.site_id.data = None if sent == "" or not caller.sites else caller.sites[0].id

    def check(self, caller: intake.Caller) -> bool:
        """Everything that only matters together. Sentences go beside their fields."""
        good = self.validate()
        if not self.phone.errors:
            try:
                phones.parse(self.phone.data)
            except phones.BadPhone as bad:
                self.refuse("phone", bad.sentence)
        if caller.customer is None and not (self.name.data or "").strip():
            self.refuse("name", _("A new caller: write down the name."))
        return good and not self.phone.errors and not self.name.errors


@bp.route("/new", methods=["GET", "POST"])
@access.needs(rules.CREATE)
@idempotency.once
def new():
    form = IntakeForm.of_request()
    caller = _caller(form)
    form.know(caller, strict=True)
    if pages.is_post() and form.check(caller):
        ticket = _create(form, caller)
        pages.say(_("Ticket %(number)s created", number=ticket.number))
        if form.then.data == "dispatch":
            return pages.back("visits.new", ticket=ticket.id)
        return pages.back("tickets.show", ticket_id=ticket.id)
    return _page(form, caller, 422 if pages.is_post() else 200)


@bp.post("/new/look")
@access.needs(rules.CREATE)
def look():
    """The number or the category changed: who is it, what is promised. Changes nothing; a POST keeps numbers out of addresses."""
    form = IntakeForm.of_request()
    caller = _caller(form)
    form.know(caller)
    if request.args.get("block") == "caller" and _is_typing_anew(caller):
        return pages.block("tickets/new.html", "context", **_facts(form, caller)), {"HX-Retarget": "#context", "HX-Reswap": "innerHTML"}
    return _page(form, caller, 200)


def _is_typing_anew(caller: intake.Caller) -> bool:
    """Nobody is found and nobody was: the fields on the page fit, and whoever types in them must not be disturbed."""
    return caller.customer is None and "customer_id" not in request.form


@bp.post("/new/append")
@access.needs(rules.WRITE_IN)
@idempotency.once
def append():
    """The caller asks again about an open ticket: their words join it."""
    form = IntakeForm.of_request()
    into = request.form.get("into", "")
    ticket = queries.find_for(me(), int(into) if into.isascii() and into.isdigit() and len(into) < 10 else 0, lock=True)
    if not form.words.validate(form):
        raise Refused(form.words.errors[0] if form.words.data else _("Write down what the customer says first."))
    actions.customer_words(ticket, form.words.data, by=me())
    pages.say(_("Added to %(number)s", number=ticket.number))
    return pages.back("tickets.show", ticket_id=ticket.id)


def _caller(form: IntakeForm) -> intake.Caller:
    typed = form.phone.data or ""
    return intake.caller(typed, form.customer_id.data) if typed else intake.Caller()


def _create(form: IntakeForm, caller: intake.Caller):
    customer = caller.customer or customers.create(name=form.name.data, phones=[phones.parse(form.phone.data)], by=me())
    site = next((s for s in caller.sites if s.id == form.site_id.data), None)
    if site is None and (form.estate.data or form.detail.data):
        site = customers.add_site(customer, by=me(), estate=form.estate.data or "", detail=form.detail.data or "", area_id=form.area_id.data)
    category = attached(Category, form.category_id.data)
    return actions.open_ticket(
        customer, form.words.data, by=me(), channel=Channel.PHONE, category=category, site=site, owner=me(),
        phone=caller.phone or (customer.phones[0] if customer.phones else None), contact_name=form.name.data or "",
        priority=form.priority.data, preferred=form.preferred.data or "",
    )


def _page(form: IntakeForm, caller: intake.Caller, status: int):
    return pages.page("tickets/new.html", blocks=BLOCKS, status=status, has_errors=form.has_errors and status == 422, **_facts(form, caller))


def _facts(form: IntakeForm, caller: intake.Caller) -> dict[str, Any]:
    category = attached(Category, form.category_id.data)
    return {
        "form": form, "known": caller, "before": intake.Before.of(caller, me()), "promise": intake.promise(category, form.priority.data),
        "icons": {str(c.id): c.icon for c in catalogue.tiles()}, "page_name": _("New ticket by phone"),
        "with_context": request.args.get("block") == "caller",
    }
