from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from portal.core import forms, idempotency, pages, stale
from portal.core.access import me, needs
from portal.core.errors import Conflict, Forbidden, NotFound, Refused
from portal.replies import actions, bp, filling, queries, rules
from portal.replies.forms import TemplateForm
from portal.tickets import drafts
from portal.tickets import queries as tickets


@bp.get("/")
@needs(rules.EDIT)
def index():
    return pages.page("replies/index.html", templates=queries.everything(), page_name=_("Reply templates"))


@bp.route("/new", methods=["GET", "POST"])
@needs(rules.EDIT)
@idempotency.once
def new():
    form = TemplateForm.of_request()
    if pages.is_post() and form.validate() and _tried(form, lambda: actions.add(**form.values(*form.FIELDS), by=me())):
        pages.say(_("Saved."))
        return pages.back("replies.index")
    return _form_page(form, _("New template"))


@bp.route("/<int:template_id>", methods=["GET", "POST"])
@needs(rules.EDIT)
def edit(template_id: int):
    found = queries.find(template_id)
    form, conflict = TemplateForm.of_request(obj=found), None
    if pages.is_post() and form.validate():
        try:
            stale.check(form, found, {n: n for n in form.FIELDS}, verbs=("reply_template.added", "reply_template.changed"))
            if _tried(form, lambda: actions.change(found, by=me(), **form.values(*form.FIELDS))):
                pages.say(_("Saved."))
                return pages.back("replies.index")
        except Conflict as both:
            conflict = both
    return _form_page(form, found.name, conflict)


def _tried(form: TemplateForm, act) -> bool:
    try:
        act()
    except (Conflict, Forbidden, NotFound):
        raise
    except Refused as refused:
        form.refuse("name" if isinstance(refused, actions.NameTaken) else "body", refused.sentence)
        return False
    return True


def _form_page(form: TemplateForm, title: str, conflict: Conflict | None = None):
    status = 409 if conflict else 422 if pages.is_post() else 200
    return pages.page("replies/form.html", status=status, form=form, conflict=conflict, places=filling.PLACES, has_errors=form.has_errors, page_name=title)


@bp.route("/for/<int:ticket_id>", methods=["GET", "POST"])
@needs(rules.USE)
def for_ticket(ticket_id: int):
    """The templates filled in for one ticket: a panel of the reply box, or a page. A POST keeps what is typed there first."""
    ticket = tickets.find_for(me(), ticket_id)
    if pages.is_post():
        drafts.keep(me(), _place(ticket_id), request.form.get("words", ""))
        return pages.back("replies.for_ticket", ticket_id=ticket_id)
    words = forms.tidy(request.args.get("q", ""))[:40]
    filler = filling.Filler(ticket, me())
    filled = [filler.fill(t) for t in queries.for_ticket(ticket, words)]
    return pages.page("replies/of_ticket.html", blocks=("panel", "found"), ticket=ticket, filled=filled, words=words, page_name=_("Reply templates"))


@bp.post("/<int:template_id>/into/<int:ticket_id>")
@needs(rules.USE)
def insert(template_id: int, ticket_id: int):
    """Put the filled-in words behind the person's draft; what is typed there stays."""
    ticket, template = tickets.find_for(me(), ticket_id), queries.find(template_id)
    typed = request.form.get("words", drafts.text_of(me(), _place(ticket_id))).rstrip()
    text = filling.Filler(ticket, me()).fill(template).text
    drafts.keep(me(), _place(ticket_id), f"{typed}\n{text}" if typed else text)
    return pages.back("tickets.show", ticket_id=ticket_id, mode="public", _anchor="composer")


def _place(ticket_id: int) -> str:
    return f"ticket:{ticket_id}:public"
