"""How changes of the catalogue read on the audit trail."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.activity import sentence

sentence("catalogue.added", "plus", _l("Added to the catalogue: %(name)s"))
sentence("catalogue.changed", "edit", _l("Changed in the catalogue: %(name)s"))
sentence("catalogue.moved", "sort", _l("Moved in the catalogue: %(name)s"))
sentence("catalogue.priority_changed", "flag", _l("Priority of %(name)s: %(before)s is %(after)s now"))
