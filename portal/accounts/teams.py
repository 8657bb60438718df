"""What administrators do with teams and areas."""

from __future__ import annotations

from typing import Any, Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm.attributes import flag_modified

from portal.accounts import queries, rules
from portal.accounts.models import Area, Team
from portal.core.access import require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Refused


class StillStaffed(Refused):
    sentence = _l("People belong to this team. Move them first.")


def add_team(*, by: Any, name: str, name_en: str = "", areas: Iterable[int] = ()) -> Team:
    require(by, rules.TEAMS)
    team = Team(name=name, name_en=name_en, areas=queries.areas_by_id(areas))
    db.session.add(team)
    record("team.added", team, by=by, audience=Audience.AUDIT, after=_team(team))
    return team


def change_team(team: Team, *, by: Any, name: str, name_en: str, areas: Iterable[int], active: bool) -> None:
    """Raises StillStaffed when a team with people is closed."""
    require(by, rules.TEAMS)
    if not active and queries.members_of(team):
        raise StillStaffed()
    before = _team(team)
    team.name, team.name_en, team.active, team.areas = name, name_en, active, queries.areas_by_id(areas)
    _record_change("team", team, before, _team(team), by)


def add_area(*, by: Any, name: str, name_en: str = "", regions: str = "") -> Area:
    """`regions`: district codes (GB/T 2260), parted by blanks."""
    require(by, rules.TEAMS)
    area = Area(name=name, name_en=name_en, regions=regions, position=queries.next_area_position())
    db.session.add(area)
    record("area.added", area, by=by, audience=Audience.AUDIT, after=_area(area))
    return area


def change_area(area: Area, *, by: Any, name: str, name_en: str, regions: str, active: bool) -> None:
    require(by, rules.TEAMS)
    before = _area(area)
    area.name, area.name_en, area.regions, area.active = name, name_en, regions, active
    _record_change("area", area, before, _area(area), by)


def _record_change(kind: str, subject: Any, before: dict, after: dict, by: Any) -> None:
    changed = [field for field in after if after[field] != before[field]]
    if changed:
        flag_modified(subject, "name")
        data = {"before": {f: before[f] for f in changed}, "after": {f: after[f] for f in changed}}
        record(f"{kind}.changed", subject, by=by, audience=Audience.AUDIT, **data)


def _team(team: Team) -> dict[str, Any]:
    return {"name": team.name, "name_en": team.name_en, "areas": [a.name for a in team.areas], "active": team.active}


def _area(area: Area) -> dict[str, Any]:
    return {"name": area.name, "name_en": area.name_en, "regions": area.regions, "active": area.active}
