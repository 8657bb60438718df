"""A form sent twice has one effect, also when the first sending was still busy with a photo."""

from sqlalchemy import func, select

from portal.core import db as database
from portal.core.forms import new_key
from portal.core.idempotency import UsedKey
from portal.tickets.models import Ticket
from tests import cast, make


def test_the_quicker_of_two_sendings_wins_while_the_other_shrinks_its_photo(clock, db, browser, monkeypatch):
    """The second sending is answered in the pause in which the first one has let the transaction go."""
    from portal.tickets import views

    ticket, key = make.ticket(), new_key()
    cast.signed_in(browser.client, agent := cast.agent())
    other = cast.signed_in(browser.app.test_client(), agent)
    turns, sent = iter(("first",)), []

    def slowly(form):
        database.release()
        form.received = []
        if next(turns, None):
            sent.append(other.post(f"/tickets/{ticket.id}/reply", data={"key": key, "mode": "internal", "words": "一次"}).status_code)
        return True

    monkeypatch.setattr(views.ReplyForm, "take_files", slowly)
    browser.post(f"/tickets/{ticket.id}/reply", key=key, mode="internal", words="一次")
    assert sent == [303]
    assert _notes(db, ticket) == 1


def _notes(db, ticket) -> int:
    from portal.core.activity import Activity

    return db.scalar(select(func.count()).where(Activity.ticket_id == ticket.id, Activity.verb == "ticket.noted"))


def test_a_key_with_other_words_is_refused(clock, db, browser):
    ticket, key = make.ticket(), new_key()
    cast.signed_in(browser.client, cast.agent())
    browser.post(f"/tickets/{ticket.id}/reply", key=key, mode="internal", words="一")
    browser.post(f"/tickets/{ticket.id}/reply", 422, key=key, mode="internal", words="二")
    assert _notes(db, ticket) == 1


def test_a_form_without_a_key_is_refused(clock, db, browser):
    ticket = make.ticket()
    cast.signed_in(browser.client, cast.agent())
    browser.post(f"/tickets/{ticket.id}/reply", 422, mode="internal", words="一")
    assert db.scalars(select(UsedKey)).all() == [] and db.get(Ticket, ticket.id).changed_id == ticket.changed_id
