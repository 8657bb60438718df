from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

LINKS = permit("public.links", _l("Hand out request links and their QR codes"), Role.AGENT, Role.SUPERVISOR)
REQUEST = permit("public.request", _l("Send in a request without an account"), Role.CUSTOMER)
OPEN = permit("public.open", _l("Follow one's own request by its link"), Role.CUSTOMER)
