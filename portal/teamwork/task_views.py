"""Tasks of other departments and private reminders: lists and pages."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_babel import gettext as _

from portal.accounts import queries as accounts
from portal.core import access, clock, idempotency, pages
from portal.core.access import me, needs
from portal.core.errors import Conflict, Forbidden, NotFound, Refused
from portal.core.paging import page_of
from portal.teamwork import actions, bp, queries, rules
from portal.teamwork.forms import AnswerForm, ReminderForm, TaskForm
from portal.teamwork.models import PENDING, Task, TaskStatus
from portal.tickets import queries as tickets

VIEWS = ("mine", "given", "all", "done")


@bp.get("/tasks/")
@needs(rules.TASKS)
def tasks():
    view = request.args.get("view") if request.args.get("view") in VIEWS else "mine"
    words = {"mine": _("For me"), "given": _("Given by me"), "all": _("All pending"), "done": _("Those that are over")}
    tabs = [{"label": word, "href": url_for("teamwork.tasks", view=name), "current": name == view} for name, word in words.items()]
    late = view == "done"
    rows = page_of(queries.listed_tasks(me(), view), [(Task.due_at, late), (Task.id, late)], lambda r: (r[0].due_at, r[0].id))
    return pages.page("teamwork/tasks.html", rows=rows, tabs_of_views=tabs, view=view, PENDING=PENDING, today=clock.today(), page_name=_("Tasks"))


@bp.route("/tickets/<int:ticket_id>/tasks/new", methods=["GET", "POST"])
@needs(rules.GIVE)
@idempotency.once
def give(ticket_id: int):
    ticket = tickets.find_for(me(), ticket_id, lock=pages.is_post())
    form = TaskForm.of_request()
    if pages.is_post() and form.validate():
        owner = accounts.find_person(form.owner_id.data) if form.owner_id.data else None
        actions.give(ticket, by=me(), owner=owner, words=form.words.data or "", **form.values("title", "department", "due_on"))
        pages.say(_("Task given"))
        return pages.back("tickets.show", ticket_id=ticket_id)
    return pages.page("teamwork/ask.html", status=422 if pages.is_post() else 200, form=form, ticket=ticket, word=_("Give the task"),
                      lead=_("The ticket stays open until it is answered."), has_errors=form.has_errors, page_name=_("Task for another department"))


@bp.get("/tasks/<int:task_id>")
@needs(rules.TASKS)
def task(task_id: int):
    return _task_page(queries.find_task(me(), task_id), AnswerForm.of_request())


@bp.post("/tasks/<int:task_id>/take")
@needs(rules.TASKS)
def take(task_id: int):
    actions.take(queries.find_task(me(), task_id, lock=True), by=me())
    return pages.back("teamwork.task", task_id=task_id)


@bp.post("/tasks/<int:task_id>/answer")
@needs(rules.TASKS)
def answer(task_id: int):
    found = queries.find_task(me(), task_id, lock=True)
    form = AnswerForm.of_request()
    if not form.validate():
        return _task_page(found, form, 422)
    try:
        actions.answer(found, form.done.data == "yes", form.words.data or "", by=me())
    except (Conflict, Forbidden, NotFound):
        raise
    except Refused as refused:
        if refused.status != 422:
            raise
        form.refuse("words", refused.sentence)
        return _task_page(found, form, 422)
    pages.say(_("Answered"))
    return pages.back("teamwork.tasks")


def _task_page(found: Task, form: AnswerForm, status: int = 200):
    person = me()
    return pages.page(
        "teamwork/task.html", status=status, task=found, form=form, maker=accounts.find_person(found.made_by_id) if found.made_by_id else None,
        may_answer=found.status in PENDING and access.may(person, rules.TASKS, found), is_new=found.status is TaskStatus.OPEN,
        sees_ticket=queries.sees(person, found.ticket), has_errors=form.has_errors, page_name=found.title,
    )


@bp.route("/reminders/", methods=["GET", "POST"])
@needs(rules.REMIND)
def reminders():
    """The person's own; new ones without a ticket too."""
    form = ReminderForm.of_request()
    if pages.is_post() and form.validate():
        try:
            actions.remind(form.moment(), by=me(), words=form.words.data or "")
            return pages.back("teamwork.reminders")
        except Refused as refused:
            form.refuse("at", refused.sentence)
    return pages.page("teamwork/reminders.html", status=422 if pages.is_post() else 200, form=form, reminders=queries.reminders_of(me()),
                      has_errors=form.has_errors, page_name=_("Reminders"))


@bp.post("/reminders/<int:reminder_id>/done")
@needs(rules.REMIND)
def reminder_done(reminder_id: int):
    actions.done_with(queries.find_reminder(me(), reminder_id), by=me())
    wanted = request.args.get("back", "")
    return redirect(wanted, 303) if pages.is_own_path(wanted) else pages.back("teamwork.reminders")
