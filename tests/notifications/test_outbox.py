"""What is written into the outbox leaves once, is tried again, and never gets lost."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.core import options
from portal.core.access import SYSTEM
from portal.core.activity import Activity
from portal.core.errors import Forbidden, WrongState
from portal.notifications import actions, jobs
from portal.notifications.models import Delivery, OutMessage, Way
from tests import cast


def written(app) -> list[str]:
    folder = Path(app.config["INSTANCE"]) / "outbox"
    return sorted(p.name for p in folder.glob("*.*")) if folder.exists() else []


def clear(app) -> None:
    for path in (Path(app.config["INSTANCE"]) / "outbox").glob("*"):
        path.unlink()


@pytest.fixture(autouse=True)
def empty_folder(app):
    clear(app)


class Service:
    """A text-message service on this machine: remembers what it got, answers what it is told."""

    def __init__(self, status: int = 200):
        self.status, self.got = status, []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.got.append((json.loads(body), self.headers["Idempotency-Key"]))
                self.send_response(service.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def the_one(db) -> OutMessage:
    db.expire_all()
    return db.scalars(select(OutMessage)).one()


def test_a_message_is_written_now_and_leaves_by_the_job(app, db):
    actions.send(Way.EMAIL, "zhou@example.com", "好了", "S2611-0001")
    db.commit()
    assert written(app) == []
    assert jobs.send_due() == 1
    assert the_one(db).state is Delivery.SENT
    assert [name[-4:] for name in written(app)] == [".eml"]
    assert jobs.send_due() == 0


def test_an_email_says_that_it_is_automatic_and_keeps_its_message_id(app, db):
    from portal.notifications.adapters import as_email

    message = actions.send(Way.EMAIL, "zhou@example.com", "好了", "One\nBcc: all@example.com")
    mail = as_email(message)
    assert (mail["Auto-Submitted"], mail["Message-ID"]) == ("auto-generated", as_email(message)["Message-ID"])
    assert mail["Bcc"] is None and mail["Subject"] == "One Bcc: all@example.com"


def test_the_same_once_key_makes_one_message(app, db):
    first = actions.send(Way.SMS, "+8613800000001", "eins", once_key="visit:1")
    again = actions.send(Way.SMS, "+8613800000001", "zwei", once_key="visit:1")
    assert (first.id, again.body) == (again.id, "eins")


def test_a_service_gets_json_and_the_same_id_in_every_try(app, db, clock):
    with Service(503) as service:
        app.config.update(SMS="webhook", SMS_WEBHOOK_URL=service.url)
        actions.send(Way.SMS, "+8613800000001", "师傅在路上")
        db.commit()
        jobs.send_due()
        assert (the_one(db).state, the_one(db).tries) == (Delivery.FAILED, 1)
        service.status = 200
        assert jobs.send_due() == 0, "not before its time"
        clock.shift(61)
        assert jobs.send_due() == 1
    assert the_one(db).state is Delivery.SENT
    assert service.got[0] == service.got[1]
    assert service.got[0][0]["to"] == "+8613800000001"


def test_what_never_works_is_put_aside_with_its_reason_and_recorded(app, db):
    with Service(422) as service:
        app.config.update(SMS="webhook", SMS_WEBHOOK_URL=service.url)
        actions.send(Way.SMS, "+8613800000001", "words")
        db.commit()
        jobs.send_due()
    assert (the_one(db).state, the_one(db).error) == (Delivery.PARKED, "The service answered 422.")
    assert db.scalars(select(Activity.verb).where(Activity.verb == "message.parked")).all() == ["message.parked"]


def test_after_many_vain_tries_a_message_is_put_aside(app, db, clock):
    app.config.update(SMS="webhook", SMS_WEBHOOK_URL="http://127.0.0.1:9/none")
    options.put("notifications.tries", 3)
    actions.send(Way.SMS, "+8613800000001", "words")
    db.commit()
    for _ in range(3):
        jobs.send_due()
        clock.shift(3600 * 7)
    assert (the_one(db).state, the_one(db).tries) == (Delivery.PARKED, 3)


def test_one_poisonous_message_does_not_hold_up_the_others(app, db):
    actions.send(Way.EMAIL, "no address at all\n", "x", "x")
    actions.send(Way.EMAIL, "zhou@example.com", "x", "x")
    db.commit()
    jobs.send_due()
    db.expire_all()
    assert [m.state for m in db.scalars(select(OutMessage).order_by(OutMessage.id))][1] is Delivery.SENT


def test_a_sender_that_died_is_followed_by_another(app, db, clock):
    actions.send(Way.SMS, "+8613800000001", "words")
    db.commit()
    assert len(jobs._take()) == 1
    assert jobs.send_due() == 0
    clock.shift(301)
    assert jobs.send_due() == 1
    assert len(written(app)) == 1


def test_a_muted_copy_holds_everything_back_until_somebody_says_otherwise(app, db):
    chief = cast.administrator()
    actions.mute(True, by=chief)
    actions.send(Way.SMS, "+8613800000001", "words")
    db.commit()
    assert jobs.send_due() == 0
    assert (the_one(db).state, written(app)) == (Delivery.MUTED, [])
    actions.mute(False, by=chief)
    actions.retry(the_one(db), by=chief)
    db.commit()
    assert (jobs.send_due(), the_one(db).state) == (1, Delivery.SENT)


def test_at_most_three_automatic_messages_an_hour_reach_one_address(app, db, clock):
    made = [actions.send(Way.SMS, "+8613800000001", "words", automatic=True) for _ in range(5)]
    assert [m.state for m in made] == [Delivery.QUEUED] * 3 + [Delivery.DROPPED] * 2
    clock.shift(3601)
    assert actions.send(Way.SMS, "+8613800000001", "words", automatic=True).state is Delivery.QUEUED


def test_a_delayed_message_can_be_taken_back(app, db, clock):
    actions.send(Way.SMS, "+8613800000001", "words", once_key="survey:1", delay=timedelta(hours=1))
    db.commit()
    assert jobs.send_due() == 0
    actions.withdraw("survey:1")
    db.commit()
    clock.shift(3700)
    assert (jobs.send_due(), the_one(db).state) == (0, Delivery.DROPPED)


def test_only_an_undelivered_message_is_sent_again_and_it_is_recorded(app, db):
    chief = cast.administrator()
    message = actions.send(Way.SMS, "+8613800000001", "words")
    with pytest.raises(WrongState):
        actions.retry(message, by=chief)
    message.state = Delivery.PARKED
    actions.retry(message, by=chief, to="+8613800000002")
    assert (message.to, message.state) == ("+8613800000002", Delivery.QUEUED)
    assert db.scalars(select(Activity.verb).where(Activity.subject_type == "out_message")).all() == ["message.retried"]


def test_only_administrators_drop_and_mute(app, db):
    message = actions.send(Way.SMS, "+8613800000001", "words")
    with pytest.raises(Forbidden):
        actions.drop(message, by=cast.agent())
    with pytest.raises(Forbidden):
        actions.mute(True, by=cast.supervisor())
    actions.drop(message, by=SYSTEM)
    assert message.state is Delivery.DROPPED


def test_the_outbox_page_shows_no_full_number_and_no_words(app, db, browser):
    cast.signed_in(browser.client, cast.administrator())
    actions.send(Way.SMS, "+8613812345678", "secret link https://x/t/abc")
    page = browser.visit("/admin/messages")
    assert page.has("138****5678")
    assert not page.has("13812345678") and not page.has("secret")
    assert browser.visit("/admin/messages?state=parked&way=nonsense").status == 200


def test_other_roles_have_no_outbox_page(app, client):
    cast.signed_in(client, cast.agent())
    assert client.get("/admin/messages").status_code == 403
    assert client.post("/admin/messages/mute", data={"muted": "1"}).status_code == 403
