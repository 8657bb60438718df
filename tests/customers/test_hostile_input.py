"""Strange input into every form of these pages: a sentence, never a crash, nothing live on any page."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.catalogue import queries as catalogue
from portal.customers.models import Customer
from tests import cast, make

STRANGE = {
    "nul": "a\x00b", "bidi": "\u202eevil", "control": "a\x07b", "long": "长" * 5000, "huge": "9" * 60, "negative": "-1",
    "float": "1e999", "nan": "nan",
    "date0": "0000-01-01", "date9": "9999-12-31", "leap": "2026-02-30", "template": "{{191*7919}}", "sql": "' OR 1=1 --", "like": "%_%",
    "script": "<script>alert(1)</script>", "array": "a[]", "json": '{"a": 1}', "blank": "   ", "empty": "",
}
EXTRA = {"role": "administrator", "status": "closed", "merged_into_id": "1", "created_at": "2020-01-01", "id": "1", "approved_by": "1"}


@pytest.fixture
def world(app):
    make.catalogue()
    customer = make.customer()
    make.customer()
    person = cast.person(*list(type(cast.agent().last_role))[:5])
    service, problem = catalogue.services()[0].id, catalogue.roots()[0].id
    item = catalogue.service_with_standard(service).items[0]
    c, s, p = customer.id, customer.sites[0].id, customer.phones[0].id
    base = {
        f"/customers/{c}/edit": {"class_": "key", "name": "", "salutation": "", "email": "", "preference": "", "note": ""},
        f"/customers/{c}/sites/{s}/edit": {"estate": "x", "detail": "y", "size": "1", "handover_on": "2024-01-01",
        "area_id": "", "province": ""},
        f"/customers/{c}/phones/{p}/edit": {"number": "", "caller": "", "site_id": ""},
        f"/customers/{c}/merge": {"into": "", "sure": ""},
        f"/customers/{c}/reveal": {"what": "name"},
        f"/customers/{c}/sites/{s}/active": {"active": "1"},
        "/customers/new": {"name": "x", "phone": "", "class_": "normal", "province": "31", "city": "", "district": "",
        "size": "", "warranty_until": ""},
        f"/customers/{c}/sites/new": {"detail": "x", "size": "", "handover_on": "", "area_id": "", "city": ""},
        f"/customers/{c}/phones/new": {"number": "", "caller": "", "site_id": ""},
        "/customers/import": {"kind": "customers", "table": ""},
        f"/admin/catalogue/services/{service}": {"name": "x", "group": "indoor", "minutes": "90", "bring": ""},
        "/admin/catalogue/services/new": {"name": "x", "group": "indoor", "minutes": "90"},
        f"/admin/catalogue/services/{service}/items/{item.id}": {"name": "x", "kind": "photo", "slot": "after", "minimum": "1"},
        f"/admin/catalogue/problems/{problem}": {"name": "x", "icon": "more", "digit": "1", "urgency": "soon",
        "impact": "room", "service_id": "", "kind_code": ""},
        "/admin/catalogue/kinds/repair": {"name": "x", "name_en": "y"},
        "/admin/catalogue/priorities": {"danger_home": "urgent"},
        "/admin/options/company.name": {"value": "x"}, "/admin/options/followups.attempts": {"value": "1"},
        "/admin/options/followups.share": {"value": "1"},
    }
    return cast.signed_in(app.test_client(), person), base


@pytest.mark.parametrize("strange", STRANGE)
def test_no_form_breaks_on_strange_input(world, strange):
    client, base = world
    tries = [(path, fields, field) for path, fields in base.items() for field in [*fields, "version", "key"]]
    for n, (path, fields, field) in enumerate(tries):
        sent = {"key": f"{n:020d}", **fields, **EXTRA, field: STRANGE[strange]}
        answer = client.post(path, data=sent)
        assert answer.status_code < 500, (path, field, answer.status_code)
        body = answer.get_data(as_text=True)
        assert "1512529" not in body and "<script>alert" not in body, (path, field)


@pytest.mark.parametrize("query", ["?q=%00", "?q=%ff", "?at=x&q=1", "?q=" + "9" * 3000, "?class=%27",
                                   "?at=WyJmIiwxLDJd", "?q[]=1&q=2", "?at=" + "A" * 5000,
                                   "?q=%F0%9F%98%80", "?at=bnVsbA", "?at=WyJmIiwibmFuIiwiMjAyNi0wMS0wMVQwMDowMDowMCswMDowMEAiXQ"])
def test_no_address_breaks_on_strange_queries(world, query):
    client, _base = world
    for path in ("/customers/", "/customers/lookup", "/customers/regions", "/customers/1/merge", "/admin/catalogue/", "/admin/options"):
        assert client.get(path + query).status_code < 500, path


def test_doubled_fields_and_other_content_types_are_no_way_in(world, db):
    client, _base = world
    before = db.scalar(select(func.count()).select_from(Customer))
    assert client.post("/customers/new", data={"key": ["a" * 20, "b" * 20], "name": ["x", "y"], "phone": ["1", "2"]}).status_code == 422
    assert client.post("/customers/new", json={"name": "x", "phone": "13300004471"}).status_code in (400, 415, 422)
    assert client.post("/customers/new", data=b"\xff\xfe", content_type="text/plain").status_code in (400, 415, 422)
    assert db.scalar(select(func.count()).select_from(Customer)) == before


def test_hostile_words_are_shown_as_words_everywhere(app, browser, db):
    words = "\"><img src=x onerror=alert(1)>'"
    site = {"detail": words, "estate": words[:60], "access_notes": words}
    customer = make.customer(words[:60], salutation=words[:60], note=words, preference=words, site=site)
    cast.signed_in(browser.client, cast.agent())
    for path in ("", "/edit", "/merge", f"/sites/{customer.sites[0].id}/edit"):
        page = browser.visit(f"/customers/{customer.id}{path}")
        assert not page.all("img[onerror], main script")
    page = browser.post(f"/customers/{customer.id}/reveal", what="name")
    assert not page.all("img[onerror]")
    assert not browser.visit("/customers/").all("img[onerror]")
