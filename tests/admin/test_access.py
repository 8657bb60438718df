"""The table of permits in words, and why somebody sees a ticket: the answer is that of the lists themselves."""

import pytest

from portal.core.access import PERMITS
from portal.core.errors import NotFound
from portal.tickets import queries as tickets
from tests import cast, make


@pytest.fixture
def desk(browser, db):
    cast.signed_in(browser.client, cast.administrator())
    return browser


def answer(desk, person, ticket):
    return desk.visit(f"/admin/access?person={person.username}&ticket={ticket.number.lower()}").words("[role=status]:not(.toasts)")


def test_every_permit_stands_in_the_table_in_words(desk):
    page = desk.visit("/admin/access")
    for permit in PERMITS.values():
        assert permit.name not in page.text
    assert len(page.all(".matrix tbody tr")) > 40


def test_the_answer_names_the_reason(desk, app):
    team, other = cast.team("浦东班组"), cast.team("静安班组")
    ticket = make.ticket()
    ticket.team_id = team.id
    going, staying = cast.technician(name="王建国"), cast.technician(name="刘长河")
    make.visit(ticket, going)
    cases = [
        (cast.agent(), "客服能看所有工单"), (cast.analyst(), "分析师能看所有工单"), (cast.supervisor(), "主管负责全公司"),
        (cast.supervisor(company_wide=False, team=team, leads=True), "浦东班组"), (going, "有这张工单的上门任务"),
        (cast.supervisor(company_wide=False, team=other, leads=True), "不归"), (staying, "没有这张工单的上门任务"),
        (cast.administrator(), "角色都不能打开工单"), (cast.agent(active=False), "已停用"),
    ]
    for person, words in cases:
        told = answer(desk, person, ticket)
        assert words in told, person.role
        assert ("能看工单" in told) == (person.active and sees(person, ticket)), person.role


def sees(person, ticket):
    try:
        return tickets.find_for(person, ticket.id) is ticket
    except NotFound:
        return False


@pytest.mark.parametrize("question, sentence", [
    ("person=nobody&ticket=S1", "没有这个姓名或工号的人"), ("person=boss&ticket=S0000-0000", "没有这个编号的工单"), ("ticket=S1", "还没填姓名或工号"),
    ("person=%00&ticket=%E2%80%AE", "控制字符"), ("person='&ticket=%25", "没有这个编号的工单"),
])
def test_a_wrong_question_is_answered_with_a_sentence(desk, question, sentence):
    cast.agent(username="boss")
    assert desk.visit(f"/admin/access?{question}").has(sentence)


def test_two_people_of_one_name_are_told_apart(desk):
    cast.agent(name="林晓")
    cast.agent(name="林晓")
    assert desk.visit("/admin/access?person=林晓&ticket=S1").has("有几个人同名")
