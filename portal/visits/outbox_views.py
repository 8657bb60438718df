"""Where phones deliver what was done without network, and where that is looked at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Response, make_response, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from portal.core import clock, db, files, idempotency, paging
from portal.core.access import me, needs
from portal.core.activity import latest_id
from portal.core.errors import Conflict, Forbidden, NotFound, Refused, WrongState
from portal.core.forms import is_key
from portal.core.pages import back, page, say
from portal.visits import actions, field, queries, reporting, rules
from portal.visits.field_forms import ReportForm
from portal.visits.field_models import FieldReport, ReportState
from portal.visits.outbox import KINDS, first_error
from portal.visits.outbox_words import WORDS, words_of
from portal.visits.reporting import Report

SCOPE = "field.deliver"
MOVED_ON = (WrongState, Forbidden, NotFound, Conflict)
OWN_FIELDS = {"key", "visit", "person", "kind", "device_at", "sent_at", "hand_over"}


@field.get("/field/outbox")
@needs(rules.WORK)
def outbox():
    """What this phone still has to deliver (drawn by a script from the phone's own store), and what the desk looks at."""
    reports = db.db.session.scalars(reporting.visible_to(me()).where(FieldReport.person_id == me().id, FieldReport.state == ReportState.CONFLICT).limit(50))
    return page("visits/outbox.html", reports=list(reports), kind_words=WORDS)


@field.post("/field/outbox")
@needs(rules.WORK)
def deliver():
    """One item. Answers in JSON: done, conflict (kept for the desk), refused (mend it), other_person. The same key gets the same answer."""
    key = request.headers.get("Idempotency-Key") or ""
    head = ReportForm(request.form)
    if not (is_key(key) and head.validate() and head.kind.data in KINDS):
        return _answer({"state": "refused", "sentence": _("This item cannot be read here. Reload the page and hand it to the desk.")}, 422)
    if head.person.data != me().id:
        return _answer({"state": "other_person", "sentence": _("These items belong to another account. Sign in with it to send them.")}, 409)
    try:
        known = idempotency.answered(key, SCOPE)
        return _answer(json.loads(known)) if known else _take_in(key, head)
    except Refused as refusal:
        db.db.session.rollback()
        return _answer({"state": "refused", "sentence": str(refusal.sentence)}, refusal.status)


def _take_in(key: str, head: ReportForm) -> Response:
    db.release()
    report = Report(key, head.visit.data, head.kind.data, _moment(head.device_at.data), _moment(head.sent_at.data), _data(), _files())
    row, fresh = idempotency.reserve(key, SCOPE)
    if not fresh:
        return _answer(json.loads(row.answer))
    try:
        if "hand_over" in request.form:
            raise Conflict(request.form["hand_over"][:200] or _("Handed over by the technician."))
        answer = _carried_out(report)
    except MOVED_ON as moved_on:
        db.db.session.rollback()
        idempotency.reserve(key, SCOPE)
        answer = _kept_apart(report, moved_on)
    idempotency.answer_with(key, json.dumps(answer, ensure_ascii=False))
    return _answer(answer)


def _carried_out(report: Report) -> dict[str, Any]:
    """Raises Refused and its kin; then nothing of it stays."""
    kind, by = KINDS[report.kind], me()
    visit = queries.find_for(by, report.visit_id, lock=True)
    if reporting.reached(visit, kind.reaches, by):
        return _said("done", report)
    form = kind.form(CombinedMultiDict([request.form]))
    if not form.validate() and report.kind != "arrive":
        raise Refused(first_error(form))
    moment, since = report.happened_at(reporting.last_moment(visit)), latest_id()
    with clock.at(moment):
        kind.carry_out(visit, form, report.files, by)
    reporting.kept_as_done(report, visit, moment, by=by)
    reporting.hold_back_stale_messages(visit, since, report.received_at)
    return _said("done", report)


def _kept_apart(report: Report, moved_on: Refused) -> dict[str, Any]:
    visit = reporting.knew(me(), report.visit_id)
    reason = str(moved_on.sentence) if isinstance(moved_on, Conflict) else _what_happened(visit)
    row = reporting.keep_apart(report, visit, reason, by=me())
    return _said("conflict", report, sentence=reason, url=url_for("field.report", report_id=row.id))


def _what_happened(visit: Any) -> str:
    """The visit is cancelled; 11-22 10:45: said to both sides."""
    if not rules.is_along(me(), visit):
        return _("The visit now belongs to %(name)s.", name=visit.technician.name if visit.technician else _("Nobody yet"))
    return _("The visit is now: %(status)s, %(window)s.", status=visit.status.word, window=actions.window(visit))


def _said(state: str, report: Report, **more: Any) -> dict[str, Any]:
    return {"state": state, "at": report.received_at.isoformat(), "skew": report.skew if report.is_skewed else 0, **more}


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    answer = make_response(json.dumps(body, ensure_ascii=False), status)
    answer.content_type = "application/json; charset=utf-8"
    return answer


def _moment(text: str) -> datetime:
    """The phone's own word for a time; nonsense counts as now."""
    try:
        found = datetime.fromisoformat(text[:40].replace("Z", "+00:00"))
        return found if found.tzinfo and 2000 <= found.year <= 9000 else datetime.now(UTC)
    except ValueError:
        return datetime.now(UTC)


def _data() -> dict[str, str]:
    """What was typed, for whoever compares both versions."""
    return {name: value[:2000].replace("\0", "") for name, value in request.form.items() if name not in OWN_FIELDS}


def _files() -> list[files.Received]:
    sent = [f for name in ("photos", "picture") for f in request.files.getlist(name)]
    return files.receive(sent, most=actions.MOST_PHOTOS)


@field.get("/field/reports")
@needs(rules.REPORTS)
def reports():
    """Reports of phones that no longer fitted; the open ones first."""
    state = ReportState.SETTLED if request.args.get("state") == "settled" else ReportState.CONFLICT
    query = reporting.visible_to(me()).where(FieldReport.state == state)
    rows = paging.page_of(query, [(FieldReport.id, True)], lambda row: (row[0].id,))
    return page("visits/reports.html", rows=rows, reports=[row[0] for row in rows.rows], state=state, kind_words=words_of)


@field.get("/field/reports/<int:report_id>")
@needs(rules.VIEW)
def report(report_id: int):
    """Both versions beside each other: what the phone reported, and how the visit stands."""
    found = reporting.find_for(me(), report_id)
    pictures = [_picture(found, f) for f in reporting.files_of(found)]
    return page("visits/report.html", report=found, visit=found.visit, what=words_of(found.kind), pictures=pictures, said=_readable(found), window=actions.window(found.visit))


def _readable(found: FieldReport) -> list[tuple[str, str]]:
    """What was typed, under its own labels; the words of tiles instead of their values."""
    made = []
    for field_ in KINDS[found.kind].form(CombinedMultiDict([MultiDict(found.data)])) if found.kind in KINDS else ():
        if found.data.get(field_.name):
            words = {str(k): str(v) for k, v in getattr(field_, "choices", None) or ()}
            made.append((str(field_.label.text), words.get(found.data[field_.name], found.data[field_.name])))
    return made


def _picture(found: FieldReport, file: Any) -> dict[str, Any]:
    url = url_for("field.report_file", report_id=found.id, file_id=file.id)
    return {"url": url, "thumb_url": f"{url}?thumb=1", "name": file.name, "badge": None}


@field.get("/field/reports/<int:report_id>/files/<int:file_id>")
@needs(rules.VIEW)
def report_file(report_id: int, file_id: int):
    for file in reporting.files_of(reporting.find_for(me(), report_id)):
        if file.id == file_id:
            return files.send(file, thumb=bool(request.args.get("thumb")))
    raise NotFound()


@field.post("/field/reports/<int:report_id>/settle")
@needs(rules.SETTLE)
@idempotency.once
def settle(report_id: int):
    reporting.settle(reporting.find_for(me(), report_id), by=me())
    say(_("Settled"))
    return back("field.reports")
