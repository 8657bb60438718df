"""What a new company finds in its catalogue."""

from __future__ import annotations

from flask_babel import force_locale
from sqlalchemy import func, select

from portal.catalogue import queries, seeds
from portal.catalogue.models import Category, Impact, ItemKind, Priority, Service, ServiceGroup, Urgency
from tests import make


def test_every_service_has_a_standard_with_required_items_and_photos(app, db):
    make.catalogue()
    for service in db.scalars(select(Service)):
        checks = [i for i in service.items if i.kind == ItemKind.CHECK]
        photos = [i for i in service.items if i.kind == ItemKind.PHOTO]
        assert len(checks) >= 4 and any(i.required for i in checks) and len(photos) >= 2, service.name
    assert {s.group for s in queries.services()} == set(ServiceGroup)


def test_the_intake_page_has_eight_problems_by_digit(app):
    make.catalogue()
    assert [(r.digit, r.name, r.icon) for r in queries.roots()] == [
        (1, "保洁质量", "sparkle"), (2, "物品损坏", "broken"), (3, "人员服务", "user"), (4, "空调清洗", "snow"),
        (5, "厨房清洁", "pot"), (6, "漏水渗水", "drop"), (7, "房屋维修", "wrench"), (8, "费用争议", "yuan"),
    ]


def test_danger_is_urgent_whatever_the_impact(app):
    make.catalogue()
    table = {(u, i): queries.priority_of(u, i) for u in Urgency for i in Impact}
    assert {table[Urgency.DANGER, i] for i in Impact} == {Priority.URGENT}
    assert [table[Urgency.SOON, i] for i in Impact] == [Priority.HIGH, Priority.HIGH, Priority.NORMAL]
    assert [table[Urgency.CAN_WAIT, i] for i in Impact] == [Priority.NORMAL, Priority.NORMAL, Priority.LOW]


def test_everything_is_named_in_both_languages(app, db):
    make.catalogue()
    rows = [*queries.services(), *queries.categories(), *queries.kinds(), *queries.stages(), *queries.causes()]
    rows += [i for s in db.scalars(select(Service)) for i in s.items]
    assert [r.name for r in rows if not r.name_en] == []
    with force_locale("en"):
        assert all(r.word.isascii() or "ç" in r.word for r in rows)


def test_filling_in_twice_changes_nothing_and_leaves_changes_alone(app, db):
    seeds.load()
    counted = db.scalar(select(func.count()).select_from(Category))
    queries.roots()[0].name = "保洁"
    seeds.load()
    assert db.scalar(select(func.count()).select_from(Category)) == counted and queries.roots()[0].name == "保洁"
