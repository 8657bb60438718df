from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.i18n import COMPANYS, LANGUAGES
from portal.core.options import option

NAME = option("company.name", "售后服务台", _l("Company name"), why=_l("Shown to customers and colleagues on every page."))
HOTLINE = option("company.hotline", "", _l("Service hotline"), why=_l("The help number on every customer page."))
HOURS = option("company.hours", "", _l("Service hours"), why=_l("Shown beside the hotline, for example 7:00–22:00."))
option(COMPANYS, "", _l("Company's language"), kind="choice", among=LANGUAGES, why=_l("Customers read it, and everybody who has not chosen another one."))
