"""How macros read in the timeline."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.activity import sentence

sentence("macro.run", "zap", _l("Macro: %(name)s"))
