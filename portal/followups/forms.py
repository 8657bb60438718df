from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import Optional

from portal.core.forms import Form, area, required
from portal.surveys.words import SCORES

YES_NO = [("yes", _l("Satisfied")), ("no", _l("Not satisfied"))]


class AttemptForm(Form):
    """What came of one call."""

    reached = RadioField(_l("Did somebody answer?"), choices=[("yes", _l("Reached")), ("no", _l("Not reached"))],
                         validators=[required(_l("Say whether somebody answered."))])
    satisfied = RadioField(_l("Is the customer satisfied?"), choices=YES_NO, validators=[Optional()])
    score = RadioField(_l("Score"), choices=[(str(n), w) for n, w in SCORES.items()], validators=[Optional()])
    words = area(_l("What did the customer say?"), 1000)

    def made(self) -> dict:
        """Values for the action."""
        return {
            "reached": self.reached.data == "yes", "words": self.words.data or "",
            "satisfied": {"yes": True, "no": False}.get(self.satisfied.data), "score": int(self.score.data) if self.score.data else None,
        }
