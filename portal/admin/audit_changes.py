"""What was changed, from a row of the audit trail: each field in the words of its form, before and after."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any, Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.accounts.models import Team
from portal.admin.option_views import shown
from portal.calendars.showing import WEEKDAYS, week_words
from portal.catalogue.models import Category, Impact, ItemKind, Kind, Priority, Service, ServiceGroup, Slot, Urgency
from portal.core.access import Role
from portal.core.activity import Activity
from portal.core.i18n import when
from portal.core.kept import row_of
from portal.core.options import OPTIONS
from portal.customers import phones
from portal.customers.importing import TABLES
from portal.customers.models import CustomerClass
from portal.roster.models import LeaveKind, Level
from portal.tickets.ledger import hours_words, limit_words
from portal.tickets.models import ClockKind
from portal.visits.models import Answer

FIELDS = {
    "username": _l("Staff number"), "name": _l("Name in Chinese"), "name_en": _l("Name in English"), "phone": _l("Phone"), "email": _l("E-mail"),
    "company_wide": _l("Oversees the whole company"), "language": _l("Language"), "roles": _l("Roles"), "teams": _l("Teams"),
    "leads": _l("Oversees as supervisor"), "areas": _l("Areas"), "regions": _l("Districts"), "active": _l("In use"),
    "straight": _l("May be solved without a visit"), "grave": _l("The supervisor is told at once"), "always_follow_up": _l("Every one is called back"),
    "group": _l("Group"), "minutes": _l("Usual minutes of a visit"), "bring": _l("To bring, in Chinese"), "bring_en": _l("To bring, in English"),
    "required": _l("Must be done"), "slot": _l("Photos are taken"), "minimum": _l("Photos at least"), "icon": _l("Icon"),
    "digit": _l("Digit on the intake page"), "service_id": _l("Service"), "kind_code": _l("Kind of the ticket"), "urgency": _l("Urgency"),
    "impact": _l("Impact"), "priority": _l("Priority"), "week": _l("Working hours"), "standard": _l("Standard: for every team without a calendar of its own"),
    "holidays": _l("Statutory holidays are off, make-up workdays are worked"), "clock": _l("Clock"), "kind": _l("Kind"), "category": _l("Category"),
    "customer_class": _l("Customer class"), "team": _l("Team"), "hours": _l("Counts"), "certificate": _l("Certificate number"),
    "services": _l("Services that need it"), "level": _l("Level"), "expires_on": _l("Valid until"), "body": _l("Words"),
    "most": _l("Most visits a day"), "answer": _l("Answer"), "skill": _l("Skill"), "item": _l("Item"), "starts": _l("From"), "ends": _l("Up to"),
    "works": _l("A working day"), "note": _l("Note"), "calendar": _l("Calendar"), "year": _l("Year"), "rows": _l("Rows"), "made": _l("Rows"), "rejected": _l("Refused rows"), "reason": _l("Reason"),
}
OF_KIND = {  # where another kind of record says it otherwise
    "person": {"name": _l("Name"), "active": _l("At work")}, "clock_policy": {"minutes": _l("Time limit")}, "standard_item": {"kind": _l("Kind of item")},
    "skill": {"certificate": _l("Only with a valid certificate"), "level": _l("At least as")},
}
WORDS = {
    "group": ServiceGroup, "slot": Slot, "urgency": Urgency, "impact": Impact, "priority": Priority, "clock": ClockKind,
    "customer_class": CustomerClass, "level": Level, "answer": Answer,
}
KINDS = {"standard_item": ItemKind, "leave": LeaveKind}
ROWS = {"service_id": Service, "kind_code": Kind, "kind": Kind, "category": Category, "team": Team}
BESIDE = ("rows", "made", "rejected", "skill", "item", "kind", "starts", "ends", "works", "note", "calendar", "year", "reason")  # facts of a deed that are no change
VALUES = {"catalogue.priority_changed": "priority", "roster.most_set": "most", "visit.answered": "answer"}  # whose before and after are values
PARTS_OF_CUSTOMER = {"name": _l("Name"), "phone": _l("Phone"), "email": _l("E-mail"), "address": _l("Address")}


def changes(row: Activity) -> list[tuple[str, str]]:
    """(field, "before → after") of a change; (what, …) of a reveal."""
    data = row.data or {}
    if "what" in data:
        return [(_("What"), str(PARTS_OF_CUSTOMER.get(str(data["what"]).split(":")[0], data["what"])))]
    if row.verb == "option.changed" and data["name"] in OPTIONS:
        option = OPTIONS[data["name"]]
        return [(str(option.words), f"{shown(option, data['before'])} → {shown(option, data['after'])}")]
    beside = [(_label(row, name), _shown(row, name, data[name])) for name in BESIDE if data.get(name) not in (None, "")]
    return [*beside, *((_label(row, field), _step(row, field, before, after)) for field, before, after in _steps(row.verb, data))]


def about(row: Activity) -> str:
    """What the changed record is called, as far as the row itself tells."""
    data = row.data or {}
    if row.verb == "catalogue.priority_changed":
        urgency, _times, impact = data["name"].partition(" × ")
        return f"{_word(Urgency, urgency)} × {_word(Impact, impact)}"
    if row.verb == "policy.moved":
        return _word(ClockKind, data["name"])
    after = data.get("after")
    name = data.get("name") or (after.get("name") if isinstance(after, dict) else "")
    return name if isinstance(name, str) and row.verb != "option.changed" else ""


def _steps(verb: str, data: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(field, before, after) of what differs; of what was added only what says something."""
    before, after = data.get("before"), data.get("after")
    if verb in VALUES:
        yield VALUES[verb], before, after
    elif "changes" in data:
        yield from ((field, *both) for field, both in data["changes"].items())
    elif isinstance(before or {}, dict) and isinstance(after or {}, dict):
        before, after = before or {}, after or {}
        for field in {**before, **after}:
            if before.get(field) != after.get(field) and (before or after[field]):
                yield field, before.get(field), after.get(field)


def _label(row: Activity, field: str) -> str:
    if row.verb == "roster.hours_set":
        return str(WEEKDAYS[int(field)])
    return str(OF_KIND.get(row.subject_type, {}).get(field) or FIELDS.get(field, field))


def _step(row: Activity, field: str, before: Any, after: Any) -> str:
    data = row.data or {}
    added = before is None and not data.get("before") and "changes" not in data and row.verb not in VALUES
    return _shown(row, field, after) if added else f"{_shown(row, field, before)} → {_shown(row, field, after)}"


def _shown(row: Activity, field: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if row.subject_type == "clock_policy" and (said := _of_policy(field, value)):
        return said
    if row.subject_type == "import_batch" and value in TABLES:
        return str(TABLES[value].word)
    if field == "kind" and row.subject_type in KINDS:
        return _word(KINDS[row.subject_type], value)
    if field in WORDS:
        return _word(WORDS[field], value)
    if field in ROWS:
        return _named(ROWS[field], value)
    if row.verb == "roster.hours_set":
        return f"{_clock(value[0])}–{_clock(value[1])}"
    if field == "phone":
        return phones.spaced(value)
    if field == "week":
        return _(", ").join(week_words(value)) or "–"
    if field in ("starts", "ends"):
        return when(datetime.fromisoformat(value))
    if field == "roles":
        return _(", ").join(_word(Role, one) for one in value)
    if field in ("teams", "leads"):
        return _(", ").join(_team_names(value))
    return _(", ").join(map(str, value)) if isinstance(value, list) else str(value)


def _of_policy(field: str, value: Any) -> str:
    if value == "any":
        return _("any")
    if field == "minutes":
        return limit_words(SimpleNamespace(minutes=value, hours=""))
    return hours_words(SimpleNamespace(hours=value)) if field == "hours" else ""


def _word(label: Any, value: Any) -> str:
    try:
        return label(value).word
    except ValueError:  # of an earlier release
        return str(value)


def _named(model: Any, key: Any) -> str:
    known = row_of(model, int(key) if str(key).isdigit() else key)
    return getattr(known, "word", None) or str(key)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _team_names(found: list[Any]) -> list[str]:
    """Some deeds keep the teams' ids, some their names."""
    return sorted(_named(Team, one) if isinstance(one, int) else one for one in found)
