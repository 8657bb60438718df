"""Homes and numbers of one customer."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from portal.core import idempotency, pages, stale
from portal.core.access import me, needs
from portal.core.errors import Conflict, Refused
from portal.customers import actions, bp, masking, queries
from portal.customers.forms import SITE_COLUMNS, EditPhoneForm, EditSiteForm, NewSiteForm, PhoneForm
from portal.customers.models import Customer, CustomerPhone, Site


@bp.route("/customers/<int:customer_id>/sites/new", methods=["GET", "POST"])
@needs("customers.edit")
@idempotency.once
def new_site(customer_id: int):
    customer, form = queries.current_for(me(), customer_id), NewSiteForm.of_request()
    if pages.is_post() and "choose_region" not in request.form and form.validate():
        actions.add_site(customer, by=me(), **form.site_values())
        pages.say(_("The home is entered."))
        return _to(customer)
    return _site_page(customer, form, None)


@bp.route("/customers/<int:customer_id>/sites/<int:site_id>/edit", methods=["GET", "POST"])
@needs("customers.edit")
def edit_site(customer_id: int, site_id: int):
    customer = queries.current_for(me(), customer_id)
    site = queries.site_of(customer, site_id)
    form, conflict = EditSiteForm.of_site(site), None
    if pages.is_post() and "choose_region" not in request.form and form.validate():
        try:
            _edit_site(site, form)
            pages.say(_("Saved."))
            return _to(customer)
        except Conflict as both:
            conflict = both
    return _site_page(customer, form, site, conflict)


def _edit_site(site: Site, form: EditSiteForm) -> None:
    columns = {n: n for n in (*SITE_COLUMNS, "detail")}
    stale.check(form, site, columns, subject=site.customer, masks={"detail": masking.detail})
    actions.edit_site(site, by=me(), **form.site_values())


def _site_page(customer: Customer, form: NewSiteForm | EditSiteForm, site: Site | None, conflict: Conflict | None = None):
    refused = pages.is_post() and "choose_region" not in request.form
    status = 409 if conflict else 422 if refused else 200
    about = {"customer": customer, "site": site, "conflict": conflict}
    return pages.page("customers/site.html", status=status, form=form, has_errors=form.has_errors, **about)


@bp.route("/customers/<int:customer_id>/sites/<int:site_id>/active", methods=["POST"])
@needs("customers.edit")
def keep_site(customer_id: int, site_id: int):
    customer = queries.current_for(me(), customer_id)
    active = request.form.get("active") == "1"
    actions.set_site_active(queries.site_of(customer, site_id), active, by=me())
    pages.say(_("The home is offered again.") if active else _("The home is given up; its history stays."))
    return _to(customer)


@bp.route("/customers/<int:customer_id>/phones/new", methods=["GET", "POST"])
@needs("customers.edit")
@idempotency.once
def new_phone(customer_id: int):
    customer = queries.current_for(me(), customer_id)
    form = PhoneForm.of_sites(customer.sites)
    add = lambda: actions.add_phone(customer, form.phone, by=me(), **_caller(customer, form))  # noqa: E731
    if pages.is_post() and form.validate() and _did(form, add):
        pages.say(_("The number is entered."))
        return _to(customer)
    return _phone_page(customer, form, None)


@bp.route("/customers/<int:customer_id>/phones/<int:phone_id>/edit", methods=["GET", "POST"])
@needs("customers.edit")
def edit_phone(customer_id: int, phone_id: int):
    customer = queries.current_for(me(), customer_id)
    row = queries.phone_of(customer, phone_id)
    form = EditPhoneForm.of_sites(customer.sites, data={"caller": row.caller, "site_id": row.site_id})
    edit = lambda: actions.edit_phone(row, by=me(), phone=form.phone, **_caller(customer, form))  # noqa: E731
    if pages.is_post() and form.validate() and _did(form, edit):
        pages.say(_("Saved."))
        return _to(customer)
    return _phone_page(customer, form, row)


def _caller(customer: Customer, form: PhoneForm) -> dict:
    site = queries.site_of(customer, form.site_id.data) if form.site_id.data else None
    return {"caller": form.caller.data or "", "site": site}


def _did(form: PhoneForm, act) -> bool:
    try:
        act()
    except Refused as refused:
        form.refuse("number", refused.sentence)
    return not form.number.errors


def _phone_page(customer: Customer, form: PhoneForm, row: CustomerPhone | None):
    status = 422 if pages.is_post() else 200
    return pages.page("customers/phone.html", status=status, customer=customer, row=row, form=form, has_errors=form.has_errors)


@bp.route("/customers/<int:customer_id>/phones/<int:phone_id>/<any(prefer,remove):verb>", methods=["POST"])
@needs("customers.edit")
def change_phone(customer_id: int, phone_id: int, verb: str):
    customer = queries.current_for(me(), customer_id)
    row = queries.phone_of(customer, phone_id)
    if verb == "prefer":
        actions.prefer_phone(row, by=me())
        pages.say(_("This number is called first now."))
    else:
        actions.remove_phone(row, by=me())
        pages.say(_("The number is removed."))
    return _to(customer)


def _to(customer: Customer):
    return pages.back("customers.show", customer_id=customer.id)
