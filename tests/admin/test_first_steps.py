"""An empty company is told what to enter first."""

from portal.accounts.models import Area
from portal.accounts.options import HOTLINE
from portal.core import options
from tests import cast


def test_an_empty_company_is_told_what_comes_first_and_no_longer_than_needed(browser, db):
    boss = cast.administrator()
    cast.signed_in(browser.client, boss)
    page = browser.visit("/admin/")
    assert [a.get("href") for a in page.all(".first-steps a")] == [
        "/admin/areas/new", "/admin/teams/new", "/admin/people/new", "/admin/people/new", "/admin/options/company.hotline",
    ]
    assert page.has("/request")
    db.add(Area(name="浦东", regions="310115", position=1))
    cast.agent(team=cast.team())
    cast.technician()
    db.commit()
    assert len(browser.visit("/admin/").all(".first-steps li")) == 5
    browser.visit(f"/admin/options/{HOTLINE}")
    browser.press("保存", value="400 800 1234")
    assert options.value(HOTLINE) and not browser.visit("/admin/").all(".first-steps")
