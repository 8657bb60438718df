from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField

from portal.accounts.models import Team
from portal.core.db import db
from portal.core.forms import Form
from portal.surveys.words import SCORES


class SurveyFilter(Form):
    """What the list is narrowed to; nonsense in the address means: everything."""

    score = SelectField(_l("Score"), choices=[("", _l("Any score")), ("low", _l("Low scores")), *((str(n), w) for n, w in SCORES.items())])
    team = SelectField(_l("Team"))

    @classmethod
    def of_address(cls, person: Any) -> "SurveyFilter":
        form = cls(request.args)
        teams = db.session.scalars(select(Team).where(Team.active).order_by(Team.id))
        form.team.choices = [("", _l("Every team")), *((str(t.id), t.word) for t in teams)]
        for field in (form.score, form.team):
            if field.data not in {value for value, _word in field.choices}:
                field.data = ""
        return form

    def team_id(self) -> int | None:
        return int(self.team.data) if self.team.data else None
