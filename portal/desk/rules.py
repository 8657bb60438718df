from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

AGENT, SUPERVISOR, ANALYST = Role.AGENT, Role.SUPERVISOR, Role.ANALYST

VIEWS = permit("desk.views", _l("Keep saved views of the queue"), AGENT, SUPERVISOR, ANALYST)
SHARE = permit("desk.share", _l("Save a view for a team"), SUPERVISOR, AGENT)
CLAIM = permit("desk.claim", _l("Take the next ticket"), AGENT)
SUGGEST = permit("desk.suggest", _l("See who should have a ticket, and why"), AGENT, SUPERVISOR)
CALL = permit("desk.call", _l("Keep the list of call-backs"), AGENT, SUPERVISOR)
HAND_OVER = permit("desk.hand_over", _l("Hand over an absent person's work"), SUPERVISOR)
