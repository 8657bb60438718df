"""The customer is asked once a solution; one tap is the answer; a poor one reaches a leader who was not rated."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.catalogue import queries as catalogue
from portal.core import clock, options
from portal.core.access import SYSTEM, customer_actor
from portal.core.activity import Activity
from portal.core.errors import Forbidden, Refused
from portal.notifications.models import Delivery, Notice, OutMessage
from portal.public import progress
from portal.surveys import actions, queries
from portal.surveys.models import Survey
from portal.tickets import actions as tickets
from portal.tickets.models import Status
from portal.visits import actions as visits
from portal.visits.models import VisitStatus
from tests import cast, make
from tests.public import story
from tests.visits import scene

PERSON = customer_actor("周先生")


@pytest.fixture(autouse=True)
def ground(app, clock):
    make.catalogue()
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["DEFAULT_LANGUAGE"] = "en"
    options.put("followups.share", 0)


def asked(db, **values) -> Survey:
    story.resolved(**values)
    return db.scalars(select(Survey)).one()


def test_a_solution_asks_the_customer_later_by_a_link(app, db):
    survey = asked(db)
    message = db.scalars(select(OutMessage).where(OutMessage.once_key.like("survey:%"))).one()
    assert survey.token in message.body and message.next_at > message.queued_at
    assert survey.ticket.survey_state == "sent"


def test_the_share_decides_who_is_asked_and_always_the_same(app, db):
    options.put("surveys.share", 0)
    assert story.resolved().survey_state == ""
    numbers = [f"S2611-{n:04d}" for n in range(2000)]
    drawn = [n for n in numbers if actions._drawn(n, 0.3)]
    assert 500 < len(drawn) < 700 and drawn == [n for n in numbers if actions._drawn(n, 0.3)]


def test_looking_at_the_survey_stores_nothing(app, db, client, browser):
    survey = asked(db)
    before = db.scalar(select(func.count()).select_from(Activity))
    for _ in range(5):
        client.get(f"/s/{survey.token}"), client.get(f"/s/{survey.token}?score=1"), client.head(f"/s/{survey.token}")
    assert (survey.answered_at, db.scalar(select(func.count()).select_from(Activity))) == (None, before)
    assert browser.visit(f"/s/{survey.token}/thanks").path == f"/s/{survey.token}"


def test_it_names_who_came_and_not_who_was_called_off(app, db, browser):
    work = scene.leak(VisitStatus.DONE)
    other = make.visit(work.ticket, cast.technician("欧阳娜娜"), clock.now() + timedelta(days=1), by=work.agent)
    visits.cancel(other, "不用再来", by=work.agent)
    tickets.resolve(work.ticket, catalogue.causes()[0], "接好了", by=work.agent)
    words = browser.visit(f"/s/{db.scalars(select(Survey)).one().token}").words("main")
    assert progress.technician_title(work.technician.name) in words and "欧阳" not in words


def test_one_tap_is_the_answer_and_the_rest_is_optional(app, db, browser):
    survey = asked(db)
    browser.visit(f"/s/{survey.token}")
    page = browser.press("Satisfied")
    assert (survey.overall, survey.ticket.survey_state) == (4, "answered")
    assert page.has("Noted: Satisfied.")
    page = browser.press("Send the rest", solved="yes", tags=["on_time", "tidy"], words="谢谢师傅", speed="5", tidiness="4")
    assert page.path.endswith("/thanks") and page.has("Thank you, 周先生") and page.has("The problem is back")
    assert (survey.speed, survey.tidiness, survey.attitude, survey.tags, survey.words, survey.solved) == (5, 4, None, ["on_time", "tidy"], "谢谢师傅", True)


def test_what_is_open_again_is_not_offered_to_be_opened_again(app, db, browser):
    survey = asked(db)
    browser.visit(f"/s/{survey.token}")
    browser.press("Satisfied")
    page = browser.press("Send the rest", solved="no")
    assert page.has("Your request is open again") and not page.has("The problem is back") and page.has("See what was done")


def test_the_first_answer_wins(app, db, client):
    survey = asked(db)
    client.post(f"/s/{survey.token}", data={"score": 5})
    client.post(f"/s/{survey.token}", data={"score": 1})
    assert survey.overall == 5
    assert actions.answer(survey, {"overall": 1}, by=PERSON) is False


def test_an_answer_is_corrected_on_purpose_within_a_day(app, db, browser, clock):
    survey = asked(db)
    browser.visit(f"/s/{survey.token}")
    browser.press("Satisfied")
    browser.press("Very satisfied")
    assert survey.overall == 5 and survey.corrected_at is not None
    clock.shift(25 * 3600)
    assert browser.visit(f"/s/{survey.token}").all(".face") == []
    with pytest.raises(Refused):
        actions.correct(survey, {"overall": 1}, by=PERSON)


@pytest.mark.parametrize("score", ["0", "6", "x", "", "4.5", "99999999999999999999"])
def test_a_score_that_is_none_is_refused(app, db, client, score):
    survey = asked(db)
    assert client.post(f"/s/{survey.token}", data={"score": score}).status_code == 422
    assert survey.answered_at is None


def test_staff_cannot_answer_for_the_customer(app, db):
    with pytest.raises(Forbidden):
        actions.answer(asked(db), {"overall": 5}, by=cast.agent())


def told(db) -> list[int]:
    return sorted(db.scalars(select(Notice.person_id).where(Notice.tone == "danger")))


def test_a_low_score_alerts_a_leader_who_was_not_rated(app, db):
    team = cast.team()
    rated = cast.supervisor("许静", team=team, leads=True, company_wide=False)
    other = cast.supervisor("何川", team=team, leads=True, company_wide=False)
    cast.agent()
    survey = asked(db)
    survey.ticket.team, survey.ticket.owner = team, rated
    actions.answer(survey, {"overall": 2}, by=PERSON)
    assert told(db) == [other.id]


def test_without_another_leader_of_the_team_the_supervisors_are_told(app, db):
    team = cast.team()
    rated = cast.supervisor("许静", team=team, leads=True, company_wide=False)
    chief = cast.supervisor("何川")
    survey = asked(db)
    survey.ticket.team, survey.ticket.owner = team, rated
    actions.answer(survey, {"overall": 1}, by=PERSON)
    assert told(db) == [chief.id]


def test_a_good_score_alerts_nobody(app, db):
    cast.supervisor()
    actions.answer(asked(db), {"overall": 3}, by=PERSON)
    assert told(db) == []


def test_the_rated_person_does_not_see_a_low_answer(app, db):
    survey = asked(db)
    owner, other = cast.agent(), cast.agent("周敏")
    survey.ticket.owner = owner
    actions.answer(survey, {"overall": 2, "words": "太差"}, by=PERSON)
    assert queries.of_ticket(owner, survey.ticket_id) == []
    assert queries.of_ticket(other, survey.ticket_id) == [survey]
    assert queries.of_ticket(cast.technician(), survey.ticket_id) == []


def test_not_solved_opens_the_ticket_again_and_the_next_solution_asks_again(app, db):
    survey = asked(db)
    ticket = survey.ticket
    actions.answer(survey, {"overall": 2, "solved": False}, by=PERSON)
    assert (ticket.status, ticket.reopened) == (Status.IN_PROGRESS, 1)
    tickets.resolve(ticket, ticket.cause, "再换一次", by=SYSTEM)
    assert db.scalar(select(func.count()).select_from(Survey)) == 2 and ticket.survey_state == "sent"


def test_a_reopened_ticket_takes_the_question_back(app, db):
    survey = asked(db)
    tickets.reopen(survey.ticket, "还在滴水", by=PERSON)
    message = db.scalars(select(OutMessage).where(OutMessage.once_key.like("survey:%"))).one()
    assert (message.state, survey.ticket.survey_state) == (Delivery.DROPPED, "")


def test_supervisors_find_low_answers_in_the_list(app, db, browser):
    survey = asked(db)
    actions.answer(survey, {"overall": 1, "tags": ["late"], "words": "<b>迟到</b>"}, by=PERSON)
    cast.signed_in(browser.client, cast.supervisor())
    page = browser.visit("/surveys/?score=low")
    assert page.has(survey.ticket.number) and page.has("<b>迟到</b>") and page.has("Came late")
    assert not browser.visit("/surveys/?score=5&team=nonsense").has(survey.ticket.number)


def test_agents_have_no_list(app, client):
    cast.signed_in(client, cast.agent())
    assert client.get("/surveys/").status_code == 403


def test_the_ticket_page_holds_the_rating_as_a_panel(app, db, browser):
    survey = asked(db)
    actions.answer(survey, {"overall": 4}, by=PERSON)
    cast.signed_in(browser.client, cast.agent())
    page = browser.visit(f"/tickets/{survey.ticket_id}")
    panel = next(e.get("hx-get") for e in page.all("[hx-get]") if "/surveys/of-ticket/" in e.get("hx-get"))
    assert browser.swap(panel, "survey_panel").has("Satisfied")
