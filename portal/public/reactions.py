from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.activity import sentence

sentence("ticket.link_opened", "eye", _l("The customer has opened the link"))
