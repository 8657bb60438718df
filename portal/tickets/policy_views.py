"""Rules of time limits: ordered, first match wins; what a change would do is shown before it is saved."""

from __future__ import annotations

from hashlib import blake2b
from types import SimpleNamespace
from typing import Any

from flask import request
from flask_babel import gettext as _

from portal.calendars import queries as calendars
from portal.core import clock, idempotency, pages, stale
from portal.core.access import me, needs
from portal.core.db import db
from portal.core.errors import Conflict, NotFound
from portal.tickets import bp, ledger, policies, policy_effects, promises, rules
from portal.tickets.models import ClockKind, ClockPolicy
from portal.tickets.policy_forms import PolicyForm, as_typed

TYPED = ("clock", *promises.CONDITIONS, "limit_hours", "limit_minutes", "hours", "active")


@bp.get("/policies", endpoint="policies")
@needs(rules.POLICIES)
def policy_list():
    rows, words = promises.all_policies(), _words()
    groups = [(kind, [r for r in rows if r.clock is kind]) for kind in ClockKind]
    return pages.page(
        "tickets/policies.html", groups=groups, words=words, hidden={r.id: policies.hidden_by(rows, r) for r in rows}, conditions=promises.CONDITIONS,
        default_minutes=promises.DEFAULT_MINUTES, hours_words=ledger.hours_words, limit_words=ledger.limit_words, missing=calendars.years_without_make_up_days(clock.today()),
    )


@bp.route("/policies/new", methods=["GET", "POST"])
@needs(rules.POLICIES)
@idempotency.once
def new_policy():
    form = PolicyForm.of_request()
    if pages.is_post() and form.validate() and _is_seen(form):
        policies.add(by=me(), **form.chosen())
        return _saved()
    return _page(form, None, _("New rule"))


@bp.route("/policies/<int:policy_id>", methods=["GET", "POST"])
@needs(rules.POLICIES)
def policy(policy_id: int):
    rule = _find(policy_id)
    form = PolicyForm.of_request(data=as_typed(rule), version=rule.version)
    if not (pages.is_post() and form.validate() and _is_seen(form)):
        return _page(form, rule, _("Change the rule"))
    try:
        shown = SimpleNamespace(version=rule.version, **as_typed(rule))
        stale.check(form, shown, {n: n for n in TYPED}, subject=rule, verbs=("policy.added", "policy.changed"))
    except Conflict as conflict:
        return _page(form, rule, _("Change the rule"), conflict)
    policies.change(rule, by=me(), **form.chosen())
    return _saved()


@bp.post("/policies/<int:policy_id>/<any(up,down):way>")
@needs(rules.POLICIES)
def move_policy(policy_id: int, way: str):
    rule = _find(policy_id)
    policies.move(rule, way == "down", by=me())
    return pages.back("tickets.policies", _anchor=f"rule-{policy_id}")


def _find(policy_id: int) -> ClockPolicy:
    found = db.session.get(ClockPolicy, policy_id)
    if found is None:
        raise NotFound()
    return found


def _is_seen(form: PolicyForm) -> bool:
    """Saving is for what was looked at: other values are shown first."""
    return "save" in request.form and request.form.get("seen") == _mark(form)


def _mark(form: PolicyForm) -> str:
    return blake2b(repr(sorted((k, str(v)) for k, v in form.chosen().items())).encode(), digest_size=8).hexdigest()


def _saved():
    pages.say(_("Saved. Open tickets are counted anew."))
    return pages.back("tickets.policies")


def _page(form: PolicyForm, rule: ClockPolicy | None, title: str, conflict: Conflict | None = None):
    effect = _effect(form, rule) if pages.is_post() and not form.has_errors and conflict is None else None
    status = 409 if conflict else 422 if form.has_errors else 200
    return pages.page(
        "tickets/policy.html", status=status, form=form, rule=rule, title=title, conflict=conflict, effect=effect, has_errors=form.has_errors,
        seen=_mark(form) if effect else "",
    )


def _effect(form: PolicyForm, rule: ClockPolicy | None) -> Any:
    rows, made = promises.all_policies(), policy_effects.draft(rule, form.chosen())
    after = policy_effects.with_draft(rows, rule, made)
    kinds = {made.clock} | ({rule.clock} if rule is not None else set())
    start = form.start() or policy_effects.usual_start()
    return SimpleNamespace(
        example=policy_effects.example(made, start) if made.active else None, moved=policy_effects.moved_by(rows, after, kinds),
        hidden=policies.hidden_by(after, made),
    )


def _words() -> dict[str, dict[str, Any]]:
    """Condition → stored value → word, from the form's own lists."""
    form = PolicyForm()
    return {name: {str(value): word for value, word in form[name].choices} for name in promises.CONDITIONS}
