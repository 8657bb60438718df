from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _

from portal.core import forms, idempotency, pages
from portal.core.access import me, needs
from portal.core.errors import Conflict, Forbidden, NotFound, Refused
from portal.macros import actions, bp, queries, rules
from portal.macros.changes import Changes
from portal.macros.forms import BulkForm, MacroForm
from portal.tickets import neighbours
from portal.tickets import queries as tickets


@bp.get("/macros/")
@needs(rules.EDIT)
def index():
    return pages.page("macros/index.html", macros=queries.everything(), page_name=_("Macros"))


@bp.route("/macros/new", methods=["GET", "POST"])
@needs(rules.EDIT)
@idempotency.once
def new():
    form = MacroForm.of_request()
    if pages.is_post() and form.validate() and _tried(form, lambda: actions.add(form.name.data, form.changes(), by=me(), active=form.active.data)):
        pages.say(_("Saved."))
        return pages.back("macros.index")
    return _form_page(form, _("New macro"))


@bp.route("/macros/<int:macro_id>", methods=["GET", "POST"])
@needs(rules.EDIT)
def edit(macro_id: int):
    found = queries.find(macro_id)
    form = MacroForm.of_request(data={**found.changes, "name": found.name, "active": found.active}, version=found.version)
    if pages.is_post() and form.validate():
        if form.version.data not in (None, found.version):
            forms.show_version(form, found.version)
            form.refuse("name", _("Somebody changed this macro meanwhile. Look through the fields and save again."))
        elif _tried(form, lambda: actions.change(found, form.name.data, form.changes(), form.active.data, by=me())):
            pages.say(_("Saved."))
            return pages.back("macros.index")
    return _form_page(form, found.name)


def _tried(form, act) -> bool:
    try:
        act()
    except (Conflict, Forbidden, NotFound):
        raise
    except Refused as refused:
        form.refuse("name" if "name" in form else "owner", refused.sentence)
        return False
    return True


def _form_page(form: MacroForm, title: str):
    return pages.page("macros/form.html", status=422 if pages.is_post() else 200, form=form, has_errors=form.has_errors, page_name=title)


@bp.get("/macros/for/<int:ticket_id>")
@needs(rules.RUN)
def for_ticket(ticket_id: int):
    """The macros as buttons: a panel of the ticket page, or a page."""
    ticket = tickets.find_for(me(), ticket_id)
    return pages.page("macros/of_ticket.html", blocks=("panel",), ticket=ticket, macros=[(m, forms.new_key()) for m in queries.in_use()], around=neighbours.around(request.args), page_name=_("Macros"))


@bp.post("/macros/<int:macro_id>/on/<int:ticket_id>")
@needs(rules.RUN)
@idempotency.once
def run(macro_id: int, ticket_id: int):
    ticket, macro = tickets.find_for(me(), ticket_id, lock=True), queries.find(macro_id)
    try:
        actions.run(macro, ticket, by=me())
        pages.say(_("Done: %(step)s", step=macro.name))
    except Refused as refused:
        pages.say(_("%(name)s changed nothing: %(reason)s", name=macro.name, reason=refused.sentence), "danger")
    return pages.back("tickets.show", ticket_id=ticket_id, **neighbours.around(request.args))


@bp.route("/bulk/", methods=["GET", "POST"])
@needs(rules.RUN)
@idempotency.once
def bulk():
    """`ids`: the tickets; or `all=1` with the values of a list. `do`: which field comes first."""
    form, ids = BulkForm.of_request(), _ids()
    if pages.is_post() and form.validate():
        macro = queries.find(int(form.macro_id.data)) if form.macro_id.data else None
        wanted = Changes.of(macro.changes) if macro else form.changes()
        try:
            made = actions.begin(wanted, ids, by=me(), name=macro.name if macro else "")
            return pages.back("macros.result", run_id=made.id, **neighbours.around(request.args))
        except Refused as refused:
            form.refuse("owner", refused.sentence)
    return pages.page(
        "macros/bulk.html", status=422 if pages.is_post() else 200, form=form, ids=ids, everything="all" in request.values, named=queries.named(ids),
        around=neighbours.around(request.args), first=request.args.get("do", ""), most=queries.MOST, has_errors=form.has_errors,
        page_name=_("Change %(count)s tickets", count=len(ids)),
    )


def _ids() -> list[int]:
    if "all" in request.values:
        return queries.all_that_match(request.args, me())
    wanted = request.values.getlist("ids")[: queries.MOST]
    return queries.chosen([int(i) for i in wanted if i.isascii() and i.isdigit() and len(i) < 18], me())


@bp.get("/bulk/<int:run_id>")
@needs(rules.RUN)
def result(run_id: int):
    found, around = queries.find_run(me(), run_id), neighbours.around(request.args)
    return pages.page(
        "macros/result.html", blocks=("outcome",), run=found, undone=queries.undone_by(found), around=around,
        live_url=url_for("macros.result", run_id=run_id, block="outcome", **around),
        may_undo=found.ended_at is not None and found.undoes_id is None and bool(found.done), page_name=_("%(count)s tickets changed", count=len(found.done)),
    )


@bp.post("/bulk/<int:run_id>/undo")
@needs(rules.RUN)
def undo(run_id: int):
    try:
        made = actions.undo(queries.find_run(me(), run_id, lock=True), by=me())
    except (Conflict, Forbidden, NotFound):
        raise
    except Refused as refused:
        pages.say(refused.sentence, "danger")
        return pages.back("macros.result", run_id=run_id)
    return pages.back("macros.result", run_id=made.id, **neighbours.around(request.args))
