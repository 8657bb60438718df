from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit
from portal.macros.models import BulkRun


def _is_own(person: Any, run: Any) -> bool:
    return not isinstance(run, BulkRun) or run.person_id == person.id


EDIT = permit("macros.edit", _l("Change the macros"), Role.ADMINISTRATOR, Role.SUPERVISOR)
RUN = permit("macros.run", _l("Run macros and change many tickets at once"), Role.AGENT, Role.SUPERVISOR, when=_is_own)
