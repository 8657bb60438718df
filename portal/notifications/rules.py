from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import STAFF, Role, permit


def is_theirs(person, notice) -> bool:
    return notice.person_id == person.id


READ = permit("notifications.read", _l("Read the own inbox"), *STAFF, when=is_theirs)
LIST = permit("notifications.list", _l("See the outgoing messages and their delivery"), Role.ADMINISTRATOR)
RETRY = permit("notifications.retry", _l("Send an undelivered message again"), Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR)
DROP = permit("notifications.drop", _l("Give up an undelivered message"), Role.ADMINISTRATOR)
MUTE = permit("notifications.mute", _l("Hold back all outgoing messages"), Role.ADMINISTRATOR)
