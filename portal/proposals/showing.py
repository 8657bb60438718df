"""What the pages show: facts of the list, facts of one proposal, its record in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, select

from portal.core import clock, direct
from portal.core.access import may
from portal.core.activity import Activity, Audience
from portal.core.db import db
from portal.core.files import StoredFile
from portal.core.forms import Form
from portal.core.workflow import Step
from portal.figures import effect
from portal.figures import showing as figures
from portal.figures.registry import Figure
from portal.figures.shipped import FIGURES
from portal.proposals import anonymous, carrying, forms, judging, queries, rules, similar
from portal.proposals.cards import is_late, waited
from portal.proposals.forms import CommentForm, DecideForm, WordsForm
from portal.proposals.models import AGREED, CARRIED, WAITING, Naming, Proposal, ProposalEffect, Source
from portal.proposals.workflow import GONE, OUTCOMES, PROPOSAL, possible
from portal.surveys import queries as surveys
from portal.surveys.models import Survey
from portal.tickets import queries as tickets
from portal.tickets.models import Ticket

RECORD = {
    "proposal.submitted": _l("handed it in"), "proposal.edited": _l("changed the words"), "proposal.withdrawn": _l("withdrew it"),
    "proposal.completed": _l("handed it in again"), "proposal.appealed": _l("appealed"), "proposal.screened": _l("took it into screening"),
    "proposal.reviewing": _l("started the review"), "proposal.adopted": _l("adopted it"), "proposal.returned": _l("sent it back for more"),
    "proposal.trialled": _l("started a trial"), "proposal.deferred": _l("deferred it"), "proposal.declined": _l("declined it"),
    "proposal.duplicated": _l("marked it as a duplicate"), "proposal.started": _l("started to carry it out"),
    "proposal.stepped": _l("planned the steps"), "proposal.step_done": _l("did a step"), "proposal.step_undone": _l("took back a step"),
    "proposal.finished": _l("carried it out"),
    "proposal.verified": _l("verified: effect reached"),
    "proposal.not_reached": _l("verified: effect not reached"), "proposal.published": _l("published it"),
    "proposal.hidden": _l("took it off the public page"), "proposal.scored": _l("scored it"), "proposal.priced": _l("set the cost"),
}
AGAIN = ("proposal.appealed", "proposal.completed")
ASKING = ("appeal", "complete", "withdraw", "duplicate")


def check(proposal: Proposal, verb: str, person: Any) -> Step:
    """Rights before validation: Forbidden, then WrongState."""
    return PROPOSAL.check(proposal, verb, person)


def author_words(person: Any, proposal: Proposal) -> str:
    """Who proposed it, as far as this person may know."""
    if rules.knows_author(person, proposal):
        return proposal.author_name
    if proposal.naming == Naming.ANONYMOUS:
        return _("Anonymous")
    if proposal.source == Source.CUSTOMER:
        return _("Customer")
    return _("Name only for reviewers")


def page_facts(proposal: Proposal, person: Any, *, step: str = "", **refused: Form) -> dict[str, Any]:
    """Everything of one proposal's page; a refused form comes back under its name: decide, score, price, plan, comment, answer, finding, public."""
    has, steps = queries.there(proposal, person), possible(proposal, person)
    outcomes = [s for s in steps if s.verb in OUTCOMES]
    decide = refused.get("decide") or (DecideForm.of_request(proposal=proposal, person=person) if outcomes else None)
    rows = record(proposal)
    return {
        "proposal": proposal, "steps": steps, "verbs": {s.verb for s in steps}, "outcomes": outcomes, "decide": decide,
        "comment": refused.get("comment") or CommentForm.of_request(), "step": step, "rows": [r for r in rows if r.verb != "proposal.commented"],
        "again": next((r for r in rows if r.verb in AGAIN), None) if proposal.status in WAITING else None,
        "comments": [r for r in rows if r.verb == "proposal.commented"], "who": lambda row: who(person, proposal, row),
        "record_words": RECORD,
        "author": author_words(person, proposal), "knows_author": rules.knows_author(person, proposal), "late": is_late(proposal),
        "waited": waited(proposal), "waiting": proposal.status in WAITING, "voted": has.voted,
        "may_vote": may(person, rules.VOTE, proposal) and proposal.status not in GONE, "follows": has.follows,
        "alike": similar.similar_to(f"{proposal.title} {proposal.suggestion[:120]}", leave_out=proposal.id), "photos": photos(proposal) if has.files else [],
        "evidence": evidence(proposal, person), "effects": effects(proposal), "is_own": rules.is_own(person, proposal), "page_name": f"{proposal.number} {proposal.title}",
        "has_errors": any(form.has_errors for form in refused.values()), "dear": rules.is_dear(proposal),
        "answer": refused.get("answer") or forms.ANSWERS.get(step, forms.CompleteForm)() if step else None,
        "finding": refused.get("finding") or forms.FindingForm() if "verify" in {s.verb for s in steps} else None,
        "due_in": None if proposal.answer_by is None else proposal.answer_by - clock.now(),
    } | judging_facts(proposal, person, has.scores, refused)


def judging_facts(proposal: Proposal, person: Any, is_scored: bool, refused: dict[str, Form]) -> dict[str, Any]:
    """Marks, cost, steps and the words for everybody, and the forms for whoever may change them."""
    score, price, plan = (refused.get(name) for name in ("score", "price", "plan"))
    open_, may_publish = proposal.status in judging.OPEN, may(person, rules.PUBLISH, proposal) and proposal.status in AGREED
    rows = judging.scores_of(proposal) if is_scored else []
    if score is None and open_ and may(person, rules.SCORE, proposal):
        score = forms.filled_score(next((r for r in rows if r.person_id == person.id), None))
    if price is None and open_ and may(person, rules.PRICE, proposal):
        price = forms.filled_price(proposal)
    if plan is None and proposal.status in CARRIED and may(person, rules.CARRY, proposal):
        plan = forms.filled_steps(proposal)
    return {
        "score": score, "price": price, "plan": plan, "scores": [(r, round(judging.weighted(r), 1)) for r in rows],
        "hands_up": rules.is_dear(proposal) and price is not None and not person.company_wide,
        "steps_done": sum(1 for s in proposal.steps if s.done_at), "may_publish": may_publish,
        "public": refused.get("public") or forms.PublicWordsForm() if may_publish else None,
    }


def record(proposal: Proposal) -> list[Any]:
    """What happened, newest first, without votes and follows."""
    return anonymous.in_order(direct.rows(_RECORD, {"proposal": proposal.id}))


_a = Activity.__table__.c
_RECORD = (
    select(_a.id, _a.at, _a.verb, _a.actor_kind, _a.actor_id, _a.actor_name, _a.audience, _a.body, _a.data)
    .where(_a.subject_type == Proposal.__tablename__, _a.subject_id == bindparam("proposal"), _a.audience != Audience.AUDIT)
    .order_by(_a.at.desc()).limit(200)
)


def who(person: Any, proposal: Proposal, row: Activity) -> str:
    """The name beside a row of the record."""
    if row.actor_kind in ("author", "anonymous", "customer"):
        return author_words(person, proposal)
    return row.actor_name or _("System")


def photos(proposal: Proposal) -> list[StoredFile]:
    query = select(StoredFile).where(StoredFile.subject_type == Proposal.__tablename__, StoredFile.subject_id == proposal.id)
    return list(db.session.scalars(query.order_by(StoredFile.id)))


def evidence(proposal: Proposal, person: Any) -> dict[str, Any]:
    """Tickets (by id) and the survey answer, as far as this person may read them."""
    ids = [t.id for t in proposal.tickets]
    mine = {t.id: t for t in db.session.scalars(select(Ticket).where(Ticket.id.in_(ids), tickets.scope(person)))} if ids else {}
    answer = surveys.visible_to(person).where(Survey.id == proposal.survey_id) if proposal.survey_id else None
    return {
        "tickets": mine, "answered": proposal.survey_id is not None,
        "survey": db.session.scalars(answer).one_or_none() if answer is not None else None,
    }


def fill(form: WordsForm, proposal: Proposal) -> None:
    """The words as they stand, for changing them."""
    for name in ("title", "problem", "suggestion", "expected"):
        form[name].data = getattr(proposal, name)
    form.stage.data, form.service.data = proposal.stage_id, proposal.service_id
    form.category.data, form.team.data = proposal.category_id, proposal.team_id


VERDICTS = {
    effect.REACHED: (_l("reached"), "ok", "check"), effect.NOT_REACHED: (_l("not reached"), "warn", "minus"),
    effect.TOO_FEW: (_l("too few cases"), None, "clock"), effect.NO_CONTROL: (_l("no control team"), None, "info"),
}


def effects(proposal: Proposal) -> list[dict[str, Any]]:
    """The measured effect line by line: frozen ones if there are any, else as the trial stands now."""
    return [_effect_row(row) for row in frozen(proposal) or carrying.of_trial(proposal) if row.figure in FIGURES]


def frozen(proposal: Proposal) -> list[ProposalEffect]:
    """The latest frozen ones."""
    return [e for e in proposal.effects if e.measured_at == proposal.effects[-1].measured_at] if proposal.effects else []


CELLS = ("before", "after", "control_before", "control_after")


def _effect_row(row: Any) -> dict[str, Any]:
    figure, found = FIGURES[row.figure], row.found
    said = {key: figures.said(figure, found[key]["value"]) for key in CELLS if key in found}
    return {
        "words": figure.words, "said": said, "sample": {key: found[key]["sample"] for key in said},
        "verdict": VERDICTS[row.verdict],
        "before": found["before"]["value"], "after": found["after"]["value"], "change": signed(figure, found.get("difference")),
        "interval": interval(figure, row),
    }


def interval(figure: Figure, one: Any) -> str:
    """−13.9 to +19.3 pts; nothing where too few cases let the formula say what cannot be."""
    if "low" not in one.found or one.verdict == effect.TOO_FEW:
        return ""
    low = one.found["low"]
    number, _unit = figures.value_words(figure, effect.scaled(figure.name, abs(low)))
    return _("%(low)s to %(high)s", low=_sign(low) + number, high=signed(figure, one.found["high"]))


def signed(figure: Figure, share: float | None) -> str:
    """+3.1 pts; −4.2 per 100; nothing when it was not worked out."""
    if share is None:
        return ""
    return _sign(share) + figures.difference(figure, effect.scaled(figure.name, abs(share)))


def _sign(share: float) -> str:
    return "−" if share < 0 else "+"
