"""A table of customers, homes or staff becomes a batch of checked rows, and after a yes the records. Each rejected row has its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from portal.core import activity, clock
from portal.core.access import require
from portal.core.db import db
from portal.core.errors import Refused, WrongState
from portal.customers import actions, queries, regions
from portal.customers.forms import ImportedCustomer, ImportedSite
from portal.customers.models import CustomerClass, CustomerPhone, ImportBatch
from portal.customers.tables import BadTable

HOME = {
    "province": _l("Province"), "city": _l("City"), "district": _l("District"), "estate": _l("Estate or street"), "detail": _l("Building and door"),
    "area": _l("Area"), "layout": _l("Layout"), "size": _l("Size in m²"), "access_notes": _l("Way in"), "reminder": _l("Reminder for whoever comes"),
    "handover_on": _l("Handed over on"), "warranty_until": _l("Under warranty until"),
}
CUSTOMER = {
    "name": _l("Name"), "phone": _l("Phone"), "salutation": _l("Salutation"), "class_": _l("Class"), "email": _l("E-mail"),
    "preference": _l("Preferences"), "note": _l("Good to know"),
}


@dataclass(frozen=True)
class Table:
    """One kind of table: its columns (name → word, also read as headers), the permit, how a row is checked and made."""

    word: Any
    columns: dict[str, Any]
    needed: tuple[str, ...]
    permit: str
    check: Callable[[dict], tuple[dict, str]]
    make: Callable[[dict, Any], None]
    known: Callable[[list[dict]], dict[str, str]]


TABLES: dict[str, Table] = {}


def headers(table: Table) -> list[str]:
    return [str(word) for word in table.columns.values()]


def receive(kind: str, name: str, cells: list[list[str]], *, by: Any) -> ImportBatch:
    """Check every row and keep the outcome. Raises BadTable when a needed column is missing."""
    table = TABLES[kind]
    require(by, table.permit)
    columns = _columns(table, cells[0])
    rows = [_checked(table, line, dict(zip(columns, row, strict=False))) for line, row in enumerate(cells[1:], start=2)]
    _refuse_known(table, rows)
    batch = ImportBatch(kind=kind, name=name[:120], rows=rows, person_id=by.id, at=clock.now())
    db.session.add(batch)
    activity.record("import.checked", batch, by=by, kind=kind, rows=len(rows), rejected=len(rejected(batch)))
    return batch


def _columns(table: Table, header: list[str]) -> list[str]:
    """Column names by header, in the reader's language, in either, or plain."""
    known = {}
    for name, word in table.columns.items():
        known |= {_fold(name): name, _fold(name.strip("_")): name, _fold(str(word)): name, _fold(_english(word)): name}
    found = [known.get(_fold(cell), "") for cell in header]
    missing = [str(table.columns[n]) for n in table.needed if n not in found]
    if missing:
        raise BadTable(_("The table lacks the column %(names)s. The first row must hold the headers.", names=", ".join(missing)))
    return found


def _english(word: Any) -> str:
    return word._args[0]  # a lazy string keeps its msgid, which is the English word


def _fold(text: str) -> str:
    return "".join(text.lower().split())


def _checked(table: Table, line: int, values: dict[str, str]) -> dict:
    values = {name: value for name, value in values.items() if name and value}
    values, problem = table.check(values)
    return {"line": line, "values": values, "problem": problem}


def _refuse_known(table: Table, rows: list[dict]) -> None:
    """Rows that are here already, or twice in the table."""
    good = [row for row in rows if not row["problem"]]
    here, seen = table.known([row["values"] for row in good]), {}
    for row in good:
        mark = row["values"]["mark"]
        if mark in here:
            row["problem"] = here[mark]
        elif mark in seen:
            row["problem"] = _("The same as line %(line)d.", line=seen[mark])
        seen.setdefault(mark, row["line"])


def rejected(batch: ImportBatch) -> list[dict]:
    return [row for row in batch.rows if row["problem"]]


def accepted(batch: ImportBatch) -> list[dict]:
    return [row for row in batch.rows if not row["problem"]]


def confirm(batch: ImportBatch, *, by: Any) -> int:
    """Make the accepted rows; once, whoever presses how often. Keeps only line numbers and reasons. Returns how many."""
    table = TABLES[batch.kind]
    require(by, table.permit)
    first = update(ImportBatch).where(ImportBatch.id == batch.id, ImportBatch.done_at.is_(None)).values(done_at=clock.now())
    if not db.session.execute(first).rowcount:
        raise WrongState(_("This table is imported already."))
    _refuse_known(table, batch.rows)
    made = accepted(batch)
    for row in made:
        table.make(row["values"], by)
    batch.rows = [{"line": row["line"], "values": {}, "problem": row["problem"]} for row in batch.rows]
    activity.record("import.done", batch, by=by, kind=batch.kind, made=len(made))
    return len(made)


def _home(values: dict[str, str]) -> dict[str, str]:
    """Names of region, area and days as people write them, in the form's words."""
    made = {k: values[k] for k in ("estate", "detail", "layout", "size", "access_notes", "reminder") if k in values}
    for name in ("handover_on", "warranty_until"):
        if name in values:
            made[name] = "-".join(p.zfill(2) for p in values[name].replace("/", "-").replace(".", "-").split("-"))
    named = [values.get(k, "") for k in ("province", "city", "district")]
    if any(named):
        code = regions.code_of(*named)
        if not code:
            raise Refused(_("Province, city and district do not fit together: %(names)s.", names=" ".join(n for n in named if n)))
        made |= {"province": code[:2], "city": code[:4], "district": code} if len(code) == 6 else {"province": code}
    if "area" in values:
        made["area_id"] = str(next((a.id for a in queries.areas() if values["area"] in (a.name, a.name_en)), "0"))
    return made


def _form_values(form: Any, sent: dict[str, str]) -> tuple[dict, str]:
    if form.validate():
        return sent, ""
    wrong = next(f for f in form if f.errors)
    return sent, f"{wrong.label.text}{_(': ')}{wrong.errors[0]}"


def _check_customer(values: dict[str, str]) -> tuple[dict, str]:
    try:
        sent = {k: v for k, v in values.items() if k in CUSTOMER} | _home(values) | {"class_": _class_of(values.get("class_", ""))}
    except Refused as refused:
        return values, str(refused.sentence)
    form = ImportedCustomer(MultiDict(sent))
    sent, problem = _form_values(form, sent)
    return (sent, problem) if problem else ({**sent, "mark": form.phone.phone.e164}, "")


def _class_of(text: str) -> str:
    """By stored value or by word; nothing means normal, anything else is left for the form to refuse."""
    names = {_fold(w): c.value for c in CustomerClass for w in (c.value, c.word, _english(c._word))}
    return names.get(_fold(text), text) if text else CustomerClass.NORMAL.value


def _known_customers(rows: list[dict]) -> dict[str, str]:
    numbers = [row["mark"] for row in rows]
    found = db.session.scalars(select(CustomerPhone.e164).where(CustomerPhone.e164.in_(numbers)))
    return dict.fromkeys(found, _("A customer with this number is here already."))


def _make_customer(values: dict, by: Any) -> None:
    form = ImportedCustomer(MultiDict(values))
    about = {n: form[n].data or "" for n in ("salutation", "preference", "note")}
    site = form.site_values() if form.detail.data else None
    form.validate()
    actions.create(form.name.data, [form.phone.phone], site, by=by, email=form.email.data, class_=form.class_.data, **about)


def _check_site(values: dict[str, str]) -> tuple[dict, str]:
    try:
        sent = {"phone": values.get("phone", ""), **_home(values)}
    except Refused as refused:
        return values, str(refused.sentence)
    form = ImportedSite(MultiDict(sent))
    sent, problem = _form_values(form, sent)
    if problem:
        return sent, problem
    owners = queries.by_number(form.phone.phone.e164)
    if len(owners) != 1:
        return sent, _("No customer has this number.") if not owners else _("Several customers have this number. Enter this home by hand.")
    return {**sent, "mark": f"{owners[0].id} {_fold(form.estate.data or '')} {_fold(form.detail.data)}"}, ""


def _known_sites(rows: list[dict]) -> dict[str, str]:
    ids = {int(row["mark"].split()[0]) for row in rows}
    return dict.fromkeys(
        (f"{s.customer_id} {_fold(s.estate)} {_fold(s.detail)}" for s in queries.sites_of(ids)), _("This customer has this home already.")
    )


def _make_site(values: dict, by: Any) -> None:
    form = ImportedSite(MultiDict(values))
    form.validate()
    actions.add_site(queries.by_number(form.phone.phone.e164)[0], by=by, **form.site_values())


TABLES["customers"] = Table(
    _l("Customers, each with a number and a home"), CUSTOMER | HOME, ("name", "phone"), "customers.import", _check_customer, _make_customer, _known_customers
)
TABLES["sites"] = Table(
    _l("More homes of customers who are here"), {"phone": _l("Phone"), **HOME}, ("phone", "detail"), "customers.import", _check_site, _make_site, _known_sites
)
