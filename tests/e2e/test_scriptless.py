"""The loop where no script ever runs: every step is a link or a form."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.test_loop import ask_for_help, come_in, ends, expects, finds_the_figures, press, staff  # noqa: F401
from tests.visits import scene


def test_from_the_request_to_the_closed_ticket_without_scripts(site, staff, person, tmp_path):  # noqa: F811
    photo = tmp_path / "leak.jpg"
    photo.write_bytes(scene.photo())
    customer, technician = (person(width=390, height=844, phone=True, java_script_enabled=False) for _n in range(2))
    agent, supervisor = (person(width=1440, java_script_enabled=False) for _n in range(2))
    number, track = ask_for_help(customer, photo)

    come_in(agent, "agent")
    agent.goto("/tickets/?view=unassigned")
    agent.locator("[data-row]", has_text=number).locator(".q-link").click()
    press(agent, "受理")
    agent.locator(".t-head").get_by_role("link", name="派单").click()
    agent.locator("label.tile", has_text="韩立").click()
    agent.get_by_role("button", name="派单").click()
    agent.locator("#words").fill("师傅今天就到")
    press(agent, "发送给客户")
    site.work()
    expects(customer, track, "师傅今天就到")

    come_in(technician, "technician")
    technician.goto("/visits/today")
    for step in ("接单", "出发", "已到达"):
        press(technician, step)
    _works(technician, photo)
    expects(customer, track, "排水管复位")

    ends(site, agent, customer, number, track)
    come_in(supervisor, "supervisor")
    finds_the_figures(supervisor)


def _works(page, photo) -> None:
    for n in range(page.locator(".check-row").count()):
        page.locator(".check-row").nth(n).tap()
        expect(page.locator(".check-row").nth(n)).to_have_attribute("aria-pressed", "true")
    for slot in [s.get_attribute("id") for s in page.locator("section[id^=slot-]").all()]:
        page.locator(f"#{slot} input[type=file]").set_input_files([photo] * 3)
        page.locator(f"#{slot} button").last.tap()
        expect(page.locator(f"#{slot} .photo img")).to_have_count(3)
    page.locator("#sign-words").fill("排水管复位，通水五分钟不漏")
    page.locator("#sign label.tile").first.tap()
    page.locator("[data-needs-pad=unsigned]").tap()
    page.locator("#finish").get_by_role("button", name="完成这单").tap()
    expect(page.locator("body")).to_contain_text("今天的都做完了")
