"""T2, T4: files by guessing, and fields that name something one may not use (trust.md)."""

import pytest
from sqlalchemy import select

from portal.core import clock, files
from portal.core.access import SYSTEM
from portal.core.activity import Audience
from portal.core.files import StoredFile
from portal.customers.models import Customer
from portal.tickets import actions as tickets
from portal.tickets.models import Ticket
from portal.visits.models import Visit
from tests import cast, make
from tests.trust.doors import Form
from tests.visits import scene

pytestmark = pytest.mark.once

NOBODYS = "999999"


def test_each_file_is_reached_through_its_own_record_only(app, clients, company, doors, db):
    """Every stored file, asked through every address that serves files: {my record}/{your file} is not there."""
    stored = [*db.scalars(select(StoredFile)), files.store(scene.received(), make.ticket(), by=SYSTEM)]
    db.commit()
    wrong, right, site = [], 0, app.url_map.bind("localhost")
    for door in doors:
        values = site.match(door.address.split("?")[0], "GET")[1] if door.opens else {}
        for file in stored if "file_id" in values else ():
            path = site.build(door.endpoint, {**values, "file_id": file.id})
            answer = clients[door.entry.who[0]].get(path)
            belongs = values["file_id"] == file.id or _belongs(door.endpoint, company, file)
            right += answer.status_code == 200
            if answer.status_code != (200 if belongs else 404):
                wrong.append(f"{door.endpoint} {path}: {answer.status_code}, the file is of {file.subject_type} {file.subject_id}, {file.audience}")
    assert not wrong and right >= 5, "\n".join(wrong)


def _belongs(endpoint: str, w, file: StoredFile) -> bool:
    visit, ticket = ("visit", w.visit.id), w.ticket.id
    subject = (file.subject_type, file.subject_id)
    return {
        "public.ticket_file": file.ticket_id == w.complaint.id and file.audience is Audience.PUBLIC,
        "tickets.file": file.ticket_id == ticket,
        "visits.photo": subject == visit,
        "proposals.photo": subject == ("proposal", w.proposal.id),
        "field.report_file": subject == ("field_report", w.report.id),
        "public.request_photo": subject[0] == "pending_request",
    }[endpoint]


def test_a_file_of_an_internal_note_does_not_exist_behind_the_customers_link(clients, company, db):
    tickets.note(company.complaint, "只给同事看", [scene.received()], by=company.people["agent"])
    internal = db.scalars(select(StoredFile.id).where(StoredFile.audience == Audience.INTERNAL, StoredFile.ticket_id == company.complaint.id)).all()
    assert internal
    for number in internal:
        for tail in ("", "?thumb=1"):
            assert clients[None].get(f"/t/{company.token}/files/{number}{tail}").status_code == 404


def _ids_of(form: Form) -> list[str]:
    names = {name for name, _value in form.fields}
    return [n for n in names if n.endswith("_id") or n in ("owner", "technician", "second", "into", "area", "team", "teams", "areas", "leads", "services", "site", "customer", "visit", "item", "ids", "category", "ticket")]


def test_a_field_that_names_what_is_not_there_links_nothing(clients, forms, db):
    wrong, tried = [], 0
    for form in forms:
        for name in _ids_of(form):
            tried += 1
            answer = clients[form.role].post(form.action, data={**dict(form.fields), name: NOBODYS})
            if answer.status_code >= 500:
                wrong.append(f"{form}: {name} → {answer.status_code}")
    assert tried > 25
    assert not wrong, "\n".join(wrong)
    assert not [f"{c.table.name}.{c.name}" for t in _tables() for c in t.c if _names_a_row(c) and db.scalar(select(c).where(c == int(NOBODYS)))]


def _tables():
    from portal.core.db import db

    return db.metadata.sorted_tables


def _names_a_row(column) -> bool:
    return column.name.endswith("_id") and not column.primary_key and column.type.python_type is int


@pytest.fixture
def ours(app, clock):
    """Two teams; our supervisor is signed in, the ticket of the other team is theirs."""
    mine, other = cast.team("徐汇班组"), cast.team("浦东班组")
    boss = cast.supervisor(team=mine, leads=True, company_wide=False)
    made = {"client": cast.signed_in(app.test_client(), boss), "boss": boss, "theirs": make.ticket(make.customer("欧阳若兰")), "mine": make.ticket(make.customer("周建国"))}
    made["theirs"].team, made["mine"].team = other, mine
    return made


SIDE_DOORS = [
    ("/tickets/{mine}/merge", {"number": "{number}"}), ("/tickets/{mine}/links", {"number": "{number}"}), ("/tickets/new/append", {"into": "{theirs}", "words": "同一件事"}),
    ("/visits/new?ticket={theirs}", {"technician": "{technician}", "day": "{day}", "start": "10:00", "end": "11:00"}),
    ("/desk/calls/new?ticket={theirs}", {"words": "请回电"}), ("/visits/board/book?ticket={theirs}&at=1000", {"ticket": "{theirs}", "technician": "{technician}"}),
    ("/tickets/{mine}/assign", {"owner_id": "{technician}"}), ("/tickets/{mine}/owner", {"owner": "{technician}"}), ("/bulk/?ids={theirs}", {"ids": "{theirs}", "owner": "me"}),
    ("/tickets/{mine}/tasks/new", {"title": "查合同", "owner_id": NOBODYS, "department": "x"}),
]


@pytest.mark.parametrize("path, fields", SIDE_DOORS)
def test_what_one_may_not_see_cannot_be_named_in_a_form(ours, db, path, fields):
    """The foreign record and one that does not exist get the same answer."""
    technician = cast.technician()
    known = {"mine": ours["mine"].id, "technician": technician.id, "day": clock.today().isoformat()}
    answers, before = [], _state(db, ours["theirs"])
    for theirs, number in ((ours["theirs"].id, ours["theirs"].number), (NOBODYS, "S2611-9999")):
        sent = {k: v.format(theirs=theirs, number=number, **known) for k, v in fields.items()}
        answer = ours["client"].post(path.format(theirs=theirs, **known), data={"key": f"one-time-{theirs}-{number}", **sent}, follow_redirects=True)
        body = answer.get_data(as_text=True)
        assert "欧阳" not in body and "若兰" not in body
        answers.append(answer.status_code)
    assert answers[0] == answers[1], answers
    assert _state(db, ours["theirs"]) == before and ours["mine"].owner_id is None


def _state(db, ticket: Ticket) -> tuple:
    row = db.get(Ticket, ticket.id)
    return row.status, row.owner_id, row.version, row.changed_id, len(db.scalars(select(Visit.id).where(Visit.ticket_id == ticket.id)).all())


def test_a_home_or_number_of_another_customer_cannot_be_taken(clients, company, db):
    other = make.customer("陌生人")
    agent, site = clients["agent"], other.sites[0].id
    path = f"/customers/{company.customer.id}"
    for address in (f"{path}/sites/{site}/edit", f"{path}/phones/{other.phones[0].id}/edit"):
        assert agent.get(address).status_code == agent.post(address, data={"caller": "x"}).status_code == 404
    answer = agent.post(f"{path}/phones/new", data={"key": "one-time-key", "number": "13900001234", "site_id": str(site)})
    assert answer.status_code == 422
    assert agent.post(f"{path}/reveal", data={"what": f"site-{site}"}).status_code in (404, 422)
    assert db.get(Customer, other.id).name == "陌生人"
