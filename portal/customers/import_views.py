"""Bringing in tables: upload, preview with a reason per rejected row, then a yes."""

from __future__ import annotations

from flask import make_response
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.core import db as database
from portal.core import pages
from portal.core.access import may, me, needs
from portal.core.errors import NotFound
from portal.customers import bp, imported, importing, queries, tables  # noqa: F401 - the tables register themselves
from portal.customers.forms import ImportForm
from portal.customers.importing import TABLES

SHOWN = 200


@bp.route("/customers/import", methods=["GET", "POST"])
@needs("customers.import")
def import_table():
    form = ImportForm.of_request()
    form.kind.choices = [(kind, table.word) for kind, table in TABLES.items() if may(me(), table.permit)]
    if pages.is_post() and form.validate():
        batch = _received(form)
        if batch is not None:
            return pages.back("customers.show_import", batch_id=batch.id)
    status = 422 if pages.is_post() else 200
    return pages.page("customers/import.html", status=status, form=form, tables=TABLES, has_errors=form.has_errors)


def _received(form: ImportForm):
    upload = form.table.data
    if not getattr(upload, "filename", ""):
        form.refuse("table", _("Choose a file."))
        return None
    database.release()
    try:
        cells = tables.read(upload)
        return importing.receive(form.kind.data, upload.filename, cells, by=me())
    except tables.BadTable as bad:
        form.refuse("table", bad.sentence)
        return None


@bp.route("/customers/import/<any(customers,sites,staff):kind>.csv")
@needs("customers.import")
def import_template(kind: str):
    """An empty table with the right headers."""
    if kind not in TABLES:
        raise NotFound()
    answer = make_response(tables.written([importing.headers(TABLES[kind])]))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f"attachment; filename={kind}.csv"
    return answer


@bp.route("/customers/import/<int:batch_id>")
@needs("customers.import")
def show_import(batch_id: int):
    batch = queries.batch_for(me(), batch_id)
    table = TABLES[batch.kind]
    waiting, rejected = importing.waiting(batch), importing.rejected(batch)
    return pages.page(
        "customers/import_check.html", batch=batch, columns=importing.filled(table, waiting), waiting=waiting, rejected=rejected,
        made=len(importing.accepted(batch)) - len(waiting), shown=SHOWN, page_name=_("Check before importing"),
    )


@bp.route("/customers/import/<int:batch_id>/confirm", methods=["POST"])
@needs("customers.import")
def confirm_import(batch_id: int):
    if queries.batch_for(me(), batch_id).done_at is None:
        made = _import_in_parts(batch_id)
        pages.say(ngettext("%(num)d row is imported.", "%(num)d rows are imported.", made))
    return pages.back("customers.show_import", batch_id=batch_id)


def _import_in_parts(batch_id: int) -> int:
    """Rows made of the whole table. Each part is a transaction of its own: a killed server has kept the parts that were done."""
    left = 1
    while left:
        with database.unit_of_work():
            batch = queries.batch_for(me(), batch_id, lock=True)
            left = 0 if batch.done_at else importing.confirm(batch, by=me())
    return len(importing.accepted(queries.batch_for(me(), batch_id)))
