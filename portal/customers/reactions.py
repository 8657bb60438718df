"""How what happens to a customer's file reads."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.activity import sentence

sentence("customer.created", "user-plus", _l("The customer was entered"))
sentence("customer.changed", "edit", _l("The customer's file was changed"))
sentence("customer.phone_added", "phone", _l("Number %(phone)s was added"))
sentence("customer.phone_changed", "phone", _l("Number %(before)s was changed to %(after)s"))
sentence("customer.phone_preferred", "phone", _l("Number %(phone)s is called first"))
sentence("customer.phone_removed", "phone", _l("Number %(phone)s was removed"))
sentence("customer.revealed", "eye", _l("Personal data was revealed"))
sentence("customer.merged", "merge", _l("Merged into another customer"))
sentence("customer.merged_in", "merge", _l("The doubled customer %(name)s was merged in"))
sentence("site.added", "home", _l("Home %(address)s was added"))
sentence("site.changed", "home", _l("A home was changed"))
sentence("site.given_up", "archive", _l("A home was given up"))
sentence("site.kept", "undo", _l("A home is offered again"))
sentence("import.checked", "clip", _l("A table was checked: %(rows)s rows, %(rejected)s refused"))
sentence("import.done", "check", _l("A table was imported: %(made)s rows"))
