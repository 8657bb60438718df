from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

option(
    "customers.area_code", "", _l("Area code of the company's town"),
    why=_l("Numbers of seven or eight digits get it in front, so that a caller need not say it."),
)
option(
    "customers.home_region", "", _l("Region of most customers"),
    why=_l("Code of a province (2 digits) or city (4 digits), chosen beforehand when a new address is typed. Empty: none."),
)
