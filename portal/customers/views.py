from __future__ import annotations

from flask import redirect, request, url_for
from flask_babel import gettext as _

from portal.core import idempotency, pages, paging, stale
from portal.core.access import me, needs
from portal.core.errors import Conflict, Refused
from portal.customers import actions, bp, import_views, masking, queries, regions, site_views  # noqa: F401 - views register themselves
from portal.customers.forms import EditCustomerForm, MergeForm, NewCustomerForm, RegionFields
from portal.customers.models import Customer, CustomerClass

REVEALED_BLOCKS = ("profile", "homes")


@bp.route("/customers/")
@needs("customers.see")
def index():
    text, class_ = request.args.get("q", "").strip()[:80], request.args.get("class", "")
    query = queries.found(text, me()) if text else queries.visible_to(me())
    if class_ in {c.value for c in CustomerClass}:
        query = query.where(Customer.class_ == CustomerClass(class_))
    rows = paging.page_of(query, [(Customer.changed_at, True), (Customer.id, True)], lambda row: (row[0].changed_at, row[0].id))
    customers = [row[0] for row in rows.rows]
    return pages.page("customers/index.html", customers=customers, rows=rows, text=text, classes=CustomerClass, chosen=class_)


@bp.route("/customers/lookup")
@needs("customers.see")
def lookup():
    """Customers behind a number, for a form that asks who is meant; a page of its own without scripts."""
    text = (request.args.get("phone") or request.args.get("q") or "").strip()[:80]
    found = queries.search(text, me()) if text else []
    return pages.page("customers/lookup.html", blocks=("found",), text=text, found=found)


@bp.route("/customers/regions")
@needs("customers.edit")
def region_lists():
    """The three lists again, after one of them was changed."""
    form = RegionFields(request.args)
    return pages.block("customers/_region.html", "region", form=form)


@bp.route("/customers/new", methods=["GET", "POST"])
@needs("customers.edit")
@idempotency.once
def new():
    form = NewCustomerForm.of_request()
    if "choose_region" in request.form:
        return pages.page("customers/new.html", form=form)
    if pages.is_post() and form.validate():
        customer = _create(form)
        pages.say(_("%(name)s is entered.", name=masking.called(customer)))
        return pages.back("customers.show", customer_id=customer.id)
    return pages.page("customers/new.html", status=422 if pages.is_post() else 200, form=form, has_errors=form.has_errors)


def _create(form: NewCustomerForm) -> Customer:
    values = {n: v or "" for n, v in form.values("salutation", "note", "preference").items()}
    site = form.site_values() if form.detail.data else None
    return actions.create(
        form.name.data, [form.phone.phone], site, by=me(), email=form.email.data, class_=form.class_.data, **values,
    )


@bp.route("/customers/<int:customer_id>")
@needs("customers.see")
def show(customer_id: int):
    customer = queries.find_for(me(), customer_id)
    if customer.merged_into_id:
        return redirect(url_for("customers.show", customer_id=customer.merged_into_id), 302)
    return _page(customer)


def _page(customer: Customer, revealed: dict[str, str] | None = None):
    return pages.page(
        "customers/show.html", blocks=REVEALED_BLOCKS, customer=customer, revealed=revealed or {}, history=queries.history(customer),
        doubles=queries.doubles_of(customer, 1), region_of=regions.name_of, page_name=masking.called(customer),
    )


@bp.route("/customers/<int:customer_id>/reveal", methods=["POST"])
@needs("customers.reveal")
def reveal(customer_id: int):
    """Answers with the page itself, not with a redirect: what is revealed is shown once and stands in no address."""
    customer = queries.current_for(me(), customer_id)
    what = request.form.get("what", "")
    return _page(customer, {what: actions.reveal(customer, what, by=me())})


@bp.route("/customers/<int:customer_id>/edit", methods=["GET", "POST"])
@needs("customers.edit")
def edit(customer_id: int):
    customer, conflict = queries.current_for(me(), customer_id), None
    form = EditCustomerForm.of_customer(customer)
    if pages.is_post() and form.validate():
        try:
            _edit(customer, form)
            pages.say(_("Saved."))
            return pages.back("customers.show", customer_id=customer.id)
        except Conflict as both:
            conflict = both
    status = 409 if conflict else 422 if pages.is_post() else 200
    return pages.page("customers/edit.html", status=status, form=form, customer=customer, conflict=conflict, has_errors=form.has_errors)


def _edit(customer: Customer, form: EditCustomerForm) -> None:
    columns = {n: n for n in ("name", "salutation", "class_", "email", "preference", "note")}
    stale.check(form, customer, columns, masks={"name": masking.name, "email": masking.email})
    values = {n: v or "" for n, v in form.values("salutation", "preference", "note").items()}
    if form.name.data:
        values["name"] = form.name.data
    if form.email.data or form.no_email.data:
        values["email"] = None if form.no_email.data else form.email.data
    actions.edit(customer, by=me(), class_=form.class_.data, **values)


@bp.route("/customers/<int:customer_id>/merge", methods=["GET", "POST"])
@needs("customers.merge")
def merge(customer_id: int):
    customer, form = queries.current_for(me(), customer_id), MergeForm.of_request()
    text = request.args.get("q", "").strip()[:80]
    found = queries.search(text, me()) if text and not pages.is_post() else queries.doubles_of(customer)
    if pages.is_post() and form.validate() and _merge(customer, form):
        return pages.back("customers.show", customer_id=form.into.data)
    status = 422 if pages.is_post() else 200
    others = [c for c in found if c.id != customer.id]
    return pages.page(
        "customers/merge.html", status=status, form=form, customer=customer, found=others, text=text, has_errors=form.has_errors
    )


def _merge(customer: Customer, form: MergeForm) -> bool:
    try:
        into = actions.merge(customer, queries.current_for(me(), form.into.data), by=me())
    except Refused as refused:
        form.refuse("into", refused.sentence)
        return False
    pages.say(_("Merged into %(name)s.", name=masking.called(into)))
    return True
