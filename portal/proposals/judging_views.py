"""Marks, cost, steps, and the page of the measured effect."""

from __future__ import annotations

from flask_babel import gettext as _

from portal.core import access, pages
from portal.core.access import me
from portal.core.errors import NotFound
from portal.proposals import actions, bp, carrying, effect_page, queries, rules, showing
from portal.proposals.buttons import held, pressed
from portal.proposals.forms import PriceForm, ScoreForm, StepsForm


@bp.post("/proposals/<int:proposal_id>/score")
@access.needs(rules.SCORE)
def score(proposal_id: int):
    proposal = held(proposal_id, rules.SCORE)
    return pressed(proposal, "score", ScoreForm.of_request(), lambda p, form: actions.score(p, form.marks(), by=me()), _("Scored"))


@bp.post("/proposals/<int:proposal_id>/price")
@access.needs(rules.PRICE)
def price(proposal_id: int):
    proposal = held(proposal_id, rules.PRICE)
    return pressed(proposal, "price", PriceForm.of_request(), lambda p, form: actions.price(p, *form.values(), by=me()), _("Saved"))


@bp.post("/proposals/<int:proposal_id>/steps")
@access.needs(rules.CARRY)
def steps(proposal_id: int):
    proposal = held(proposal_id, rules.CARRY)
    return pressed(proposal, "plan", StepsForm.of_request(), lambda p, form: actions.plan_steps(p, form.lines(), by=me()), anchor="steps")


@bp.post("/proposals/<int:proposal_id>/steps/<int:step_id>/<any(do,undo):verb>")
@access.needs(rules.CARRY)
def tick(proposal_id: int, step_id: int, verb: str):
    proposal = queries.find_for(me(), proposal_id, lock=True)
    found = next((one for one in proposal.steps if one.id == step_id), None)
    if found is None:
        raise NotFound()
    {"do": actions.do_step, "undo": actions.undo_step}[verb](found, by=me())
    return pages.back("proposals.show", proposal_id=proposal.id, _anchor="steps")


@bp.get("/proposals/<int:proposal_id>/effect")
@access.needs(rules.SEE)
def effect(proposal_id: int):
    """Each figure with its four cells, the interval, a plain verdict, and what it was computed from; frozen ones are computed again."""
    proposal = queries.find_for(me(), proposal_id)
    if proposal.trial is None:
        raise NotFound()
    return pages.page(
        "proposals/effect.html", proposal=proposal, rows=effect_page.rows(proposal), frozen=showing.frozen(proposal),
        before=carrying.window_before(proposal.trial), page_name=_("Measured effect of %(number)s", number=proposal.number),
    )
