"""The reply templates that are shipped, in the company's language."""

from __future__ import annotations

from sqlalchemy import select

from portal.core.db import db
from portal.replies.models import ReplyTemplate

TEMPLATES = (
    ("已收到", "{称呼}您好，您反映的「{问题}」已登记，工单号 {工单号}，由 {我} 为您跟进，{解决时限}前给您答复。"),
    ("已约上门", "{称呼}您好，{师傅}师傅将于 {上门时间} 上门，出发前会联系您。需要改时间，请点 {链接} 告诉我们。"),
    ("请补照片", "{称呼}您好，为了带齐工具和配件，请在 {链接} 上传一两张现场照片，拍清楚出问题的位置。"),
    ("师傅会晚到", "{称呼}您好，{师傅}师傅因上一单耽误会晚到，很抱歉让您久等。新的时间确定后马上告诉您。"),
    ("致歉", "{称呼}您好，这次没有做好，给您添麻烦了，我们向您道歉。{我} 会一直跟到问题解决。"),
    ("处理完成", "{称呼}您好，「{问题}」已处理好。三天内如果又出现，请点 {链接}，或拨打 {热线}。"),
    ("等您回复", "{称呼}您好，我们还需要您确认一件事：。您回复后马上继续处理。"),
    ("联系不上", "{称呼}您好，刚才打您的电话没有接通。方便时请回电 {热线}，报工单号 {工单号} 即可。"),
)
IN_ENGLISH = (
    ("Received", "Hello {customer}, we have noted “{title}”, number {number}. {me} looks after it and answers before {due}."),
    ("Visit arranged", "Hello {customer}, {technician} comes on {window} and calls before setting off. For another time use {link}."),
    ("Photos wanted", "Hello {customer}, so that we bring the right tools and parts, add one or two photos of the place at {link}."),
    ("Technician is late", "Hello {customer}, the visit before took longer and {technician} is late. We are sorry and tell you the new time at once."),
    ("Apology", "Hello {customer}, this was not done well, and we are sorry for the trouble. {me} stays with it until it is solved."),
    ("Solved", "Hello {customer}, “{title}” is solved. If it comes back within three days, use {link} or call {hotline}."),
    ("Answer wanted", "Hello {customer}, one thing we need to know from you: . We go on as soon as you answer."),
    ("Not reached", "Hello {customer}, we could not reach you by phone just now. Call {hotline} when it suits you; the number {number} is enough."),
)


def load(language: str = "zh_CN") -> None:
    """Idempotent: does nothing when a template exists."""
    if db.session.scalars(select(ReplyTemplate.id)).first() is None:
        shipped = IN_ENGLISH if language == "en" else TEMPLATES
        db.session.add_all(ReplyTemplate(name=name, body=body, position=i) for i, (name, body) in enumerate(shipped))
        db.session.flush()
