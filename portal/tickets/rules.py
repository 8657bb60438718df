from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.access import Role, permit

AGENT, TECHNICIAN, SUPERVISOR, ANALYST, CUSTOMER = Role.AGENT, Role.TECHNICIAN, Role.SUPERVISOR, Role.ANALYST, Role.CUSTOMER

LIST = permit("tickets.list", _l("See the queue"), AGENT, SUPERVISOR, ANALYST)
VIEW = permit("tickets.view", _l("Open a ticket"), AGENT, SUPERVISOR, ANALYST, TECHNICIAN)
CREATE = permit("tickets.create", _l("Create a ticket"), AGENT, SUPERVISOR)
ACCEPT = permit("tickets.accept", _l("Accept or claim a ticket"), AGENT, SUPERVISOR)
ASSIGN = permit("tickets.assign", _l("Assign a ticket to somebody"), AGENT, SUPERVISOR)
CLASSIFY = permit("tickets.classify", _l("Change category, urgency and priority"), AGENT, SUPERVISOR)
DISPATCH = permit("tickets.dispatch", _l("Dispatch a technician"), AGENT, SUPERVISOR)
GIVE_BACK = permit("tickets.give_back", _l("Give a ticket back to the desk"), Role.SYSTEM)
WORK = permit("tickets.work", _l("Start, pause and resume work"), AGENT, SUPERVISOR, TECHNICIAN)
WAIT = permit("tickets.wait", _l("Wait for the customer"), AGENT, SUPERVISOR)
REPLY = permit("tickets.reply", _l("Write to the customer"), AGENT, SUPERVISOR)
NOTE = permit("tickets.note", _l("Write internal notes"), AGENT, SUPERVISOR, TECHNICIAN)
RESOLVE = permit("tickets.resolve", _l("Resolve a ticket"), AGENT, SUPERVISOR)
CLOSE = permit("tickets.close", _l("Close a ticket"), AGENT, SUPERVISOR)
REOPEN = permit("tickets.reopen", _l("Reopen a ticket"), AGENT, SUPERVISOR, CUSTOMER)
CANCEL = permit("tickets.cancel", _l("Cancel a ticket"), AGENT, SUPERVISOR)
MERGE = permit("tickets.merge", _l("Merge tickets"), AGENT, SUPERVISOR)
SHARE = permit("tickets.share", _l("Send or copy the customer's link"), AGENT, SUPERVISOR)
WRITE_IN = permit("tickets.write_in", _l("Add words to one's own request"), CUSTOMER, AGENT, SUPERVISOR)
POLICIES = permit("tickets.policies", _l("Change the rules of time limits"), Role.ADMINISTRATOR)
