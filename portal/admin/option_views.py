"""The knobs that the business owns: every option of every slice with its reason, its default and a form that checks it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from zlib import crc32

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.admin import actions, bp, rules
from portal.admin.option_forms import form_for
from portal.core import options, pages, stale
from portal.core.access import me, needs
from portal.core.errors import Conflict, NotFound
from portal.core.options import OPTIONS, Option

GROUPS = {
    "company": _l("Company"), "customers": _l("Customers"), "tickets": _l("Tickets"), "clocks": _l("Time limits"),
    "visits": _l("Visits"),
    "surveys": _l("Surveys"), "followups": _l("Follow-ups"), "figures": _l("Figures"), "proposals": _l("Proposals"),
    "notifications": _l("Messages"),
}


@bp.get("/options", endpoint="options")
@needs(rules.OPTIONS)
def option_list():
    found: dict[str, list[Option]] = {}
    for option in OPTIONS.values():
        found.setdefault(option.name.partition(".")[0], []).append(option)
    groups = [(GROUPS.get(name, name), rows) for name, rows in sorted(found.items(), key=lambda pair: _place(pair[0]))]
    return pages.page("admin/options.html", groups=groups, value_of=options.value, shown=shown)


def _place(group: str) -> int:
    return list(GROUPS).index(group) if group in GROUPS else len(GROUPS)


@bp.route("/options/<name>", methods=["GET", "POST"])
@needs(rules.OPTIONS)
def option(name: str):
    if name not in OPTIONS:
        raise NotFound()
    known, now = OPTIONS[name], options.value(name)
    record = SimpleNamespace(value=now, version=crc32(repr(now).encode()))
    form, conflict = form_for(known, record), None
    if pages.is_post() and "default" in request.form:
        return _changed(known, known.default)
    if pages.is_post() and form.validate():
        try:
            stale.check(form, record, {"value": "value"}, subject=me(), verbs=("option.changed",))
            return _changed(known, form.chosen(known))
        except Conflict as both:
            conflict = both
    status = 409 if conflict else 422 if pages.is_post() else 200
    about = {"option": known, "conflict": conflict, "shown": shown}
    return pages.page("admin/option.html", status=status, form=form, has_errors=form.has_errors, **about)


def _changed(known: Option, new: Any):
    actions.change_option(known.name, new, by=me())
    pages.say(_("Saved."))
    return pages.back("admin.options", _anchor=known.name)


def shown(known: Option, value: Any) -> str:
    """The value as people read it."""
    if value in (None, ""):
        return _("not set")
    if known.kind == "flag":
        return _("Yes") if value else _("No")
    return f"{value * 100:g} %" if known.kind == "share" else str(known.among.get(value, value))
