"""Whoever changes the language in the middle of a form goes on with what they had typed."""

import pytest
from playwright.sync_api import expect

from tests import cast, make

WORDS = "空调滴水，地板湿了一块"


@pytest.fixture
def agent(site, person):
    with site.acting():
        make.catalogue()
        cast.agent("林晓", username="agent", password=cast.PASSWORD)
    page = person(width=1280)
    page.goto("/sign-in")
    page.locator("[name=username]").fill("agent")
    page.locator("[name=password]").fill(cast.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def test_a_customers_request_goes_along_and_is_kept_nowhere(site, person):
    with site.acting():
        make.catalogue()
    page = person(width=390, height=844, phone=True)
    page.goto("/request")
    page.locator("[name=words]").fill(WORDS)
    page.locator("[name=phone]").fill("13300004471")
    chosen = page.locator("[name=problem]").nth(1)
    chosen.check(force=True)
    page.locator("form.language button[lang=en]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=words]")).to_have_value(WORDS)
    expect(page.locator("[name=phone]")).to_have_value("13300004471")
    expect(page.locator("[name=problem]").nth(1)).to_be_checked()
    assert page.evaluate("sessionStorage.length") == 0
    page.reload()
    expect(page.locator("[name=words]")).to_have_value("")


def test_what_a_refused_form_brought_back_goes_along_too(site, person):
    page = person(width=390, height=844, phone=True)
    page.goto("/request")
    page.locator("[name=words]").fill(WORDS)
    page.get_by_role("button", name="下一步，核对").click()
    expect(page.locator("[data-error-summary]")).to_be_visible()
    page.locator("form.language button[lang=en]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=words]")).to_have_value(WORDS)


def test_a_call_that_is_taken_goes_along_and_is_looked_up_again(agent, site):
    with site.acting():
        make.customer("马丽", "13300004471")
    agent.goto("/tickets/new")
    agent.locator("[name=phone]").press_sequentially("13300004471")
    expect(agent.locator("#context")).to_contain_text("马丽")
    agent.locator("[name=words]").fill(WORDS)
    agent.locator("form.language button[lang=en]").first.click()
    expect(agent.locator("html")).to_have_attribute("lang", "en")
    expect(agent.locator("[name=words]")).to_have_value(WORDS)
    expect(agent.locator("#context")).to_contain_text("马丽")


def test_a_password_is_typed_again(site, person):
    page = person(width=390, height=844, phone=True)
    page.goto("/sign-in")
    page.locator("[name=username]").fill("agent")
    page.locator("[name=password]").fill("not to be kept")
    page.locator("form.language button[lang=en]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=username]")).to_have_value("agent")
    expect(page.locator("[name=password]")).to_have_value("")
