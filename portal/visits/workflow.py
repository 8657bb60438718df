from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.core.workflow import Step, Workflow
from portal.visits import rules
from portal.visits.models import AHEAD, VisitStatus

S = VisitStatus
TO_COME = (S.SCHEDULED, S.ACCEPTED)
MOVABLE = (*AHEAD, S.DECLINED, S.ON_THE_WAY)

VISIT = Workflow(
    "status",
    Step("accept", _l("Accept the visit"), (S.SCHEDULED,), S.ACCEPTED, rules.WORK, "check", "primary"),
    Step("set_off", _l("Set off"), (S.ACCEPTED,), S.ON_THE_WAY, rules.WORK, "nav", "primary"),
    Step("arrive", _l("I have arrived"), (S.ON_THE_WAY,), S.ON_SITE, rules.WORK, "pin", "primary"),
    Step("run_late", _l("Running late"), (S.SCHEDULED, S.ACCEPTED, S.ON_THE_WAY), None, rules.WORK, "alarm"),
    Step("answer", _l("Answer the checklist"), (S.ON_SITE,), None, rules.DOCUMENT, "check"),
    Step("add_photos", _l("Add photos"), (S.ON_SITE,), None, rules.DOCUMENT, "camera"),
    Step("use_part", _l("Add a part"), (S.ON_SITE,), None, rules.WORK, "box"),
    Step("agree", _l("Agree on extra work"), (S.ON_SITE,), None, rules.WORK, "yuan"),
    Step("settle", _l("Record the payment"), (S.ON_SITE,), None, rules.WORK, "yuan"),
    Step("sign", _l("Take the signature"), (S.ON_SITE,), None, rules.WORK, "sign"),
    Step("done", _l("Finish this visit"), (S.ON_SITE,), S.DONE, rules.WORK, "check", "primary", asks="finish"),
    Step("partly_done", _l("Only part is done"), (S.ON_SITE,), S.PARTLY_DONE, rules.WORK, "flag", asks="finish"),
    Step("no_access", _l("No access"), (S.ON_THE_WAY, S.ON_SITE), S.NO_ACCESS, rules.WORK, "lock", asks="finish"),
    Step("needs_specialist", _l("Needs a specialist"), (S.ON_SITE,), S.NEEDS_SPECIALIST, rules.WORK, "cap", asks="finish"),
    Step("decline", _l("Decline this visit"), (S.SCHEDULED, S.ACCEPTED), S.DECLINED, rules.WORK, "x", asks="decline"),
    Step("move", _l("Move or reassign"), MOVABLE, S.SCHEDULED, rules.PLAN, "calendar", asks="move"),
    Step("cancel", _l("Cancel the visit"), MOVABLE, S.CANCELLED, rules.PLAN, "x", "danger", asks="cancel"),
    Step("confirm", _l("The time suits"), TO_COME, None, rules.ANSWER, "check"),
    Step("ask_other_time", _l("Ask for another time"), TO_COME, None, rules.ANSWER, "calendar"),
    Step("call_off", _l("Call the visit off"), TO_COME, S.CANCELLED, rules.ANSWER, "x"),
)
