from flask_babel import lazy_gettext as _l

from portal.core.options import option

option("notifications.muted", False, _l("Hold back all outgoing messages"), kind="flag",
       why=_l("A restored copy must not write to customers until somebody has looked at it."))
option("notifications.tries", 8, _l("Tries before a message is put aside"), kind="whole", low=1, high=50,
       why=_l("Each try waits longer than the one before, up to six hours."))
option("notifications.per_hour", 3, _l("Automatic messages to one address in an hour"), kind="whole", low=1, high=100,
       why=_l("Nobody is flooded, whatever goes wrong."))
