"""Two technicians on one visit: the second one sees it on the phone, is told, documents; the steps stay with whoever leads."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from portal.core import clock
from portal.core.activity import Activity
from portal.core.db import db as database
from portal.core.errors import Forbidden
from portal.notifications.models import Notice, OutMessage
from portal.visits import actions, proof, proving, queries
from portal.visits.field_models import Unsigned
from portal.visits.models import Answer, VisitStatus
from tests import cast
from tests.visits.scene import leak, received, take_to
from tests.visits.test_outbox import Phone, picture
from tests.visits.test_pages import as_

S = VisitStatus


def two(at: VisitStatus = S.SCHEDULED) -> SimpleNamespace:
    scene = leak(None)
    scene.second = cast.technician("赵磊")
    start = clock.now() + timedelta(hours=1)
    scene.visit = actions.plan(scene.ticket, scene.technician, start, start + timedelta(hours=1), by=scene.agent, second=scene.second)
    take_to(scene.visit, at)
    database.session.commit()
    return scene


def told(db, person) -> list[str]:
    return [n.words for n in db.query(Notice).filter_by(person_id=person.id).order_by(Notice.id)]


def test_the_second_one_sees_the_visit_and_its_ticket_and_is_told(app, db, browser, clock):
    scene = two()
    assert [w[:14] for w in told(db, scene.second)] == ["You come along"]
    page = as_(browser, scene.second).visit("/visits/today")
    assert page.has("你与王建国同行")
    assert "出发" not in page.buttons()
    assert browser.visit(f"/visits/{scene.visit.id}").has("这一单由王建国负责")
    browser.visit(f"/visits/of-ticket/{scene.ticket.id}")


def test_both_are_named_to_the_technician_and_to_the_desk(app, browser, clock):
    scene = two()
    assert as_(browser, scene.technician).visit("/visits/today").has("赵磊 同行")
    assert as_(browser, scene.agent).visit(f"/visits/{scene.visit.id}").has("王建国，与赵磊一起")


@pytest.mark.once
def test_the_second_one_documents_and_the_steps_stay_with_the_technician(app, clock):
    scene = two(S.ON_SITE)
    visit, by = scene.visit, scene.second
    actions.answer(visit, proof.checks(visit)[0], Answer.YES, by=by)
    actions.add_photos(visit, "before", [received()], by=by)
    assert [p.slot for p in queries.photos_of(visit)] == ["before"]
    for refused in (
        lambda: proving.sign(visit, "好了", None, unsigned=Unsigned.ABSENT, by=by), lambda: actions.finish(visit, S.DONE, "好了", by=by),
        lambda: proving.use_part(visit, "软管", 1, 100, "customer", by=by), lambda: actions.finish(visit, S.NO_ACCESS, "", "没人", 5, by=by),
    ):
        with pytest.raises(Forbidden):
            refused()


@pytest.mark.once
@pytest.mark.parametrize("at, step", [(S.SCHEDULED, actions.accept), (S.ACCEPTED, actions.set_off), (S.ON_THE_WAY, actions.arrive)])
def test_the_second_one_takes_no_step(app, clock, at, step):
    scene = two(at)
    with pytest.raises(Forbidden):
        step(scene.visit, by=scene.second)


@pytest.mark.once
def test_somebody_else_does_not_document(app, clock):
    scene = two(S.ON_SITE)
    with pytest.raises(Forbidden):
        actions.add_photos(scene.visit, "before", [received()], by=cast.technician("李强"))


def test_the_pages_of_steps_are_closed_to_the_second_one(app, browser, clock):
    scene = two(S.ON_SITE)
    browser = as_(browser, scene.second)
    assert browser.visit(f"/visits/{scene.visit.id}").all("#finish, #sign, #parts") == []
    for path in ("finish", "decline"):
        browser.visit(f"/visits/{scene.visit.id}/{path}", status=403)


def test_photos_of_the_second_one_come_from_an_outbox_too(app, db, clock):
    scene = two(S.ON_SITE)
    phone = Phone(app, scene.second)
    assert phone.send(scene.visit, "photos_before", **picture()).json["state"] == "done"
    assert phone.send(scene.visit, "answer", item=proof.checks(scene.visit)[0].id, answer="yes").json["state"] == "done"
    assert phone.send(scene.visit, "arrive").json["state"] == "conflict"


def test_whoever_no_longer_comes_along_keeps_the_evidence_as_a_report(app, db, clock):
    scene = two(S.ACCEPTED)
    start = scene.visit.starts_at
    actions.move(scene.visit, scene.technician, start, scene.visit.ends_at, by=scene.agent, second=None)
    db.commit()
    said = Phone(app, scene.second).send(scene.visit, "photos_before", **picture()).json
    assert (said["state"], "王建国" in said["sentence"]) == ("conflict", True)


def test_another_companion_changes_nothing_for_the_customer_and_the_technician(app, db, clock):
    scene, other = two(S.ACCEPTED), cast.technician("李强")
    messages = db.query(OutMessage).count()
    actions.move(scene.visit, scene.technician, scene.visit.starts_at, scene.visit.ends_at, by=scene.agent, second=other)
    db.commit()
    assert (scene.visit.status, db.query(OutMessage).count()) == (S.ACCEPTED, messages)
    assert told(db, scene.second)[-1].startswith("You need not")
    assert told(db, other)[-1].startswith("You come along")
    assert db.query(Activity).filter_by(verb="visit.second_changed").one().data["second"] == "李强"


@pytest.mark.parametrize("what", ["moved", "cancelled", "declined", "late"])
def test_the_second_one_hears_of_every_change(app, db, clock, what):
    scene = two()
    visit, hour = scene.visit, timedelta(hours=1)
    before = len(told(db, scene.second))
    {
        "moved": lambda: actions.move(visit, scene.technician, visit.starts_at + hour, visit.ends_at + hour, by=scene.agent, second=scene.second),
        "cancelled": lambda: actions.cancel(visit, "客户改主意", by=scene.agent), "declined": lambda: actions.decline(visit, "车坏了", by=scene.technician),
        "late": lambda: proving.run_late(visit, 30, by=scene.technician),
    }[what]()
    db.commit()
    assert len(told(db, scene.second)) == before + 1
