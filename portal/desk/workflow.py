"""How what is done at the desk reads in the timeline."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.activity import sentence

sentence("ticket.nobody_found", "warn", _l("Nobody was here to take it; the supervisor was told"))
sentence("call_back.added", "phone-in", _l("A call-back was noted"))
sentence("call_back.reached", "phone", _l("Called back: reached"))
sentence("call_back.not_reached", "phone", _l("Called back: not reached"))
sentence("call_back.drop", "phone", _l("The call-back is not needed any more"))
