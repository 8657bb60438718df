"""What the sample's technicians bring back: parts, extra work, money, signatures; and today's cases that the desk has to look at."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import lru_cache
from random import Random
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from portal.accounts.models import Person
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.files import Received
from portal.demo.pictures import photo
from portal.roster.models import Skill
from portal.visits import accounting, actions, planning, proving, reporting
from portal.visits.field_models import PaidBy, Payer, Unsigned
from portal.visits.models import Visit, VisitStatus

S = VisitStatus
RECENT = timedelta(days=3)
PARTS = (("排水软管 16 mm", 1200), ("管卡", 300), ("密封胶", 2600), ("角阀", 4500), ("空开 C16", 3800), ("滤网", 1800))
EXTRAS = (("顺带更换厨房角阀", 8000), ("清洗第二台内机", 12000), ("补一处踢脚线", 6000))


@lru_cache(maxsize=4)
def signature(number: int) -> Received:
    """Some strokes that could be a name."""
    rng, picture, out = Random(number), Image.new("RGB", (480, 160), "white"), io.BytesIO()
    draw, x = ImageDraw.Draw(picture), 60
    for _stroke in range(7):
        points = [(x + rng.randint(-12, 50), rng.randint(25, 135)) for _n in range(4)]
        draw.line(points, fill=(20, 20, 50), width=5, joint="curve")
        x += 48
    picture.save(out, "PNG")
    return Received("signature.png", "image/png", out.getvalue(), 480, 160)


def sign_off(visit: Visit, words: str, until: Any) -> None:
    """Parts, money and signature of a visit of the last days; older ones are left as they are, the sample has to load quickly."""
    if until - clock.now() > RECENT:
        return
    rng, who, customer = Random(visit.id), visit.technician, visit.ticket.customer
    for name, cents in rng.sample(PARTS, rng.choice((0, 1, 1, 2))):
        proving.use_part(visit, name, rng.randint(1, 2), cents, rng.choice((Payer.CUSTOMER, Payer.CUSTOMER, Payer.WARRANTY)), by=who)
    if rng.random() < 0.2:
        proving.agree(visit, *rng.choice(EXTRAS), customer.name, signature(visit.id % 4), by=who)
    due = accounting.due_of(visit)
    proving.settle(visit, due, rng.choice((PaidBy.WECHAT, PaidBy.ALIPAY)) if due else PaidBy.NOTHING, by=who)
    signed = rng.random() < 0.85
    proving.sign(visit, words, signature(visit.id % 4) if signed else None, customer.name if signed else "", None if signed else Unsigned.ABSENT, by=who)


def arrange(story: Any, people: dict[str, Person]) -> None:
    """Today: one runs late and is not alone, one found work for a specialist, one phone came too late."""
    with clock.at(clock.now() - timedelta(minutes=100)):
        _specialist(story, people)
    first = _given(story, people, ("wangjianguo", "zhaotiezhu"), 0)
    if first is not None:
        actions.accept(first, by=first.technician)
        proving.run_late(first, 30, by=first.technician)
        _accompanied(first, people)
    for hours in (2, 4):
        _given(story, people, ("wangjianguo", "zhaotiezhu"), hours)
    late = _given(story, people, ("sunyumei", "liuchanghe"), 1)
    if late is not None:
        _too_late(late)


def _given(story: Any, people: dict[str, Person], usernames: tuple[str, ...], hours: int) -> Visit | None:
    """A new request for the first of these who has time then."""
    ticket = story.taken_in()
    when = planning.proposal(ticket)
    start = clock.moment(when["day"], when["start"]) + timedelta(hours=hours)
    for username in usernames:
        try:
            with db.session.begin_nested():
                return actions.plan(ticket, people[username], start, start + timedelta(minutes=90), by=people["linxiao"], despite="客户只有这个时间")
        except Refused:
            continue
    return None


def _accompanied(visit: Visit, people: dict[str, Person]) -> None:
    for username in ("liuchanghe", "zhaotiezhu"):
        try:
            with db.session.begin_nested():
                return actions.move(visit, visit.technician, visit.starts_at, visit.ends_at, by=people["linxiao"], second=people[username], despite="两个人抬")
        except Refused:
            continue
    return None


def _too_late(visit: Visit) -> None:
    now = clock.now()
    report = reporting.Report(f"demo-report-{visit.id}", visit.id, "photos_before", now - timedelta(minutes=50), now, {}, [photo("before", 1)])
    reporting.keep_apart(report, visit, f"这次上门现在是：{visit.status.word}，{actions.window(visit)}。", by=visit.technician)


def _specialist(story: Any, people: dict[str, Person]) -> None:
    visit = _given(story, people, ("mahuilan", "zhaotiezhu", "wangjianguo"), 0)
    skill = db.session.scalars(select(Skill).where(Skill.name == "玻璃")).first()
    if visit is None or skill is None or visit.starts_at > clock.now() + timedelta(hours=1):
        return
    who = visit.technician
    for minutes, step in ((3, actions.accept), (20, actions.set_off), (40, actions.arrive)):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            step(visit, by=who)
    with clock.at(clock.now() + timedelta(minutes=80)):
        actions.finish(visit, S.NEEDS_SPECIALIST, "已拆开检查，先做了临时固定", "中空玻璃要整片更换，需要会换玻璃的师傅", skill=skill, by=who)
