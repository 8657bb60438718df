from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import STAFF, Role, permit


def is_self(person, other) -> bool:
    return other.id == person.id


OWN = permit("account.own", _l("Change one's own password, language and look"), *STAFF, when=is_self)
PEOPLE = permit("people.manage", _l("Add, change and disable people"), Role.ADMINISTRATOR)
RESET = permit("people.reset", _l("Hand out one-time links for a new password"), Role.ADMINISTRATOR)
TEAMS = permit("teams.manage", _l("Change teams and areas"), Role.ADMINISTRATOR)
