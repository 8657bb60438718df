from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.workflow import Step, Workflow
from portal.tickets import rules
from portal.tickets.models import OPEN, Status

S = Status
UNRESOLVED_AT_WORK = (S.ACCEPTED, S.DISPATCHED, S.IN_PROGRESS)

TICKET = Workflow(
    "status",
    Step("accept", _l("Accept"), (S.NEW,), S.ACCEPTED, rules.ACCEPT, "check", "primary"),
    Step("resume", _l("Resume"), (S.WAITING,), S.IN_PROGRESS, rules.WORK, "refresh", "primary"),
    Step("dispatch", _l("Dispatch"), (S.NEW, *UNRESOLVED_AT_WORK, S.WAITING), S.DISPATCHED, rules.DISPATCH, "van", "primary", asks="visit"),
    Step("start", _l("Start work"), (S.ACCEPTED, S.DISPATCHED), S.IN_PROGRESS, rules.WORK, "wrench"),
    Step("give_back", _l("Give back to the desk"), (S.DISPATCHED, S.IN_PROGRESS), S.ACCEPTED, rules.GIVE_BACK, "undo"),
    Step("wait", _l("Wait for customer"), UNRESOLVED_AT_WORK, S.WAITING, rules.WAIT, "pause", asks="wait"),
    Step("resolve", _l("Resolve"), (*UNRESOLVED_AT_WORK, S.WAITING), S.RESOLVED, rules.RESOLVE, "check", asks="resolve"),
    Step("close", _l("Archive"), (S.RESOLVED,), S.CLOSED, rules.CLOSE, "archive", "primary"),
    Step("reopen", _l("Reopen"), (S.RESOLVED, S.CLOSED), S.IN_PROGRESS, rules.REOPEN, "undo", asks="reopen"),
    Step("merge", _l("Merge"), OPEN, S.MERGED, rules.MERGE, "merge", asks="merge"),
    Step("cancel", _l("Cancel ticket"), OPEN, S.CANCELLED, rules.CANCEL, "x", "danger", asks="cancel"),
)
