"""Tables of customers, homes and staff: checked row by row, shown, then imported once."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from portal.accounts.models import Person
from portal.core.access import Role
from portal.core.activity import Activity
from portal.core.errors import WrongState
from portal.customers import importing, tables
from portal.customers.models import Customer, ImportBatch
from tests import cast, make

HEADER = "姓名,电话,客户等级,省,市,区县,小区或街道,楼栋门牌,质保到期\n"
ROWS = """马丽,133 0000 4471,年约客户,上海,,浦东新区,锦绣里,3 幢 601,2027/3/1
李丽,139,,,,,,,
周云,13300004471,,,,,,,
王二,13900001111,,上海,苏州,吴中,x,1,
"""


@pytest.fixture
def importer(app, browser):
    person = cast.administrator()
    cast.signed_in(browser.client, person)
    return person


def upload(browser, content: bytes, kind: str = "customers", name: str = "客户.csv", status: int = 200):
    browser.visit("/customers/import")
    return browser.press("检查表格", status=status, kind=kind, table=(name, content))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_refused_row_has_its_reason(importer, browser, encoding):
    page = upload(browser, (HEADER + ROWS).encode(encoding))
    reasons = {row.getchildren()[0].text: row.getchildren()[1].text for row in page.all("table")[0].cssselect("tbody tr")}
    assert set(reasons) == {"3", "4", "5"}
    assert "手机" in reasons["3"] or "号码" in reasons["3"] or "位" in reasons["3"]
    assert "第 2 行" in reasons["4"] and "省市区对不上" in reasons["5"]


@pytest.mark.parametrize(("area", "until", "reason"), [
    ("火星", "", "没有“火星”这个片区。"), ("浦东", "2027-13-40", "质保到期：日期请写成 2027-05-01 这样。"), ("浦东", "明年", "质保到期：日期请写成 2027-05-01 这样。"),
    ("浦东", "2027 年 5 月 1 日", None), ("Pudong", "2027.5.1", None), ("", "", None),
])
def test_an_area_or_a_day_that_cannot_be_read_says_what_to_write(importer, browser, db, area, until, reason):
    cast.area("浦东").name_en = "Pudong"
    db.commit()
    page = upload(browser, f"姓名,电话,省,区县,小区或街道,楼栋门牌,片区,质保到期\n马丽,13300004471,上海,浦东新区,锦绣里,3 幢 601,{area},{until}\n".encode())
    assert [row.getchildren()[1].text_content() for row in page.all("table")[0].cssselect("tbody tr")] == ([reason] if reason else ["马丽"])


@pytest.mark.parametrize(("reader", "header", "roles"), [("en", "姓名,工号,角色", "客服、师傅"), ("zh_CN", "Name,Staff number,Roles", "Agent/technician")])
def test_who_reads_one_language_imports_a_table_written_in_the_other(app, browser, db, reader, header, roles):
    cast.signed_in(browser.client, cast.administrator(language=reader))
    browser.visit("/customers/import")
    content = f"{header}\n赵一,zhaoyi,{roles}\n".encode()
    page = browser.press("检查表格" if reader == "zh_CN" else "Check the table", kind="staff", table=("员工.csv", content))
    browser.press("导入 1 行" if reader == "zh_CN" else "Import 1 row")
    person = db.scalars(select(Person).where(Person.username == "zhaoyi")).one()
    assert person.roles == {Role.AGENT, Role.TECHNICIAN} and page.has("赵一")


def test_nothing_is_imported_before_the_yes_and_once_after_it(importer, browser, db):
    page = upload(browser, (HEADER + ROWS).encode())
    assert db.scalars(select(Customer)).all() == []
    browser.press("导入 1 行")
    browser.post(page.path + "/confirm")
    customer = db.scalars(select(Customer)).one()
    assert (customer.name, customer.class_.value, customer.phones[0].e164, customer.sites[0].region_code) == (
        "马丽", "contract", "+8613300004471", "310115")
    assert str(customer.sites[0].warranty_until) == "2027-03-01"
    batch = db.scalars(select(ImportBatch)).one()
    assert batch.done_at and "马丽" not in str(batch.rows)
    assert sorted(db.scalars(select(Activity.verb).where(Activity.verb.like("import.%")))) == ["import.checked", "import.done"]


def test_a_table_is_made_in_parts_and_goes_on_where_it_stopped(importer, browser, db):
    table = "姓名,电话\n" + "".join(f"马丽,138000{n:05d}\n" for n in range(5))
    upload(browser, table.encode())
    batch = db.scalars(select(ImportBatch)).one()
    assert importing.confirm(batch, by=importer, most=2) == 3
    page = browser.visit(f"/customers/import/{batch.id}")
    assert page.has("5 行没问题")
    browser.press("导入 3 行")
    assert len(db.scalars(select(Customer)).all()) == 5 and db.get(ImportBatch, batch.id).done_at
    with pytest.raises(WrongState):
        importing.confirm(db.get(ImportBatch, batch.id), by=importer)


def test_the_same_table_again_doubles_nobody(importer, browser, db):
    for _ in range(2):
        page = upload(browser, (HEADER + ROWS).encode())
        if "导入 1 行" in page.buttons():
            browser.press("导入 1 行")
    assert len(db.scalars(select(Customer)).all()) == 1 and page.has("已经在册")


def test_a_workbook_is_read_with_its_numbers_and_days(importer, browser, db):
    from datetime import date

    book = Workbook()
    book.active.append(["Name", "Phone", "Building and door", "Handed over on", "其他"])
    book.active.append(["马丽", 13300004471, "3 幢 601", date(2024, 3, 1), "x"])
    out = io.BytesIO()
    book.save(out)
    upload(browser, out.getvalue(), name="a.xlsx")
    browser.press("导入 1 行")
    customer = db.scalars(select(Customer)).one()
    assert customer.phones[0].digits == "13300004471" and str(customer.sites[0].handover_on) == "2024-03-01"


def test_homes_go_to_the_customer_with_the_number(importer, browser, db):
    customer = make.customer("马丽", "13300004471")
    table = "电话,小区或街道,楼栋门牌\n13300004471,和平坊,12 号 204\n13300004471,锦绣里,3 幢 601\n13900001111,x,1\n"
    page = upload(browser, table.encode(), kind="sites")
    assert page.has("这位客户已有这处地址") and page.has("没有这个号码的客户")
    browser.press("导入 1 行")
    assert [s.estate for s in db.get(Customer, customer.id).sites] == ["锦绣里", "和平坊"]


def test_staff_are_imported_with_roles_and_team(importer, browser, db):
    cast.team("浦东班组")
    rows = ("姓名,工号,角色,手机,班组", "赵云,a101,技术员,13300004471,浦东班组", "钱多,a102,皇帝,,", "孙理,a101,agent,,",
            "李想,a103,agent,,没有的班组")
    table = "\n".join(rows)
    roles = str(Role.TECHNICIAN.word)
    page = upload(browser, table.replace("技术员", roles).replace("手机", "电话").encode(), kind="staff")
    assert len(page.all("table")[0].cssselect("tbody tr")) == 3
    browser.press("导入 1 行")
    person = db.scalars(select(Person).where(Person.username == "a101")).one()
    assert (person.name, person.roles, person.phone, len(person.memberships)) == ("赵云", {Role.TECHNICIAN}, "+8613300004471", 1)


def test_a_supervisor_imports_customers_but_no_staff(app, browser):
    cast.signed_in(browser.client, cast.supervisor())
    assert [o.get("value") for o in browser.visit("/customers/import").all("#kind option")] == ["customers", "sites"]
    upload(browser, "姓名,工号,角色\na,b1,agent\n".encode(), kind="staff", status=422)


def test_another_persons_table_is_not_seen(importer, app, browser):
    page = upload(browser, (HEADER + ROWS).encode())
    other = cast.signed_in(app.test_client(), cast.administrator("吴刚"))
    assert other.get(page.path).status_code == 404 and other.post(page.path + "/confirm").status_code == 404


def bomb(size: int = 200 * 1024 * 1024) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    return out.getvalue()


def entities() -> bytes:
    book = Workbook()
    book.active.append(["姓名"])
    plain, out = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a "b">]>' + text
            new.writestr(part, text)
    return out.getvalue()


@pytest.mark.parametrize("content", [
    b"", b"\x00\x01", b"PK\x03\x04broken", "姓名".encode(), "姓名,电话\n".encode(), b"\xff\xfe\x00a", "没有,的列\n1,2\n".encode(),
    ("姓名,电话\n" + "a,1\n" * 1002).encode(), b"x" * (5 * 1024 * 1024 + 1), b'"' * 200_000, bomb, entities,
], ids=["empty", "binary", "broken", "header", "no-rows", "utf16", "columns", "rows", "size", "quotes", "bomb", "entities"])
def test_a_file_that_is_no_such_table_is_refused_in_words(importer, browser, content):
    page = upload(browser, content() if callable(content) else content, status=422)
    assert page.one("#table").get("aria-invalid") == "true"


@pytest.mark.once
def test_written_cells_are_text_and_not_formulas():
    made = tables.written([["=1+1", "＝x", "@a", "-1", "+8", "\tx", "马丽"]]).decode("utf-8-sig")
    assert made.strip() == "'=1+1,'＝x,'@a,'-1,'+8,'\tx,马丽"


def test_the_empty_table_has_the_headers_that_are_read(importer, browser):
    for kind in ("customers", "sites", "staff"):
        body = browser.client.get(f"/customers/import/{kind}.csv").get_data()
        assert body.startswith(b"\xef\xbb\xbf") and "电话" in body.decode("utf-8-sig")
