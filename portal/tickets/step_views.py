"""Steps that ask something first: a page each, which the ticket page also opens in place."""

from __future__ import annotations

from typing import Any, Callable

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.catalogue.models import Category, Cause
from portal.core import access, forms, pages
from portal.core.access import Role, me
from portal.core.db import db
from portal.core.errors import Conflict, Forbidden, NotFound, Refused
from portal.tickets import actions, bp, neighbours, queries, rules
from portal.tickets.forms import AssignForm, ClassifyForm, MergeForm, ReasonForm, ResolveForm, WaitForm
from portal.tickets.models import Ticket
from portal.tickets.workflow import TICKET

ASKS: dict[str, tuple[type, Any, str]] = {
    "wait": (WaitForm, _l("The clocks pause until the customer answers."), "quiet"),
    "resolve": (ResolveForm, _l("The customer gets the solution and is asked for a rating."), "primary"),
    "reopen": (ReasonForm, _l("Work goes on and the clocks resume with what was left."), "primary"),
    "cancel": (ReasonForm, _l("The customer is told the reason; planned visits are cancelled too. It cannot be taken back."), "danger-solid"),
    "merge": (MergeForm, _l("This ticket ends; its history, number and link lead to the other one."), "danger-solid"),
    "assign": (AssignForm, _l("The new owner is told."), "primary"),
    "classify": (ClassifyForm, _l("Priority is read from urgency and impact; the clocks follow it."), "primary"),
}
PERMIT = {"assign": rules.ASSIGN, "classify": rules.CLASSIFY}


@bp.route("/<int:ticket_id>/<any(wait,resolve,reopen,cancel,merge,assign,classify):verb>", methods=["GET", "POST"])
@access.needs(rules.VIEW)
def ask(ticket_id: int, verb: str):
    ticket = queries.find_for(me(), ticket_id, lock=pages.is_post())
    _allowed(ticket, verb)
    form, (_previous, following) = _form(ticket, verb), neighbours.of(ticket, request.args, me())
    try:
        if pages.is_post() and form.validate() and _done(ticket, verb, form):
            pages.say(_("Done: %(step)s", step=_word(verb)))
            return _onward(ticket, verb, following)
    except Conflict as conflict:
        if not conflict.rows:
            raise
        forms.show_version(form, conflict.version)
        return _page(ticket, verb, form, 409, conflict)
    return _page(ticket, verb, form, 422 if pages.is_post() else 200)


def _onward(ticket: Ticket, verb: str, following: int | None):
    """Solved from a list: the next ticket of the list."""
    around = neighbours.around(request.args)
    if verb == "resolve" and following:
        return pages.back("tickets.show", ticket_id=following, **around)
    return pages.back("tickets.show", ticket_id=ticket.id, **around)


def _allowed(ticket: Ticket, verb: str) -> None:
    """Rights before validation: Forbidden, then WrongState."""
    if verb in PERMIT:
        access.require(me(), PERMIT[verb], ticket)
    else:
        TICKET.check(ticket, verb, me())


def _word(verb: str) -> str:
    return {"assign": _("Assign"), "classify": _("Classify")}.get(verb) or str(TICKET.steps[verb].word)


def _form(ticket: Ticket, verb: str):
    kind = ASKS[verb][0]
    form = kind.of_request(obj=ticket) if verb == "classify" else kind.of_request()
    if verb == "classify" and not pages.is_post():
        form.priority.data = ticket.priority if ticket.priority_reason else None
        form.reason.data = ticket.priority_reason
    if verb == "resolve" and not pages.is_post():
        form.solution.data = queries.last_words_of(ticket, me()) if _has_been_told() else queries.result_words_of(ticket)
    if verb == "merge":
        form.offer(queries.others_of_customer(me(), ticket))
    if verb == "assign":
        people = accounts.people_with(Role.AGENT) + [p for p in accounts.people_with(Role.SUPERVISOR) if Role.AGENT not in p.roles]
        form.owner_id.choices = [("", _("Nobody")), *((p.id, p.name) for p in people)]
        if not pages.is_post():
            form.owner_id.data = ticket.owner_id
    return form


def _done(ticket: Ticket, verb: str, form) -> bool:
    """Act; a refusal becomes the sentence beside the first field."""
    try:
        DO[verb](ticket, form)
    except (Conflict, Forbidden, NotFound):
        raise
    except Refused as refused:
        form.refuse("number" if verb == "merge" else next(iter(f.name for f in form if f.name not in ("key", "version"))), refused.sentence)
        return False
    return True


def _classify(ticket: Ticket, form: ClassifyForm) -> None:
    forms.keep_theirs(form, ticket)
    rows = _differences(ticket, form)
    if form.version.data is not None and form.version.data != ticket.version and rows:
        raise Conflict(rows=rows, who=queries.last_changed_by(ticket, "ticket.classified"), at=ticket.changed_at, version=ticket.version)
    category = db.session.get(Category, form.category_id.data) if form.category_id.data else None
    values = form.values("kind_code", "stage_id", "urgency", "impact", "priority", "reason", "title")
    actions.classify(ticket, by=me(), category=category, **values)


def _differences(ticket: Ticket, form: ClassifyForm) -> list[tuple]:
    rows = []
    for name in ("title", "kind_code", "category_id", "stage_id", "urgency", "impact"):
        theirs, mine = getattr(ticket, name), form[name].data
        if theirs != mine:
            rows.append((form[name].label.text, _shown(form[name], theirs), _shown(form[name], mine), name, form[name].data))
    return rows


def _shown(field, value) -> str:
    words = dict((str(k), str(v)) for k, v in getattr(field, "choices", None) or ())
    return words.get(str(value), str(value or "–"))


def _assign(ticket: Ticket, form: AssignForm) -> None:
    owner = db.session.get(Person, form.owner_id.data) if form.owner_id.data else None
    actions.assign(ticket, owner, by=me(), reason=form.reason.data or "")


def _resolve(ticket: Ticket, form: ResolveForm) -> None:
    told = _has_been_told() and form.solution.data == queries.last_words_of(ticket, me())
    actions.resolve(ticket, db.session.get(Cause, form.cause_id.data), form.solution.data, by=me(), stage_id=form.stage_id.data, tell=not told)


def _merge(ticket: Ticket, form: MergeForm) -> None:
    if not form.stays:
        raise Refused(_("Choose a ticket or write its number."))
    try:
        other = queries.find_by_number(me(), form.stays)
    except NotFound:
        raise Refused(_("There is no such ticket. Check the number.")) from None
    actions.merge(ticket, other, by=me())


def _has_been_told() -> bool:
    """The solution follows a reply: the same words need not be sent twice."""
    return request.args.get("after") == "reply"


DO: dict[str, Callable] = {
    "wait": lambda t, f: actions.wait(t, f.reason.data, f.moment(), by=me()),
    "resolve": _resolve,
    "reopen": lambda t, f: actions.reopen(t, f.reason.data, by=me()),
    "cancel": lambda t, f: actions.cancel(t, f.reason.data, by=me()),
    "merge": _merge,
    "assign": _assign,
    "classify": _classify,
}


def _page(ticket: Ticket, verb: str, form, status: int, conflict: Conflict | None = None):
    _form_class, explanation, kind = ASKS[verb]
    asked = [f for f in form if f.name not in ("key", "version")]
    return pages.page("tickets/ask.html", status=status, ticket=ticket, verb=verb, word=_word(verb), explanation=explanation, kind=kind,
                      form=form, asked=asked, conflict=conflict, has_errors=form.has_errors, page_name=f"{_word(verb)} {ticket.number}")
