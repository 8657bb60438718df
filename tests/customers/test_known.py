"""A caller's file read by kept statements is the file that is loaded otherwise."""

from sqlalchemy import inspect

from portal.core import clock
from portal.customers import queries
from portal.customers.models import Customer, CustomerPhone, Site
from tests import cast, make
from tests.counting import statements

COLUMNS = {model: [a.key for a in inspect(model).column_attrs] for model in (Customer, CustomerPhone, Site)}


def _values(customer: Customer) -> list:
    def of(row):
        return [getattr(row, name) for name in COLUMNS[type(row)]]

    return [of(customer), *map(of, customer.phones), *map(of, customer.sites), *[s.area and s.area.name for s in customer.sites]]


def test_a_callers_file_is_what_is_stored(app, db):
    customer = make.customer(phone="13300004471")
    site = make.site(customer)
    site.size, site.served_at = 88.5, clock.now()
    db.flush()
    asked = customer.id
    db.expunge_all()
    (read,) = queries.by_phone("13300004471")
    seen = _values(read)
    db.expunge_all()
    assert seen == _values(queries.find_for(cast.agent(), asked)) and isinstance(seen[-3][COLUMNS[Site].index("size")], float)


def test_it_belongs_to_the_session_and_can_be_changed(app, db):
    make.customer(phone="13300004471")
    db.flush()
    db.expunge_all()
    (read,) = queries.by_phone("13300004471")
    before = read.version
    read.note, read.phones[0].caller = "先打电话", "妈妈"
    db.flush()
    asked = read.id
    db.expunge_all()
    stored = db.get(Customer, asked)
    assert (stored.note, stored.phones[0].caller) == ("先打电话", "妈妈") and stored.version == before + 1


def test_what_is_being_worked_on_counts(app, db):
    customer = make.customer(phone="13300004471")
    db.flush()
    customer.note = "还没保存"
    assert queries.by_phone("13300004471") == [customer] and customer.note == "还没保存"


def test_a_file_costs_the_same_queries_with_one_home_and_with_ten(app, db):
    customer = make.customer(phone="13300004471")
    make.site(customer)
    db.flush()
    db.expunge_all()
    queries.by_phone("13300004471")
    db.expunge_all()
    few = statements(lambda: queries.by_phone("13300004471"))
    db.expunge_all()
    for _n in range(9):
        make.site(db.get(Customer, customer.id))
    db.flush()
    db.expunge_all()
    assert statements(lambda: queries.by_phone("13300004471")) == few == 4
