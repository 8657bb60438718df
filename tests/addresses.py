"""Every address of the portal: how it is built and which roles may see it. An endpoint that is missing here fails a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.core.access import Role

A, T, S, N, D = Role.AGENT, Role.TECHNICIAN, Role.SUPERVISOR, Role.ANALYST, Role.ADMINISTRATOR
DESK, LOOKERS, READERS, STAFF = (A, S), (A, S, N), (A, T, S, N), (A, T, S, N, D)
NOBODY = None
ALL = (NOBODY, *STAFF)


@dataclass(frozen=True)
class Entry:
    """`who` may; `hidden`: others for whom the record is not there (404 instead of 403). `page`: a whole page of its own."""

    address: Callable[[Any], str]
    who: tuple
    hidden: tuple = ()
    status: int = 200
    page: bool = True


def _at(text: str, who: tuple, *hidden: Role, status: int = 200, page: bool = True) -> Entry:
    return Entry(lambda w: text.format(w=w, d=w.people), who, hidden, status, page and status == 200)


def _part(text: str, who: tuple, *hidden: Role) -> Entry:
    """A file, a block, a form's target: not a page."""
    return _at(text, who, *hidden, page=False)


CATALOGUE, CALENDARS = "/admin/catalogue/", "/admin/calendars/"
SERVICE = CATALOGUE + "services/{w.service.id}"
ITEM = SERVICE + "/items/{w.service.items[0].id}"
WORDS = (("kinds", "{w.kind.code}"), ("stages", "{w.stage.id}"), ("causes", "{w.cause.id}"))
CUSTOMER, TICKET, VISIT = "/customers/{w.customer.id}", "/tickets/{w.ticket.id}", "/visits/{w.visit.id}"
ROSTER = "/roster/{w.colleague.id}"
TRIED = "/proposals/{w.tried.id}"
PROPOSAL, CALL, PERSON = "/proposals/{w.proposal.id}", "/follow-ups/{w.follow_up.id}", "/admin/people/{w.colleague.id}"

ENTRIES: dict[str, list[Entry]] = {name: entries if isinstance(entries, list) else [entries] for name, entries in {
    "tickets.may_listen": _at("/wake", LOOKERS, status=204, page=False),
    "healthz": _part("/healthz", ALL), "readyz": _at("/readyz", ALL, status=503),
    "accounts.home": _at("/", STAFF, status=303), "accounts.me": _at("/me", STAFF),
    "accounts.change_password": _part("/me/password", STAFF), "accounts.end_other_sessions": _part("/me/sessions/end-others", STAFF),
    "accounts.end_session": _part("/me/sessions/{w.session_id}/end", (A,), T, S, N, D), "accounts.save_preferences": _part("/me/preferences", STAFF),
    "accounts.reset": _at("/reset/{w.reset}", ALL), "accounts.set_up": _at("/set-up", ALL, status=303),
    "accounts.sign_in": [_at("/sign-in", (NOBODY,)), _at("/sign-in", STAFF, status=303)],
    "accounts.sign_out": _part("/sign-out", STAFF), "accounts.switch_language": _part("/language", ALL), "accounts.switch_role": _part("/role", STAFF),

    "admin.index": _at("/admin/", (D,)), "admin.access_table": _at("/admin/access", (D,)), "admin.audit": _at("/admin/audit", (D,)),
    "admin.options": _at("/admin/options", (D,)), "admin.option": _at("/admin/options/surveys.share", (D,)),
    "admin.people": _at("/admin/people/", (D,)), "admin.person": _at(PERSON, (D,)), "admin.new_person": _at("/admin/people/new", (D,)),
    "admin.disable_person": _part(PERSON + "/disable", (D,)), "admin.enable_person": _part(PERSON + "/enable", (D,)),
    "admin.make_reset_link": _part(PERSON + "/reset-link", (D,)),
    "admin.teams": _at("/admin/teams/", (D,)), "admin.team": _at("/admin/teams/{w.team.id}", (D,)), "admin.new_team": _at("/admin/teams/new", (D,)),
    "admin.area": _at("/admin/areas/{w.area.id}", (D,)), "admin.new_area": _at("/admin/areas/new", (D,)),

    "calendars.index": [_at(CALENDARS, (D,)), _at(CALENDARS + "?year=2027", (D,))], "calendars.new": _at(CALENDARS + "new", (D,)),
    "calendars.edit": _at(CALENDARS + "{w.calendar.id}", (D,)), "calendars.new_day": _at(CALENDARS + "days/new", (D,)),
    "calendars.drop_day": _part(CALENDARS + "days/{w.calendar_day.id}/drop", (D,)),

    "catalogue.index": _at(CATALOGUE, (D,)), "catalogue.service": _at(SERVICE, (D,)), "catalogue.new_service": _at(CATALOGUE + "services/new", (D,)),
    "catalogue.item": _at(ITEM, (D,)), "catalogue.new_item": _at(SERVICE + "/items/new", (D,)),
    "catalogue.move_item": [_part(ITEM + "/" + way, (D,)) for way in ("up", "down")],
    "catalogue.problems": _at(CATALOGUE + "problems", (D,)), "catalogue.problem": _at(CATALOGUE + "problems/{w.category.id}", (D,)),
    "catalogue.new_problem": [_at(CATALOGUE + "problems/new", (D,)), _at(CATALOGUE + "problems/{w.category.id}/new", (D,))],
    "catalogue.move_problem": _part(CATALOGUE + "problems/{w.category.id}/up", (D,)), "catalogue.priorities": _at(CATALOGUE + "priorities", (D,)),
    "catalogue.words": [_at(CATALOGUE + what, (D,)) for what, _key in WORDS], "catalogue.new_word": [_at(f"{CATALOGUE}{what}/new", (D,)) for what, _key in WORDS],
    "catalogue.word": [_at(f"{CATALOGUE}{what}/{key}", (D,)) for what, key in WORDS],
    "catalogue.move_word": [_part(f"{CATALOGUE}{what}/{key}/down", (D,)) for what, key in WORDS],

    "customers.index": _at("/customers/", LOOKERS), "customers.show": _at(CUSTOMER, LOOKERS), "customers.lookup": _part("/customers/lookup?q=136", LOOKERS),
    "customers.new": _at("/customers/new", DESK), "customers.edit": _at(CUSTOMER + "/edit", DESK), "customers.merge": _at(CUSTOMER + "/merge", DESK),
    "customers.new_phone": _at(CUSTOMER + "/phones/new", DESK), "customers.edit_phone": _at(CUSTOMER + "/phones/{w.phone.id}/edit", DESK),
    "customers.change_phone": [_part(CUSTOMER + "/phones/{w.phone.id}/" + verb, DESK) for verb in ("prefer", "remove")],
    "customers.new_site": _at(CUSTOMER + "/sites/new", DESK), "customers.edit_site": _at(CUSTOMER + "/sites/{w.site.id}/edit", DESK),
    "customers.keep_site": _part(CUSTOMER + "/sites/{w.site.id}/active", DESK), "customers.reveal": _part(CUSTOMER + "/reveal", DESK, T),
    "customers.region_lists": _part("/customers/regions", DESK),
    "customers.import_table": _at("/customers/import", (S, D)), "customers.show_import": _at("/customers/import/{w.batch.id}", (S,), D),
    "customers.confirm_import": _part("/customers/import/{w.batch.id}/confirm", (S,), D),
    "customers.import_template": [_part(f"/customers/import/{kind}.csv", (S, D)) for kind in ("customers", "sites", "staff")],

    "followups.index": _at("/follow-ups/", DESK), "followups.show": _at(CALL, DESK), "followups.of_ticket": _at("/follow-ups/of-ticket/{w.complaint.id}", DESK),
    "followups.attempt": _part(CALL + "/attempt", DESK), "followups.take": _part(CALL + "/take", DESK), "followups.reveal": _part(CALL + "/reveal", DESK, T),

    "notifications.index": _at("/inbox/", STAFF), "notifications.open_notice": _part("/inbox/{w.notice.id}/open", (A,), T, S, N, D),
    "notifications.read": _part("/inbox/read", STAFF), "notifications.messages": _at("/admin/messages", (D,)),
    "notifications.mute": _part("/admin/messages/mute", (D,)), "notifications.drop": _part("/admin/messages/{w.message.id}/drop", (D,)),
    "notifications.retry": _part("/admin/messages/{w.message.id}/retry", (D,)),

    "proposals.index": [_at("/proposals/", STAFF), _at("/proposals/?look=list", STAFF)], "proposals.new": _at("/proposals/new", STAFF),
    "proposals.submit": _part("/proposals/new", STAFF), "proposals.submit_anonymously": _part("/proposals/anonymous", ALL),
    "proposals.show": _at(PROPOSAL, STAFF), "proposals.edit": _at(PROPOSAL + "/edit", (T,)), "proposals.photo": _part(PROPOSAL + "/files/{w.proposal_photo.id}", STAFF),
    "proposals.similar_ones": _part("/proposals/similar?problem=滴水", STAFF), "proposals.comment": _part(PROPOSAL + "/comment", STAFF),
    "proposals.decide": _part(PROPOSAL + "/decide", (S,)), "proposals.duplicate": _part(PROPOSAL + "/duplicate", (S,)), "proposals.verify": _part(PROPOSAL + "/verify", (S,)),
    "proposals.answer": [_part(f"{PROPOSAL}/{verb}", (T,)) for verb in ("complete", "appeal")],
    "proposals.score": _part(PROPOSAL + "/score", (S, N)), "proposals.price": _part(PROPOSAL + "/price", (S,)), "proposals.steps": _part(PROPOSAL + "/steps", (S,), ),
    "proposals.effect": _at(TRIED + "/effect", STAFF), "proposals.tick": _part(TRIED + "/steps/{w.step.id}/do", (S,)),
    "proposals.mine": _at("/proposals/mine", STAFF), "proposals.boards": _at("/proposals/boards", STAFF), "proposals.figures": _at("/proposals/figures", (S, N)),
    "proposals.certificate": _at(TRIED + "/certificate", (A, S), T, N, D), "proposals.export": [_part("/proposals/export/" + k, (S, N)) for k in ("csv", "xlsx")],
    "proposals.publish": [_part(f"{TRIED}/{verb}", (S,)) for verb in ("publish", "hide")],
    "public.improvements": _at("/improvements", ALL),
    "proposals.mark": [_part(PROPOSAL + "/vote", (A, S, N, D)), *(_part(f"{PROPOSAL}/{verb}", STAFF) for verb in ("unvote", "follow", "unfollow"))],
    "proposals.step": [_part(PROPOSAL + "/withdraw", (T,)), *(_part(f"{PROPOSAL}/{verb}", (S,)) for verb in ("screen", "review", "start", "finish"))],

    "public.request_form": _at("/request", ALL), "public.check": _part("/request/check", ALL), "public.send": _part("/request/send", ALL),
    "public.checked": _at("/request/check/{w.pending}", ALL), "public.request_photo": _part("/request/check/{w.pending}/photos/{w.pending_photo.id}", ALL),
    "public.sent": _at("/request/sent/{w.token}", ALL), "public.privacy": _at("/privacy", ALL),
    "public.track": _at("/t/{w.token}", ALL), "public.ticket_qr": _part("/t/{w.token}/qr.svg", ALL), "public.ticket_file": _part("/t/{w.token}/files/{w.file.id}", ALL),
    "public.add_words": _part("/t/{w.token}/words", ALL), "public.opened": _part("/t/{w.token}/opened", ALL),
    "public.visit_sheet": _at("/t/{w.over_token}/sheet/{w.over.id}", ALL), "public.visit_sheet_pdf": _part("/t/{w.over_token}/sheet/{w.over.id}.pdf", ALL),
    "public.confirm_visit": _part("/t/{w.token}/confirm", ALL), "public.call_off": _part("/t/{w.token}/call-off", ALL),
    "public.other_time": _part("/t/{w.token}/time", ALL), "public.reopen": _part("/t/{w.token}/reopen", ALL),
    "public.survey": [_at("/s/{w.survey.token}", ALL), _at("/s/{w.rated}", ALL)], "public.thanks": _at("/s/{w.rated}/thanks", ALL),
    "public.rate": _part("/s/{w.survey.token}", ALL), "public.rate_more": _part("/s/{w.survey.token}/more", ALL),
    "public.correct_rating": _part("/s/{w.survey.token}/correct", ALL),
    "public.suggest_form_about": [_at("/t/{w.token}/suggest", ALL), _at("/s/{w.rated}/suggest", ALL)],
    "public.suggest_about": [_part("/t/{w.token}/suggest", ALL), _part("/s/{w.rated}/suggest", ALL)],
    "public.suggest_form": _at("/suggest", ALL), "public.suggest": _part("/suggest", ALL), "public.suggestion": _at("/suggest/{w.suggestion}", ALL),
    "public.suggestion_qr": _part("/suggest/{w.suggestion}/qr.svg", ALL), "public.answer_suggestion": [_part("/suggest/{w.suggestion}/" + verb, ALL) for verb in ("answer", "say", "appeal")],
    "public.withdraw_suggestion": _part("/suggest/{w.suggestion}/withdraw", ALL), "public.similar_suggestions": _part("/suggest/similar", ALL),
    "public.change_suggestion": _at("/suggest/{w.suggestion}/change", ALL),
    "public.request_links": _at("/request-links", DESK), "public.customer_links": _at("/request-links/{w.customer.id}", DESK),
    "public.request_qr": _part("/request-links/qr.svg", DESK), "public.site_qr": _part("/request-links/{w.customer.id}/{w.site.id}.svg", DESK),

    "replies.index": _at("/replies/", (S, D)), "replies.new": _at("/replies/new", (S, D)), "replies.edit": _at("/replies/{w.template.id}", (S, D)),
    "replies.for_ticket": _at("/replies/for/{w.ticket.id}", DESK), "replies.insert": _part("/replies/{w.template.id}/into/{w.ticket.id}", DESK),
    "teamwork.around": _at(TICKET + "/around", READERS), "teamwork.tag": _part(TICKET + "/tags", DESK), "teamwork.link": _part(TICKET + "/links", DESK),
    "teamwork.unlink": _part(TICKET + "/links/{w.link.id}/remove", DESK), "teamwork.watch": [_part(f"{TICKET}/{v}", READERS) for v in ("watch", "unwatch")],
    "teamwork.snooze": _part(TICKET + "/remind", (A, T, S)), "teamwork.split": _at(TICKET + "/split", DESK), "teamwork.colleagues": _at(TICKET + "/colleagues", (A, T, S)),
    "teamwork.tasks": _at("/tasks/", STAFF), "teamwork.give": _at(TICKET + "/tasks/new", DESK), "teamwork.task": _at("/tasks/{w.task.id}", STAFF),
    "teamwork.take": _part("/tasks/{w.task.id}/take", (A, S, D)), "teamwork.answer": _part("/tasks/{w.task.id}/answer", (A, S, D)),
    "teamwork.reminders": _at("/reminders/", (A, T, S)), "teamwork.reminder_done": _part("/reminders/{w.reminder.id}/done", (A,), T, S),
    "macros.index": _at("/macros/", (S, D)), "macros.new": _at("/macros/new", (S, D)), "macros.edit": _at("/macros/{w.macro.id}", (S, D)),
    "macros.for_ticket": _at("/macros/for/{w.ticket.id}", DESK), "macros.run": _part("/macros/{w.macro.id}/on/{w.ticket.id}", DESK),
    "macros.bulk": [_at("/bulk/?ids={w.ticket.id}", DESK), _at("/bulk/", DESK)], "macros.result": _at("/bulk/{w.run.id}", (A,), S),
    "macros.undo": _part("/bulk/{w.run.id}/undo", (A,), S),
    "desk.views": _at("/desk/views/", LOOKERS), "desk.save": _at("/desk/views/new?view=mine", LOOKERS), "desk.drop_view": _part("/desk/views/{w.view.id}/drop", (A,), S, N),
    "desk.look": _at("/desk/look", LOOKERS), "desk.next_one": _at("/desk/next", (A,)), "desk.claim_next": _part("/desk/next", (A,)),
    "desk.suggest": _at("/desk/suggest/{w.ticket.id}", DESK), "desk.assign_best": _part("/desk/suggest/{w.ticket.id}", DESK),
    "desk.hints": _at("/desk/similar/{w.ticket.id}", DESK), "desk.take_category": _part("/desk/similar/{w.ticket.id}/category", DESK),
    "desk.calls": _at("/desk/calls/", DESK), "desk.new_call": _at("/desk/calls/new?ticket={w.ticket.id}", DESK),
    "desk.called": _part("/desk/calls/{w.call.id}/reached", DESK), "desk.number": _part("/desk/calls/{w.call.id}/number", DESK),
    "desk.handovers": _at("/desk/handover/", (S,)), "desk.hand_over": _at("/desk/handover/new", (S,)), "desk.bring_back": _part("/desk/handover/{w.handover.id}/back", (S,)),
    "reports.dashboard": _at("/dashboard", (S, N)), "reports.figure": _at("/dashboard/figures/resolution", (S, N)),
    "roster.index": _at("/roster/", DESK), "roster.show": _at(ROSTER, DESK), "roster.skills": _at("/roster/skills", (S,)),
    "roster.hours": _at(ROSTER + "/hours", (S,)), "roster.most": _at(ROSTER + "/most", (S,)), "roster.leave": _at(ROSTER + "/leave", (S,)),
    "roster.grant": _at(ROSTER + "/skill", (S,)), "roster.withdraw_leave": _part(ROSTER + "/leave/{w.leave.id}/withdraw", (S,)),
    "roster.revoke": _part(ROSTER + "/skill/{w.skill.id}/revoke", (S,)), "roster.new_skill": _at("/roster/skills/new", (S,)),
    "roster.skill": _at("/roster/skills/{w.skill.id}", (S,)),

    "surveys.index": _at("/surveys/", (S, N)), "surveys.of_ticket": _at("/surveys/of-ticket/{w.complaint.id}", LOOKERS),

    "tickets.index": _at("/tickets/", LOOKERS), "tickets.new": _at("/tickets/new", DESK), "tickets.look": _part("/tickets/new/look", DESK),
    "tickets.append": _part("/tickets/new/append", DESK), "tickets.searched": _part("/tickets/searched?q=漏水", READERS), "tickets.search": _at("/search?q=滴水", READERS),
    "tickets.show": [_at(TICKET, READERS), _at("/tickets/{w.complaint.id}", LOOKERS, T)], "tickets.sheet": _at(TICKET + "/print", READERS),
    "tickets.link": _at(TICKET + "/link", DESK), "tickets.file": _part(TICKET + "/files/{w.photo.id}", READERS), "tickets.peek": _at(TICKET + "/preview", READERS),
    "tickets.row": _at(TICKET + "/row", LOOKERS), "tickets.of_customer": _at("/tickets/of-customer/{w.customer.id}", READERS),
    "tickets.ask": [*(_at(f"{TICKET}/{verb}", DESK) for verb in ("wait", "resolve", "cancel", "merge", "assign", "classify")),
                    _at("/tickets/{w.complaint.id}/reopen", DESK, T)],
    "tickets.step": [*(_part(f"{TICKET}/{verb}", DESK) for verb in ("accept", "close")), *(_part(f"{TICKET}/{verb}", (A, T, S)) for verb in ("start", "resume"))],
    "tickets.claim": _part(TICKET + "/claim", DESK), "tickets.hand_over": _part(TICKET + "/owner", DESK), "tickets.beat": _part(TICKET + "/presence", READERS),
    "tickets.draft": _part(TICKET + "/draft", (A, T, S)), "tickets.reply": _part(TICKET + "/reply", (A, T, S)), "tickets.share": _part(TICKET + "/share", DESK),

    "tickets.ledger": _at(TICKET + "/clocks", READERS), "tickets.ledger_part": _part(TICKET + "/clocks/resolution", READERS),
    "tickets.policies": _at("/tickets/policies", (D,)), "tickets.new_policy": _at("/tickets/policies/new", (D,)),
    "tickets.policy": _at("/tickets/policies/{w.policy.id}", (D,)), "tickets.move_policy": _part("/tickets/policies/{w.policy.id}/up", (D,)),

    "visits.index": _at("/visits/", LOOKERS), "visits.today": _at("/visits/today", (T,)), "visits.show": _at(VISIT, READERS),
    "visits.new": _at("/visits/new?ticket={w.ticket.id}", DESK), "visits.move": _at(VISIT + "/move", DESK), "visits.cancel": _at(VISIT + "/cancel", DESK),
    "visits.of_ticket": _at("/visits/of-ticket/{w.ticket.id}", READERS), "visits.photo": _part(VISIT + "/photos/{w.photo.id}", READERS),
    "visits.board": [_at("/visits/board", DESK), _at("/visits/board?visit={w.visit.id}", DESK)], "visits.board_week": _at("/visits/board/week", DESK),
    "visits.report_nobody": _part("/visits/board/nobody", DESK), "visits.repeat": _at(VISIT + "/repeat", DESK),
    "visits.book": _part("/visits/board/book", DESK),
    "visits.decline": _at(VISIT + "/decline", (T,)), "visits.finish": _at(VISIT + "/finish", (T,)),
    **{f"visits.{verb}": _part(f"{VISIT}/{verb}", (T,)) for verb in ("accept", "set_off", "arrive", "call")},
    **{f"visits.{verb}": _part(f"{VISIT}/{verb}", (T,)) for verb in ("late", "undo", "sign", "part", "extra", "payment")},
    "visits.show_sheet": _at(VISIT + "/sheet", (A, T, S)), "visits.pdf_sheet": _part(VISIT + "/sheet.pdf", (A, T, S)), "visits.send_sheet": _part(VISIT + "/send_sheet", (A, T, S)),
    "visits.remove_part": _part(VISIT + "/parts/{w.part.id}/remove", (T,)),
    "field.outbox": _at("/field/outbox", (T,)), "field.deliver": _part("/field/outbox", (T,)), "field.worker": _part("/sw.js", ALL), "field.diag": _at("/diag", (T,)),
    "field.reports": _at("/field/reports", DESK), "field.report": _at("/field/reports/{w.report.id}", (A, T, S), N),
    "field.report_file": _part("/field/reports/{w.report.id}/files/{w.report_file.id}", (A, T, S), N),
    "field.settle": _part("/field/reports/{w.report.id}/settle", DESK),
    "visits.answer": _part(VISIT + "/items/{w.item.id}", (T,)), "visits.add_photos": _part(VISIT + "/photos/before", (T,)),
}.items()}


def pages() -> list[Entry]:
    """What somebody looks at: GET pages."""
    return [entry for entries in ENTRIES.values() for entry in entries if entry.page]
