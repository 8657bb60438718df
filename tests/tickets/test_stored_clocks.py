"""Whatever is done in whatever order: the stored clocks are the recomputed ones, and the next due moment is the nearest of them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from portal.calendars import actions as calendars
from portal.catalogue import queries as catalogue
from portal.catalogue.models import Priority
from portal.core import clock as wall
from portal.core.access import SYSTEM
from portal.core.activity import Activity
from portal.core.errors import Refused
from portal.tickets import actions, clocks, escalation, policies, promises, recomputing, seeds
from tests import cast, make

HISTORIES, DEEDS = 25, 12


def deeds(session, rng: Random, agent, ticket):
    """What can happen to a ticket and around it, as one likes."""
    cause = catalogue.causes()[0]
    rule = rng.choice([r for r in promises.all_policies() if r.active])
    return rng.choice((
        lambda: actions.accept(ticket, by=agent), lambda: actions.start(ticket, by=agent),
        lambda: actions.wait(ticket, "等客户拍照", by=agent), lambda: actions.resume(ticket, by=agent),
        lambda: actions.customer_words(ticket, "照片发了", by=SYSTEM), lambda: actions.reply(ticket, "明天上午到", by=agent),
        lambda: actions.resolve(ticket, cause, "换了密封圈", by=agent, tell=False), lambda: actions.reopen(ticket, "又漏了", by=agent),
        lambda: _finish_a_visit(session, ticket), lambda: actions.report_result(ticket, "修好了", by=agent),
        lambda: actions.classify(ticket, by=agent, kind_code=ticket.kind_code, category=None, stage_id=None, urgency=ticket.urgency,
                                 impact=ticket.impact, priority=rng.choice(list(Priority)), reason="客户说"),
        lambda: escalation.climb(100), lambda: escalation.climb(100),
        lambda: policies.change(rule, by=SYSTEM, minutes=rng.choice((30, 600, 3000)), hours=rng.choice(("always", "team"))),
        lambda: calendars.set_day(date(2026, 11, 19) + timedelta(days=rng.randrange(6)), rng.random() < 0.5, note="调整", by=SYSTEM),
    ))


def _finish_a_visit(session, ticket) -> None:
    """What the end of a visit leaves behind for the clocks."""
    row = Activity(at=wall.now(), verb="visit.finished", actor_kind="system", subject_type="visit", subject_id=1, ticket_id=ticket.id, data={})
    session.add(row)
    session.flush()
    clocks.refresh(ticket)


@pytest.mark.parametrize("seed", range(4))
def test_stored_and_recomputed_agree_after_every_deed(app, clock, db, seed):
    rng = Random(seed)
    make.catalogue()
    seeds.load()
    agent, taken = cast.agent(), 0
    for _n in range(HISTORIES // 4):
        ticket = make.ticket(priority=rng.choice(list(Priority)), owner=agent)
        for _m in range(DEEDS):
            clock.shift(rng.choice((60, 1800, 7200, 40_000, 90_000)))
            try:
                deeds(db, rng, agent, ticket)()
                taken += 1
            except Refused:
                pass
            db.flush()
            assert recomputing._difference(ticket) == ""
            assert ticket.next_due_at == min((c.due_at for c in ticket.clocks if c.due_at), default=clocks.NEVER)
    assert taken > 30
