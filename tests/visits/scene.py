"""An agent, a technician, and a leak whose standard asks for two checks and a photo before and after."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from PIL import Image

from portal.catalogue.models import ItemKind, Service, ServiceGroup, Slot, StandardItem
from portal.core import clock, files
from portal.core.db import db
from portal.visits import actions
from portal.visits.models import Answer, VisitStatus
from tests import cast, make


def leak(at: VisitStatus | None = VisitStatus.SCHEDULED, starts_in: timedelta = timedelta(hours=1)) -> Any:
    """`visit` taken as far as `at` (None: no visit yet). Also: agent, technician, ticket, service."""
    agent, technician = cast.agent(), cast.technician()
    ticket = make.ticket(make.customer("周建国", salutation="周先生"), service=_service(), owner=agent, by=agent)
    scene = SimpleNamespace(agent=agent, technician=technician, ticket=ticket, visit=None)
    if at is not None:
        scene.visit = make.visit(ticket, technician, clock.now() + starts_in, by=agent)
        take_to(scene.visit, at)
    db.session.commit()
    return scene


def _service() -> Service:
    made = Service(name="空调维修", name_en="Air conditioner", group=ServiceGroup.SPECIAL, minutes=90, bring="吸水机", items=[
        StandardItem(name="断电，拆面板", name_en="Power off", kind=ItemKind.CHECK, required=True, position=0),
        StandardItem(name="试机制冷", name_en="Test run", kind=ItemKind.CHECK, required=False, position=1),
        StandardItem(name="作业前", name_en="Before", kind=ItemKind.PHOTO, slot=Slot.BEFORE, minimum=1, position=2),
        StandardItem(name="作业后", name_en="After", kind=ItemKind.PHOTO, slot=Slot.AFTER, minimum=1, position=3),
    ])
    db.session.add(made)
    db.session.flush()
    return made


WAY = (VisitStatus.SCHEDULED, VisitStatus.ACCEPTED, VisitStatus.ON_THE_WAY, VisitStatus.ON_SITE)


def take_to(visit: Any, status: VisitStatus) -> None:
    """Along the usual way, by the people whose work it is."""
    who = visit.technician
    if status in WAY:
        for step in (actions.accept, actions.set_off, actions.arrive)[: WAY.index(status)]:
            step(visit, by=who)
        return
    if status is VisitStatus.CANCELLED:
        return actions.cancel(visit, "客户改主意", by=cast.agent())
    if status is VisitStatus.DECLINED:
        return actions.decline(visit, "车坏了", by=who)
    take_to(visit, VisitStatus.ON_SITE)
    if status is VisitStatus.DONE:
        complete(visit)
    actions.finish(visit, status, "管道已接好", "等配件", 10, by=who)


def complete(visit: Any) -> None:
    """Everything that the standard asks for."""
    for item in visit.items:
        if item.kind == "check":
            actions.answer(visit, item, Answer.YES, by=visit.technician)
    for slot in ("before", "after"):
        actions.add_photos(visit, slot, [received()], by=visit.technician)


def photo(place: bool = True) -> bytes:
    """A JPEG with a place in its EXIF data."""
    picture, out = Image.new("RGB", (64, 48), "teal"), io.BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x010E] = "at home"
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


def received() -> files.Received:
    return files.Received("photo.jpg", "image/jpeg", photo(place=False), 64, 48)
