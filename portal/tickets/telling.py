"""How the verbs of tickets read in the timeline."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.activity import sentence

sentence("ticket.created", "inbox", _l("Taken in"))
sentence("ticket.accepted", "check", _l("Accepted"))
sentence("ticket.assigned", "user", _l("Owner: %(name)s %(reason)s"))
sentence("ticket.classified", "tag", _l("Classification changed %(reason)s"))
sentence("ticket.dispatched", "van", _l("Dispatched to %(technician)s, %(window)s"))
sentence("ticket.given_back", "undo", _l("Back at the desk: %(reason)s"))
sentence("ticket.started", "wrench", _l("Work started"))
sentence("ticket.waiting", "pause", _l("Waiting for the customer: %(reason)s"))
sentence("ticket.resumed", "refresh", _l("Work resumed"))
sentence("ticket.resolved", "check", _l("Resolved, cause: %(cause)s"))
sentence("ticket.closed", "archive", _l("Closed"))
sentence("ticket.reopened", "undo", _l("Reopened: %(reason)s"))
sentence("ticket.cancelled", "x", _l("Cancelled: %(reason)s"))
sentence("ticket.merged", "merge", _l("Merged into %(into)s"))
sentence("ticket.absorbed", "merge", _l("%(other)s was merged into this ticket"))
sentence("ticket.replied", "send", _l("Public reply"))
sentence("ticket.noted", "lock", _l("Internal note"))
sentence("ticket.customer_wrote", "message", _l("The customer wrote"))
sentence("ticket.result_reported", "send", _l("Result reported to the customer"))
sentence("ticket.shared", "link", _l("Link sent to the customer"))
sentence("clock.first_response.warned", "alarm", _l("First response due soon, told %(names)s"))
sentence("clock.result.warned", "alarm", _l("Result report due soon, told %(names)s"))
sentence("clock.resolution.warned", "alarm", _l("Resolution due soon, told %(names)s"))
sentence("clock.first_response.late", "warn", _l("First response overdue"))
sentence("clock.result.late", "warn", _l("Result report overdue"))
sentence("clock.resolution.late", "warn", _l("Resolution overdue"))
sentence("clock.first_response.told", "bell", _l("First response overdue, told %(names)s"))
sentence("clock.result.told", "bell", _l("Result report overdue, told %(names)s"))
sentence("clock.resolution.told", "bell", _l("Resolution overdue, told %(names)s"))
sentence("clock.first_response.escalated", "flag", _l("First response overdue, escalated to %(names)s"))
sentence("clock.result.escalated", "flag", _l("Result report overdue, escalated to %(names)s"))
sentence("clock.resolution.escalated", "flag", _l("Resolution overdue, escalated to %(names)s"))
