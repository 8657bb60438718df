"""What phones deliver late: once each, by its own person, at its own time; and what no longer fits is kept for both sides."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from portal.core.activity import Activity
from portal.core.files import StoredFile
from portal.core.forms import new_key
from portal.notifications.models import Delivery, Notice, OutMessage
from portal.visits import accounting, actions, proving, reporting
from portal.visits.field_models import CheckIn, FieldReport, Payer, ReportState
from portal.visits.models import VisitStatus
from tests import cast
from tests.visits.scene import leak, photo

S = VisitStatus


class Phone:
    """An outbox without a browser. `ahead`: seconds that its clock is fast."""

    def __init__(self, app, person, ahead: int = 0):
        self.client, self.person, self.ahead = cast.signed_in(app.test_client(), person), person, timedelta(seconds=ahead)

    def send(self, visit, kind: str, /, key: str = "", ago: int = 0, person=None, **fields):
        now = datetime.now(UTC) + self.ahead
        about = {"visit": visit.id, "person": getattr(person or self.person, "id", None), "kind": kind, "device_at": (now - timedelta(seconds=ago)).isoformat(), "sent_at": now.isoformat()}
        return self.client.post("/field/outbox", data=about | fields, headers={"Idempotency-Key": key or new_key()}, content_type="multipart/form-data")


def picture(name="photos"):
    return {name: (io.BytesIO(photo()), "1.jpg")}


def test_a_step_is_taken_at_the_time_when_it_was_done(app, db, clock):
    scene = leak(S.ACCEPTED)
    answer = Phone(app, scene.technician).send(scene.visit, "set_off", ago=0)
    assert (answer.status_code, answer.json["state"]) == (200, "done")
    assert scene.visit.status is S.ON_THE_WAY
    assert abs((scene.visit.set_off_at - clock_now()).total_seconds()) < 5


def clock_now():
    return datetime.now(UTC)


def test_an_hour_in_a_cellar_shifts_the_times_and_sends_no_stale_message(app, db, clock):
    scene = leak(S.ACCEPTED)
    clock.shift(3600)
    phone = Phone(app, scene.technician)
    phone.send(scene.visit, "set_off", ago=3000)
    phone.send(scene.visit, "arrive", ago=2400)
    assert [round((clock_now() - at).total_seconds() / 60) for at in (scene.visit.set_off_at, scene.visit.arrived_at)] == [50, 40]
    late = db.query(OutMessage).filter(OutMessage.once_key.like("visit-%")).order_by(OutMessage.id.desc()).limit(2)
    assert {m.state for m in late} == {Delivery.DROPPED}


def test_the_same_item_again_gets_the_same_answer_and_has_one_effect(app, db, clock):
    scene = leak(S.ON_SITE)
    phone, key = Phone(app, scene.technician), new_key()
    made = [phone.send(scene.visit, "photos_before", key=key, device_at="2026-11-18T02:00:00Z", **picture()).json for _ in range(3)]
    assert made[0] == made[1] == made[2]
    assert db.query(StoredFile).filter_by(subject_type="visit", slot="before").count() == 1
    assert db.query(FieldReport).count() == 1


def test_a_key_with_another_file_is_refused(app, db, clock):
    scene = leak(S.ON_SITE)
    phone, key = Phone(app, scene.technician), new_key()
    phone.send(scene.visit, "photos_before", key=key, device_at="2026-11-18T02:00:00Z", **picture())
    other = phone.send(scene.visit, "photos_before", key=key, device_at="2026-11-18T02:00:00Z", photos=(io.BytesIO(photo(place=False)), "1.jpg"))
    assert (other.status_code, other.json["state"]) == (422, "refused")
    assert db.query(StoredFile).filter_by(subject_type="visit").count() == 1


def test_nothing_is_sent_as_somebody_else(app, db, clock):
    scene = leak(S.ACCEPTED)
    other = cast.technician("李强")
    answer = Phone(app, other).send(scene.visit, "set_off", person=scene.technician)
    assert (answer.status_code, answer.json["state"]) == (409, "other_person")
    assert scene.visit.status is S.ACCEPTED


def test_signed_out_it_is_told_to_sign_in_and_nothing_happens(app, db, clock):
    scene = leak(S.ACCEPTED)
    phone = Phone(app, scene.technician)
    phone.client = app.test_client()
    assert phone.send(scene.visit, "set_off").status_code == 303
    assert db.query(FieldReport).count() == 0


def test_a_strangers_visit_is_not_there(app, db, clock):
    scene = leak(S.ACCEPTED)
    assert Phone(app, cast.technician("李强")).send(scene.visit, "set_off").status_code == 404
    assert db.query(FieldReport).count() == 0


def _given_away(scene):
    other = cast.technician("李强")
    actions.move(scene.visit, other, scene.visit.starts_at, scene.visit.ends_at, by=scene.agent)
    return other


def _cancelled(scene):
    actions.cancel(scene.visit, "客户改主意", by=scene.agent)


@pytest.mark.parametrize("meanwhile", [_given_away, _cancelled])
def test_what_no_longer_fits_is_kept_with_its_photos_for_technician_and_desk(app, db, clock, meanwhile):
    scene = leak(S.ACCEPTED)
    meanwhile(scene)
    before = scene.visit.status
    phone = Phone(app, scene.technician)
    assert phone.send(scene.visit, "set_off").json["state"] == "conflict"
    answer = phone.send(scene.visit, "photos_before", **picture()).json
    assert answer["state"] == "conflict"
    assert phone.client.get(answer["url"]).status_code == 200
    assert scene.visit.status is before
    report = db.query(FieldReport).filter_by(kind="photos_before").one()
    assert [f.slot for f in reporting.files_of(report)] == ["photos_before"]
    assert db.query(Activity).filter_by(verb="visit.report_kept", ticket_id=scene.ticket.id).count() == 2
    assert db.query(Notice).filter(Notice.person_id == scene.agent.id, Notice.words.like("%phone%")).count() == 2
    desk = cast.signed_in(app.test_client(), scene.agent)
    assert desk.get(answer["url"]).status_code == 200
    desk.post(answer["url"] + "/settle", data={"key": new_key()})
    assert report.state is ReportState.SETTLED


def test_a_refused_item_says_why_and_can_be_handed_to_the_desk(app, db, clock):
    scene = leak(S.ON_SITE)
    phone, item = Phone(app, scene.technician), scene.visit.items[0]
    refused = phone.send(scene.visit, "answer", item=item.id, answer="no")
    assert (refused.status_code, refused.json["state"]) == (422, "refused")
    assert db.query(FieldReport).count() == 0
    assert phone.send(scene.visit, "answer", item=item.id, answer="no", hand_over="请代填").json["state"] == "conflict"
    assert db.query(FieldReport).one().reason == "请代填"


def test_done_needs_a_signature_or_a_reason_also_from_an_outbox(app, db, clock):
    scene = leak(S.ON_SITE)
    phone = Phone(app, scene.technician)
    fields = {"outcome": "partly_done", "result": "接了一半", "reason": "缺配件"}
    assert phone.send(scene.visit, "finish", **fields).json["state"] == "refused"
    assert phone.send(scene.visit, "sign", words="接了一半", name="周先生", **picture("picture")).json["state"] == "done"
    assert phone.send(scene.visit, "finish", **fields).json["state"] == "done"
    assert scene.visit.status is S.PARTLY_DONE


def test_a_wrong_clock_is_put_right_and_marked(app, db, clock):
    scene = leak(S.ACCEPTED)
    answer = Phone(app, scene.technician, ahead=1200).send(scene.visit, "set_off").json
    assert round(answer["skew"], -1) == 1200
    assert abs((scene.visit.set_off_at - clock_now()).total_seconds()) < 5
    assert round(reporting.skewed_by(scene.visit), -1) == 1200


def test_the_place_comes_along_only_when_it_is_given_and_never_holds_up_the_arrival(app, db, clock):
    scene = leak(S.ON_THE_WAY)
    Phone(app, scene.technician).send(scene.visit, "arrive", latitude="31.23", longitude="nonsense", accuracy="12")
    assert (scene.visit.status, db.query(CheckIn).count()) == (S.ON_SITE, 0)
    other = leak(S.ON_THE_WAY, starts_in=timedelta(hours=5))
    Phone(app, other.technician).send(other.visit, "arrive", latitude="31.23", longitude="121.47", accuracy="12")
    assert db.query(CheckIn).one().accuracy == 12


@pytest.mark.parametrize("fields", [{"visit": "x"}, {"kind": "delete_everything"}, {"device_at": "\0"}, {"visit": str(2**70)}])
def test_nonsense_is_refused_in_words(app, clock, fields):
    scene = leak(S.ACCEPTED)
    answer = Phone(app, scene.technician).send(scene.visit, "set_off", **fields)
    assert answer.status_code in (200, 404, 409, 422)
    assert answer.json["state"] in ("refused", "done", "other_person")


def test_declining_taking_it_back_and_removing_a_part_come_from_an_outbox_too(app, db, clock):
    scene = leak(S.SCHEDULED)
    phone = Phone(app, scene.technician)
    assert phone.send(scene.visit, "decline", ago=120, reason="车坏了").json["state"] == "done"
    assert phone.send(scene.visit, "undo", ago=60).json["state"] == "done"
    assert scene.visit.status is S.SCHEDULED
    there = leak(S.ON_SITE)
    part = proving.use_part(there.visit, "管卡", 2, 300, Payer.CUSTOMER, by=there.technician).id
    db.commit()
    other = Phone(app, there.technician)
    assert [other.send(there.visit, "part_removed", part=part).json["state"] for _twice in range(2)] == ["done", "done"]
    assert (accounting.parts_of(there.visit), db.query(Activity).filter_by(verb="visit.part_removed").count()) == ([], 1)


def test_a_decline_of_a_visit_that_was_moved_away_is_kept_for_the_desk(app, db, clock):
    scene = leak(S.SCHEDULED)
    actions.move(scene.visit, cast.technician("李强"), scene.visit.starts_at, scene.visit.ends_at, by=scene.agent)
    db.commit()
    said = Phone(app, scene.technician).send(scene.visit, "decline", reason="车坏了").json
    assert (said["state"], db.query(FieldReport).one().data["reason"]) == ("conflict", "车坏了")
