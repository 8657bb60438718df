"""One small company with something of everything in it, so that every address has a record to show."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from portal.accounts import actions as accounts
from portal.accounts.models import SignedInSession
from portal.calendars import actions as calendars
from portal.calendars.seeds import OFFICE
from portal.catalogue import queries as catalogue
from portal.core import clock, options
from portal.core.access import ANONYMOUS, SYSTEM, Role, customer_actor
from portal.core.activity import Audience
from portal.core.db import db
from portal.core.files import StoredFile
from portal.customers import importing
from portal.desk import actions as desk
from portal.followups.models import FollowUp
from portal.macros import actions as macros
from portal.macros.changes import Changes
from portal.notifications import actions as notifications
from portal.notifications.models import Way
from portal.proposals import actions as proposals
from portal.proposals.models import Naming, Source
from portal.public import actions as public
from portal.replies import actions as replies
from portal.roster import actions as roster
from portal.roster.models import Level
from portal.surveys import actions as surveys
from portal.surveys.models import Survey
from portal.teamwork import actions as teamwork
from portal.tickets import actions as tickets
from portal.tickets import seeds as policies
from portal.tickets import tracking
from portal.tickets.models import ClockPolicy
from portal.visits import proving, reporting
from portal.visits.field_models import Payer
from portal.visits.models import VisitStatus
from tests import cast, make
from tests.public import story
from tests.visits import scene

CUSTOMERS = ("周建国", "欧阳若兰")
PHONES = ("13600017731", "13600017742")


def build() -> Any:
    """Records by name, committed. `people`: role → person."""
    make.catalogue()
    w = SimpleNamespace(area=cast.area())
    w.team = cast.team("浦东班组", w.area)
    first = scene.leak(VisitStatus.ON_SITE)
    first.agent.name, first.technician.name = "林晓", "韩立"
    w.ticket, w.visit, w.item = first.ticket, first.visit, next(i for i in first.visit.items if i.kind == "check")
    w.customer, w.site, w.phone = w.ticket.customer, w.ticket.site, w.ticket.phone
    w.people = {
        Role.AGENT: first.agent, Role.TECHNICIAN: first.technician, Role.SUPERVISOR: cast.supervisor(team=w.team, leads=True),
        Role.ANALYST: cast.analyst(), Role.ADMINISTRATOR: cast.administrator(),
    }
    scene.actions.add_photos(w.visit, "before", [scene.received()], by=w.visit.technician)
    make.ticket(w.customer, "同一户的窗户关不上", by=first.agent)
    _solved(w)
    _proposed(w)
    _asked_and_told(w)
    w.template = replies.add("已收到", "{称呼}您好，已登记。", by=SYSTEM)
    w.task = teamwork.give(w.ticket, "查合同", "销售", clock.today(), by=w.people[Role.AGENT], owner=w.people[Role.ADMINISTRATOR])
    w.link = teamwork.link(w.ticket, w.complaint, by=w.people[Role.AGENT])
    w.reminder = teamwork.remind(clock.now() + timedelta(hours=1), by=w.people[Role.AGENT], ticket=w.ticket)
    w.macro = macros.add("交给我", Changes(owner="me"), by=SYSTEM)
    w.run = macros.begin(Changes(add_tags="漏水"), [w.ticket.id], by=w.people[Role.AGENT])
    _hours(w)
    w.view = desk.save_view("漏水", "view=all", by=w.people[Role.AGENT])
    w.call = desk.add_call("+8613600017755", clock.now(), by=w.people[Role.AGENT], name="马女士")
    w.handover = desk.hand_over(cast.agent("石青"), None, "病假", by=w.people[Role.SUPERVISOR])
    w.part = proving.use_part(w.visit, "管卡", 2, 300, Payer.CUSTOMER, by=w.visit.technician)
    w.report = reporting.keep_apart(_late_report(w), w.visit, "已改派", by=w.visit.technician)
    w.over = scene.leak(VisitStatus.DONE).visit
    w.over_token = tracking.link_of(w.over.ticket).token
    w.report_file = reporting.files_of(w.report)[0]
    w.colleague = cast.technician("石磊")
    _kept(w)
    db.session.commit()
    return w


def _late_report(w: Any) -> reporting.Report:
    return reporting.Report("late-report-key", w.visit.id, "photos_after", clock.now(), clock.now(), {}, [scene.received()])


def _kept(w: Any) -> None:
    """Hours, a skill and leave of the colleague."""
    boss = w.people[Role.SUPERVISOR]
    roster.set_hours(w.colleague, range(7), (540, 1080, 720, 780), by=boss)
    w.skill = roster.add_skill(by=boss, name="玻璃", name_en="Glass", certificate=True, services=[w.service.id])
    roster.grant(w.colleague, w.skill, Level.SKILLED, "Z-1", clock.today(), by=boss)
    w.leave = roster.add_leave(w.colleague, clock.now(), clock.now() + timedelta(days=1), by=boss)


def _hours(w: Any) -> None:
    """A calendar, and a day that differs."""
    administrator = w.people[Role.ADMINISTRATOR]
    w.calendar = calendars.add(name="班组日历", name_en="", week=OFFICE, teams=[w.team.id], by=administrator)
    policies.load()
    w.policy = db.session.scalars(select(ClockPolicy)).first()
    w.calendar_day = calendars.set_day(date(2027, 2, 14), True, note="春节调休", by=administrator)


def own_sessions(w: Any) -> None:
    """The agent's own session, once signed in."""
    w.session_id = db.session.scalars(select(SignedInSession.id).where(SignedInSession.person_id == w.people[Role.AGENT].id)).first()


def _solved(w: Any) -> None:
    """A complaint with its survey and call, and another one already rated; photos of the customer."""
    who = make.customer(CUSTOMERS[1], PHONES[1])
    w.complaint = story.resolved("complaint", customer=who, files=[scene.received()])
    w.survey, w.follow_up = _of(Survey, w.complaint), _of(FollowUp, w.complaint)
    rated = _of(Survey, story.resolved("complaint", customer=make.customer(CUSTOMERS[1], PHONES[0])))
    surveys.answer(rated, {"overall": 2}, by=customer_actor("欧阳女士"))
    w.rated, w.token = rated.token, tracking.link_of(w.complaint).token
    w.file = db.session.scalars(select(StoredFile).where(StoredFile.ticket_id == w.complaint.id, StoredFile.audience == Audience.PUBLIC)).first()
    w.photo = db.session.scalars(select(StoredFile).where(StoredFile.ticket_id == w.ticket.id)).first()


def _of(model: Any, ticket: Any) -> Any:
    return db.session.scalars(select(model).where(model.ticket_id == ticket.id)).one()


def _proposed(w: Any) -> None:
    words = ("空调洗完没试水，第二天滴水", "空调洗后一律通水 5 分钟")
    w.proposal = proposals.submit("", *words, by=w.people[Role.TECHNICIAN], files=[scene.received()])
    w.proposal_photo = db.session.scalars(
        select(StoredFile).where(StoredFile.subject_type == "proposal", StoredFile.subject_id == w.proposal.id)
    ).first()
    boss = w.people[Role.SUPERVISOR]
    w.tried = proposals.submit("", "师傅到门口才知道没位置停车", "派单时写明停车位置", by=w.people[Role.AGENT])
    trial = proposals.Trial(w.team, clock.today(), clock.today() + timedelta(days=27), figures=("complaints",))
    proposals.decide(w.tried, "trial", "试四周", by=boss, trial=trial)
    proposals.decide(w.tried, "adopt", "推开", by=boss, owner=boss, due_on=clock.today() + timedelta(days=30))
    proposals.plan_steps(w.tried, ["改话术", "通知全员"], by=boss)
    w.step = w.tried.steps[0]
    options.put("proposals.public_page", True)
    w.suggestion = "".join(tracking.new_token())
    proposals.submit("", *words, by=ANONYMOUS, naming=Naming.ANONYMOUS, source=Source.CUSTOMER, token=w.suggestion)


def _asked_and_told(w: Any) -> None:
    """A request on its check page, an import, a reset link, a notice, a message."""
    values = {**story.typed(), "region": "", "k": ""}
    held = public.hold(values, [scene.received()], "a" * 32)
    w.pending = held.token
    w.pending_photo = db.session.scalars(select(StoredFile).where(StoredFile.subject_type == "pending_request")).first()
    w.batch = importing.receive("customers", "客户.csv", [["姓名", "电话"], ["马丽", "13300004471"]], by=w.people[Role.SUPERVISOR])
    w.reset = accounts.make_reset_link(w.people[Role.ANALYST], by=w.people[Role.ADMINISTRATOR])
    w.notice = notifications.tell(w.people[Role.AGENT].id, "Visit accepted", url="/tickets/")
    w.message = notifications.send(Way.SMS, PHONES[1], "您好")
    w.service = next(s for s in catalogue.services() if s.items)
    w.category, w.kind, w.stage, w.cause = catalogue.roots()[0], catalogue.kinds()[0], catalogue.stages()[0], catalogue.causes()[0]
