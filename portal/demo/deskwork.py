"""What agents do around tickets in the sample company: tags, tasks, followers, call-backs, views of their own."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from portal.core import clock
from portal.desk import actions as desk
from portal.teamwork import actions as teamwork
from portal.tickets.models import Ticket

TAGS = ("等照片", "老客户", "需主管看", "质保内", "返工", "加急")
TASKS = (("核对合同里的质保条款", "销售"), ("确认补发配件的时间", "仓库"), ("退还多收的款项", "财务"), ("问产品这批滤网的尺寸", "产品"))
CALLS = (("想改上门时间", False), ("问什么时候能好", True), ("约下午三点后回电", False), ("没接到的来电", True))


def touch(ticket: Ticket, agent: Any) -> None:
    """A few tickets get more than words. Its own chance, so that the story stays as it is."""
    chance = Random(ticket.id)
    if chance.random() < 0.2:
        teamwork.tag(ticket, chance.choice(TAGS), by=agent)
    if chance.random() < 0.03:
        title, department = chance.choice(TASKS)
        task = teamwork.give(ticket, title, department, clock.today() + timedelta(days=2), by=agent)
        if chance.random() < 0.6:
            teamwork.answer(task, True, "已处理", by=agent)
    if chance.random() < 0.05:
        teamwork.watch(ticket, by=agent)


def arrange(agents: list[Any], tickets: list[Ticket]) -> None:
    """On the present day: views of one's own and people who wait for a call."""
    for agent in agents:
        desk.save_view("今天要回的", "view=mine&status=waiting", by=agent)
    for n, (ticket, (words, missed)) in enumerate(zip(tickets, CALLS, strict=False)):
        if ticket.phone is not None:
            desk.add_call(
                ticket.phone.e164, clock.now() + timedelta(minutes=40 * n - 30), by=agents[0], name=ticket.contact_name, words=words, missed=missed,
                customer=ticket.customer, ticket=ticket,
            )
