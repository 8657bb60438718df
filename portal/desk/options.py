from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

RETURN_MINUTES = option(
    "desk.return_minutes", 0, _l("Working minutes after which a claimed but untouched ticket returns"), kind="whole", low=0, high=10_000,
    why=_l("Counted by the calendar of the ticket's team. 0: it stays with whoever claimed it."),
)
