from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, DateField, HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Length, NumberRange, Optional

from portal.accounts import queries as accounts
from portal.accounts.models import Person, Team
from portal.catalogue import queries as catalogue
from portal.core.db import db
from portal.core.forms import Form, area, required, text
from portal.figures.shipped import FIGURES
from portal.proposals.models import Naming
from portal.proposals.workflow import OUTCOMES, PROPOSAL

BENEFITS = {
    "rework": _l("Less rework"), "complaints": _l("Fewer complaints"), "time": _l("Saves time"), "money": _l("Saves money"),
    "safety": _l("Safer"), "customer": _l("Happier customers"),
}


def choice(label: Any, **more: Any) -> SelectField:
    """An optional record by its id; "" is none."""
    return SelectField(label, coerce=lambda v: int(v) if v and str(v).isdecimal() else None, validators=[Optional()], **more)


def day(label: Any) -> DateField:
    return DateField(label, validators=[Optional()])


class WordsForm(Form):
    """What somebody proposes; no field says who."""

    stage = RadioField(_l("Which stage?"), coerce=lambda v: int(v) if str(v).isdecimal() else None, validators=[Optional()])
    problem = area(_l("What goes wrong?"), 2000, needed=_l("Say in a sentence what goes wrong."))
    suggestion = area(_l("What should be done?"), 2000, needed=_l("Say in a sentence what should be done."))
    benefits = SelectMultipleField(_l("What gets better?"), choices=list(BENEFITS.items()), validators=[Optional()])
    expected = text(_l("Expected effect in numbers"), 500)
    title = text(_l("Title"), 80)
    service = choice(_l("Service"))
    category = choice(_l("Category"))
    team = choice(_l("Team"))
    token = HiddenField(validators=[Optional(), Length(max=64)])

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        self._rows = {
            "category": {c.id: c for c in catalogue.roots()},
            "stage": {s.id: s for s in catalogue.stages()}, "service": {s.id: s for s in catalogue.services()},
            "team": {t.id: t for t in db.session.scalars(select(Team).where(Team.active).order_by(Team.name))},
        }
        self.stage.choices = [(i, s.word) for i, s in self._rows["stage"].items()]
        for name in ("service", "category", "team"):
            self[name].choices = [("", _("Any"))] + [(i, row.word) for i, row in self._rows[name].items()]

    def words(self) -> dict[str, Any]:
        """Arguments of `submit` and `edit`."""
        found = {name: self._rows[name].get(self[name].data) for name in self._rows}
        chosen = [str(BENEFITS[b]) for b in self.benefits.data or [] if b in BENEFITS]
        expected = "，".join([*chosen, *([self.expected.data] if self.expected.data else [])])
        words = {"title": self.title.data or "", "problem": self.problem.data, "suggestion": self.suggestion.data}
        return {**found, **words, "expected": expected}


class ProposalForm(WordsForm):
    naming = RadioField(
        _l("Who may know that it is yours?"), coerce=str, default=Naming.NAMED.value,
        choices=[(n.value, n._word) for n in (Naming.NAMED, Naming.REVIEWERS)],
    )


A_DAY = _l("Choose a day.")
NEEDED = {
    "adopt": {"owner": _l("Choose who carries it out."), "due_on": A_DAY}, "defer": {"until": A_DAY},
    "trial": {"place": _l("Choose where it is tried."), "starts_on": A_DAY, "ends_on": A_DAY},
}


class DecideForm(Form):
    """The review panel; which fields count depends on the outcome."""

    outcome = RadioField(_l("Decision"), coerce=str, validators=[required(_l("Choose one."))])
    owner = choice(_l("Carried out by"))
    due_on = day(_l("Until"))
    until = day(_l("Look at it again on"))
    place = SelectField(_l("Where it is tried"), validators=[Optional()])
    control = SelectField(_l("Control team or area"), validators=[Optional()])
    starts_on = day(_l("From"))
    ends_on = day(_l("To"))
    only_stage = choice(_l("Only tickets of this stage"))
    only_category = choice(_l("Only tickets of this category"))
    figures = SelectMultipleField(_l("What is measured"), validators=[Optional()])
    reason = area(_l("Reason for the decision"), 1000, needed=_l("Write the reason; it goes to the person who proposed this."))
    seen = HiddenField(validators=[Optional(), Length(max=20)])

    def __init__(self, *args: Any, proposal: Any, person: Any, **more: Any):
        super().__init__(*args, **more)
        possible = [PROPOSAL.steps[o] for o in OUTCOMES if PROPOSAL.can(proposal, o, person)]
        self.outcome.choices = [(s.verb, s.word) for s in possible]
        people = db.session.execute(select(Person.id, Person.name).where(Person.active).order_by(Person.name)).all()
        self.owner.choices = [("", _("Choose")), *((p.id, p.name) for p in people)]
        self.place.choices, self.control.choices = [("", _("Choose")), *places()], [("", _("None")), *places()]
        self.only_stage.choices = [("", _("Any")), *((s.id, s.word) for s in catalogue.stages())]
        self.only_category.choices = [("", _("Any")), *((c.id, c.word) for c in catalogue.roots())]
        self.figures.choices = [(name, figure.words) for name, figure in FIGURES.items() if figure.comparable]
        if request.method != "POST":
            self.seen.data = proposal.status.value

    def validate(self, *args: Any, **more: Any) -> bool:
        """With what the chosen outcome needs, everything at once."""
        is_whole = super().validate(*args, **more)
        missing = [name for name in NEEDED.get(self.outcome.data or "", {}) if not self[name].data and not self[name].errors]
        for name in missing:
            self.refuse(name, NEEDED[self.outcome.data][name])
        return is_whole and not missing


def places() -> list[tuple[str, str]]:
    """Teams, then areas: team-3, area-2."""
    return [(f"team-{t.id}", t.word) for t in accounts.teams()] + [(f"area-{a.id}", _("Area %(name)s", name=a.word)) for a in accounts.areas()]


MARKS = ("effect", "cost", "ease", "evidence")


def mark(label: Any) -> RadioField:
    """One to five."""
    return RadioField(label, coerce=str, choices=[(str(n), str(n)) for n in range(1, 6)], validators=[required(_l("Choose 1 to 5."))])


class ScoreForm(Form):
    effect, cost, ease = mark(_l("Effect, 5 is great")), mark(_l("Cost, 5 is cheap")), mark(_l("Ease, 5 is easy"))
    evidence = mark(_l("Evidence, 5 is proven"))

    def marks(self) -> dict[str, int]:
        return {name: int(self[name].data) for name in MARKS}


A_COST = _l("A whole number from 0 to 20,000,000.")


class PriceForm(Form):
    cost = IntegerField(_l("Cost in yuan"), validators=[Optional(), NumberRange(0, 20_000_000, A_COST)], id="price-cost")
    company_scope = BooleanField(_l("Concerns more than this team"))

    def values(self) -> tuple[int, bool]:
        """Cents, and whether it concerns more than one team."""
        return (self.cost.data or 0) * 100, self.company_scope.data


class StepsForm(Form):
    steps = area(_l("Steps, one a line"), 2000, needed=_l("Write at least one step."), id="step-lines")

    def lines(self) -> list[str]:
        return [line.strip()[:200] for line in self.steps.data.split("\n") if line.strip()][:20]


def filled_score(row: Any) -> ScoreForm:
    form = ScoreForm()
    for name in MARKS if row else ():
        form[name].data = str(getattr(row, name))
    return form


def filled_price(proposal: Any) -> PriceForm:
    form = PriceForm()
    form.cost.data, form.company_scope.data = proposal.cost // 100, proposal.company_scope
    return form


def filled_steps(proposal: Any) -> StepsForm:
    form = StepsForm()
    form.steps.data = "\n".join(step.words for step in proposal.steps)
    return form


class CompleteForm(Form):
    words = area(_l("What is new?"), 2000, needed=True, id="answer")


class AppealForm(Form):
    words = area(_l("Why should it be looked at again?"), 2000, needed=True, id="answer")


class FindingForm(Form):
    words = area(_l("Finding"), 2000, needed=_l("Write the reason; it goes to the person who proposed this."), id="finding")


class PublicWordsForm(Form):
    words = area(_l("What have we done?"), 1000, needed=True, id="public-words")


class DuplicateForm(Form):
    number = text(_l("Number of the proposal that stays"), 20, needed=_l("Write its number, for example P2611-0012."))


ANSWERS = {"complete": CompleteForm, "appeal": AppealForm, "duplicate": DuplicateForm}


class CommentForm(Form):
    words = area(_l("Comment"), 2000, needed=_l("Write something first."))
    to_author = BooleanField(_l("Answer the author, who reads it behind the status link"))
