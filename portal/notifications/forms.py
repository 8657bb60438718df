from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from portal.core.forms import Form
from portal.notifications.models import Delivery, Way


class MessageFilter(Form):
    """What the outbox list is narrowed to; nonsense in the address means: everything."""

    state = SelectField(_l("State"), choices=[("", _l("Any state")), *Delivery.choices()])
    way = SelectField(_l("Way"), choices=[("", _l("Any way")), *Way.choices()])

    def wanted(self) -> tuple[Delivery | None, Way | None]:
        return _member(Delivery, self.state.data), _member(Way, self.way.data)


def _member(labels, value):
    return labels(value) if value in {m.value for m in labels} else None
