"""A supervisor, a technician, a skill that a service needs."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from portal.core.db import db
from portal.roster import actions
from portal.roster.models import Level
from tests import cast, make


def glass(certificate: bool = False, level: Level = Level.TRAINEE) -> Any:
    """`service` needs `skill`; `technician` has none yet."""
    make.catalogue()
    from portal.catalogue import queries as catalogue

    supervisor, service = cast.supervisor(), catalogue.services()[0]
    skill = actions.add_skill(by=supervisor, name="玻璃", name_en="Glass", certificate=certificate, services=[service.id], level=level)
    db.session.commit()
    return SimpleNamespace(supervisor=supervisor, technician=cast.technician(), service=service, skill=skill)


def office_hours(person: Any, by: Any) -> None:
    """Every day 9 to 18, lunch 12 to 13."""
    actions.set_hours(person, range(7), (540, 1080, 720, 780), by=by)


def certified(scene: Any, until: date | None = None, level: Level = Level.SKILLED) -> None:
    actions.grant(scene.technician, scene.skill, level, "Z-1", until, by=scene.supervisor)
