from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.options import option

DEPARTMENTS = option(
    "teamwork.departments", "销售、产品、市场、财务、仓库", _l("Departments that tasks are given to"),
    why=_l("Parted by commas. A ticket stays open while one of its tasks is pending."),
)
