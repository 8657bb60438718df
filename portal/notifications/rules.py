from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

permit("message.list", _l("See the outgoing messages and their delivery"), Role.ADMINISTRATOR)
permit("message.retry", _l("Send an undelivered message again"), Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR)
permit("message.drop", _l("Give up an undelivered message"), Role.ADMINISTRATOR)
permit("message.mute", _l("Hold back all outgoing messages"), Role.ADMINISTRATOR)
permit("notice.read", _l("Read the own inbox"), *(r for r in Role if r not in (Role.CUSTOMER, Role.SYSTEM)), when=lambda person, notice: notice.person_id == person.id)
