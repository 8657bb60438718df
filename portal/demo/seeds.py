"""The sample company in one go: same seed and day, same rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select, update

from portal.accounts import queries as accounts
from portal.accounts.models import Area
from portal.calendars import actions as calendars
from portal.catalogue import seeds as catalogue
from portal.core import clock, options
from portal.core.access import SYSTEM
from portal.core.db import db
from portal.demo import customers, deskwork, fieldwork, people, proposing, rosters
from portal.demo.stage import Stage
from portal.demo.story import DAYS, Story
from portal.macros import seeds as macros
from portal.notifications.models import Delivery, OutMessage
from portal.replies import seeds as replies
from portal.tickets import escalation
from portal.tickets import seeds as tickets
from portal.tickets.models import OPEN, Ticket

SEED, AT_ONCE, HOURS = 20_261_122, 1000, 15  # from seven to ten at night


def load(now: datetime) -> dict[str, int]:
    """Tell the sixty days up to `now`. The caller's transaction holds it all: a broken-off load leaves nothing."""
    rng, first = Random(SEED), clock.local(now).date() - timedelta(days=DAYS)
    with clock.at(clock.moment(first, datetime.min.time().replace(hour=7))):
        _company()
        made = people.make()
        rosters.keep(made, clock.local(now).date())
        _hours()
        rows = customers.make(rng, list(db.session.scalars(select(Area).order_by(Area.id))))
        stage = Stage(now)
        story = Story(rng, stage, made, rows)
        story.fill(first)
        for hour in (h for h in range(DAYS * 24) if h % 24 < HOURS):  # what the jobs would have done meanwhile, while anybody looks
            stage.at(clock.now() + timedelta(hours=hour), lambda: escalation.climb(AT_ONCE))
        proposing.fill(rng, stage, made, first)
    refused = stage.play()
    story.leave_some()
    newest = select(Ticket).where(Ticket.status.in_(OPEN)).order_by(Ticket.id.desc()).limit(4)
    deskwork.arrange(story.agents, list(db.session.scalars(newest).unique()))
    fieldwork.arrange(story, made)
    rosters.send_away(made, clock.local(now).date())
    proposing.start_trial(made, now)
    _deliver()
    return {"customers": len(rows), "refused": refused}


def _company() -> None:
    catalogue.load()
    tickets.load()
    replies.load()
    macros.load()
    for name, value in (("company.name", "悦邻到家"), ("company.hotline", "021 5555 0110"), ("company.hours", "7:00–22:00"), ("proposals.goal_collected", 500),
                        ("proposals.goal_adopted", 200), ("proposals.public_page", True)):
        options.put(name, value)


def _hours() -> None:
    """Teams work in homes every day of the week; the office keeps office hours."""
    teams = [team.id for team in accounts.teams()]
    calendars.add(name="上门班组", name_en="Field teams", week=[[[8 * 60, 20 * 60]]] * 7, holidays=False, teams=teams, by=SYSTEM)


def _deliver() -> None:
    """What was sent in the past has arrived; the sample sends nothing out."""
    arrived = update(OutMessage).where(OutMessage.state == Delivery.QUEUED).values(state=Delivery.SENT, sent_at=OutMessage.queued_at, tries=1)
    db.session.execute(arrived)
