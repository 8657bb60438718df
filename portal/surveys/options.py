from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

SHARE = option("surveys.share", 1.0, _l("Share of resolved tickets whose customer is asked"), kind="share",
               why=_l("Everybody by default; large companies ask fewer."))
DELAY = option("surveys.delay_minutes", 60, _l("Minutes from the solution to the question"), kind="whole", low=0, high=10_080,
               why=_l("The customer has seen by then whether it holds."))
DAYS = option("surveys.days", 30, _l("Days in which a survey can be answered"), kind="whole", low=1, high=365)
CORRECT_HOURS = option("surveys.correct_hours", 24, _l("Hours in which an answer can be corrected"), kind="whole", low=0, high=720)
LOW = option("surveys.low", 2, _l("Overall score that alerts the supervisor"), kind="whole", low=1, high=4,
             why=_l("1 is very poor, 5 very good; this score and below alert."))
