"""How the verbs of visits read in the timeline."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.activity import sentence

sentence("visit.planned", "calendar", _l("Visit planned: %(technician)s, %(window)s"))
sentence("visit.moved", "calendar", _l("Visit moved: %(technician)s, %(window)s"))
sentence("visit.second_changed", "user", _l("Comes along: %(second)s"))
sentence("visit.proposed", "calendar", _l("Another visit is needed: %(reason)s"))
sentence("visit.cancelled", "x", _l("Visit cancelled: %(reason)s"))
sentence("visit.accepted", "check", _l("The technician has accepted the visit"))
sentence("visit.declined", "x", _l("The technician declined the visit: %(reason)s"))
sentence("visit.set_off", "nav", _l("The technician is on the way"))
sentence("visit.arrived", "pin", _l("The technician has arrived"))
sentence("visit.answered", "check", _l("Checklist: %(item)s"))
sentence("visit.photographed", "camera", _l("Photos added: %(number)s"))
sentence("visit.finished", "wrench", _l("Visit finished %(reason)s"))
sentence("visit.overruled", "alert", _l("Planned although: %(obstacle)s. %(reason)s"))
sentence("visit.confirmed", "check", _l("The customer has confirmed the visit %(window)s"))
sentence("visit.time_asked", "calendar", _l("The customer asks for another time than %(window)s: %(wish)s"))
sentence("visit.called_off", "x", _l("The customer has called off the visit %(window)s: %(reason)s"))
sentence("visit.repeated", "calendar", _l("Further visit: %(technician)s, %(window)s"))
sentence("visit.series_planned", "refresh", _l("Visits every %(weeks)s weeks, %(times)s in all, %(planned)s of them planned"))
sentence("visit.nobody", "alert", _l("Nobody can come by %(until)s: %(why)s"))
sentence("visit.late", "alarm", _l("The technician comes later, at about %(at)s"))
sentence("visit.undone", "undo", _l("The technician took a step back"))
sentence("visit.finish_undone", "undo", _l("The visit goes on after all"))
sentence("visit.signed", "sign", _l("Signed by the customer %(name)s"))
sentence("visit.unsigned", "sign", _l("Not signed: %(reason)s"))
sentence("visit.part_used", "box", _l("Part used: %(name)s × %(number)s, %(amount)s"))
sentence("visit.part_removed", "box", _l("Part not used after all: %(name)s × %(number)s, %(amount)s"))
sentence("visit.extra_agreed", "yuan", _l("Extra work agreed by %(name)s: %(words)s, %(amount)s"))
sentence("visit.settled", "yuan", _l("Due %(due)s, paid %(paid)s, %(way)s"))
sentence("visit.checked_in", "pin", _l("Place at arrival, accurate to %(accuracy)s m"))
sentence("visit.report_kept", "sync", _l("A phone reported something that no longer fits: %(what)s. %(reason)s"))
sentence("visit.report_settled", "check", _l("The report of a phone is settled: %(what)s"))
sentence("visit.sheet_sent", "send", _l("The link with the visit sheet was sent to the customer again"))
