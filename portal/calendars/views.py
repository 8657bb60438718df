from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import request
from flask_babel import gettext as _

from portal.calendars import actions, bp, queries, rules, showing
from portal.calendars.forms import DAYS, FIELDS, CalendarForm, DayForm, as_typed
from portal.calendars.models import Calendar
from portal.core import clock, idempotency, pages, stale
from portal.core.access import me, needs
from portal.core.db import release
from portal.core.errors import Conflict, Refused

YEARS = range(2020, 2101)


@bp.get("/")
@needs(rules.MANAGE)
def index():
    rows, today = queries.calendars(), clock.today()
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked[:5]) in YEARS else today.year
    return pages.page(
        "calendars/index.html", rows=rows, teams=queries.teams_of(), week_words=showing.week_words, year=year, this_year=today.year,
        entries=showing.year_entries(year, {c.id: c for c in rows}), missing=queries.years_without_make_up_days(today), today=today,
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(rules.MANAGE)
@idempotency.once
def new():
    form = CalendarForm.of_request()
    if pages.is_post() and form.validate():
        made = actions.add(by=me(), **form.chosen())
        return _saved(_("%(name)s is entered.", name=made.name))
    return _page(form, _("New calendar"))


@bp.route("/<int:calendar_id>", methods=["GET", "POST"])
@needs(rules.MANAGE)
def edit(calendar_id: int):
    found = queries.find(calendar_id)
    form = CalendarForm.of_request(data=_typed(found), version=found.version)
    if not (pages.is_post() and form.validate()):
        return _page(form, found.word, found)
    try:
        shown = SimpleNamespace(version=found.version, **_typed(found))
        stale.check(form, shown, {n: n for n in (*FIELDS, *DAYS)}, subject=found, verbs=("calendar.added", "calendar.changed"))
        form.validate()  # a kept value stands in the form now
        actions.change(found, by=me(), **form.chosen())
    except Conflict as conflict:
        return _page(form, found.word, found, conflict)
    except Refused as refused:
        release()
        form.refuse("standard", refused.sentence)
        return _page(form, found.word, found)
    return _saved(_("Saved. Open tickets are counted anew."))


@bp.route("/days/new", methods=["GET", "POST"])
@needs(rules.MANAGE)
@idempotency.once
def new_day():
    form = DayForm.of_request()
    if pages.is_post() and form.validate():
        calendar = queries.find(form.calendar_id.data) if form.calendar_id.data else None
        hours = form.hours.hours if form.works.data == "yes" else []
        actions.set_day(form.day.data, form.works.data == "yes", by=me(), calendar=calendar, hours=hours, note=form.note.data)
        pages.say(_("Saved. Open tickets are counted anew."))
        return pages.back("calendars.index", year=form.day.data.year, _anchor="days")
    return pages.page("calendars/day.html", status=422 if pages.is_post() else 200, form=form, has_errors=form.has_errors)


@bp.post("/days/<int:day_id>/drop")
@needs(rules.MANAGE)
def drop_day(day_id: int):
    row = queries.find_day(day_id)
    actions.drop_day(row, by=me())
    pages.say(_("Saved. Open tickets are counted anew."))
    return pages.back("calendars.index", year=row.day.year, _anchor="days")


def _typed(found: Calendar) -> dict[str, Any]:
    return as_typed(found, [team.id for team in queries.teams_of(found.id).get(found.id, [])])


def _saved(words: str):
    pages.say(words)
    return pages.back("calendars.index")


def _page(form: CalendarForm, title: str, calendar: Calendar | None = None, conflict: Conflict | None = None):
    status = 409 if conflict else 422 if pages.is_post() else 200
    return pages.page("calendars/edit.html", status=status, form=form, title=title, calendar=calendar, conflict=conflict, days=DAYS, has_errors=form.has_errors)
