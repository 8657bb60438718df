from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

SHARE = option("followups.share", 0.3, _l("Share of solved tickets that are called back"), kind="share",
               why=_l("Kinds marked in the catalogue and reopened tickets are always called."))
WITHIN_HOURS = option("followups.within_hours", 24, _l("Hours from the solution to the call"), kind="whole", low=1, high=720)
RETRY_HOURS = option("followups.retry_hours", 4, _l("Hours to the next try when nobody answered"), kind="whole", low=1, high=168)
ATTEMPTS = option("followups.attempts", 3, _l("Tries before a customer counts as unreachable"), kind="whole", low=1, high=20)
CLOSE_DAYS = option("followups.close_days", 3, _l("Days after which a solved ticket is closed by itself"), kind="whole", low=0, high=90,
                    why=_l("Only when no call is due. 0: never by itself."))
