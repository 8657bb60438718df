from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.catalogue import actions, bp, queries, rules
from portal.catalogue.forms import ICONS, CategoryForm, ItemForm, KindForm, PriorityForm, RootForm, ServiceForm, WordForm
from portal.catalogue.models import Category, Cause, Impact, Kind, Service, ServiceGroup, Stage, StandardItem, Urgency
from portal.core import idempotency, pages, stale
from portal.core.access import me, needs
from portal.core.db import release
from portal.core.errors import Conflict, NotFound, Refused

LISTS = {"kinds": (Kind, KindForm, _l("Kinds")), "stages": (Stage, WordForm, _l("Stages")), "causes": (Cause, WordForm, _l("Causes"))}


@bp.get("/")
@needs(rules.EDIT)
def index():
    services = queries.services(inactive=True)
    groups = [(g, [s for s in services if s.group == g]) for g in ServiceGroup]
    return pages.page("catalogue/index.html", groups=groups, sizes=queries.sizes_of_standards())


@bp.route("/services/new", methods=["GET", "POST"])
@needs(rules.EDIT)
@idempotency.once
def new_service():
    form = ServiceForm.of_request()
    if pages.is_post() and form.validate():
        made = actions.add(Service(**form.chosen()), by=me())
        return _saved("catalogue.service", service_id=made.id)
    return _page("catalogue/word.html", form, _("New service"), back="catalogue.index")


@bp.route("/services/<int:service_id>", methods=["GET", "POST"])
@needs(rules.EDIT)
def service(service_id: int):
    found = queries.service_with_standard(service_id)
    form = ServiceForm.of_request(data=_values(found, ServiceForm), version=found.version)
    done, conflict = _changed(form, found)
    if done:
        return _saved("catalogue.service", service_id=service_id)
    return _page("catalogue/service.html", form, found.word, conflict, service=found)


@bp.route("/services/<int:service_id>/items/new", methods=["GET", "POST"])
@needs(rules.EDIT)
@idempotency.once
def new_item(service_id: int):
    owner, form = queries.service_with_standard(service_id), ItemForm.of_request()
    if pages.is_post() and form.validate():
        actions.add(StandardItem(service_id=owner.id, **form.chosen()), by=me())
        return _saved("catalogue.service", service_id=service_id)
    return _page("catalogue/item.html", form, _("New item"), service=owner)


@bp.route("/services/<int:service_id>/items/<int:item_id>", methods=["GET", "POST"])
@needs(rules.EDIT)
def item(service_id: int, item_id: int):
    owner, found = _item(service_id, item_id)
    form = ItemForm.of_request(data=_values(found, ItemForm), version=found.version)
    done, conflict = _changed(form, found)
    if done:
        return _saved("catalogue.service", service_id=service_id)
    return _page("catalogue/item.html", form, found.word, conflict, service=owner)


@bp.post("/services/<int:service_id>/items/<int:item_id>/<any(up,down):way>")
@needs(rules.EDIT)
def move_item(service_id: int, item_id: int, way: str):
    owner, found = _item(service_id, item_id)
    actions.move(found, owner.items, way == "down", by=me())
    return pages.back("catalogue.service", service_id=service_id, _anchor=f"item-{item_id}")


def _item(service_id: int, item_id: int) -> tuple[Service, StandardItem]:
    owner = queries.service_with_standard(service_id)
    found = next((i for i in owner.items if i.id == item_id), None)
    if found is None:
        raise NotFound()
    return owner, found


@bp.get("/problems")
@needs(rules.EDIT)
def problems():
    rows = queries.categories(inactive=True)
    tree = [(root, [c for c in rows if c.parent_id == root.id]) for root in rows if root.parent_id is None]
    return pages.page("catalogue/problems.html", tree=tree)


@bp.route("/problems/new", methods=["GET", "POST"], defaults={"parent_id": None})
@bp.route("/problems/<int:parent_id>/new", methods=["GET", "POST"])
@needs(rules.EDIT)
@idempotency.once
def new_problem(parent_id: int | None):
    parent = _root(parent_id) if parent_id else None
    form = (CategoryForm if parent else RootForm).of_request()
    about = {"parent_id": parent.id, "icon": parent.icon} if parent else {}
    if pages.is_post() and form.validate() and _tried(form, lambda: actions.add(Category(**form.chosen(), **about), by=me())):
        return _saved("catalogue.problems")
    return _page("catalogue/word.html", form, _("New problem"), back="catalogue.problems", parent=parent)


def _root(id: int) -> Category:
    found = queries.find(Category, id)
    if found.parent_id is not None:
        raise NotFound()
    return found


@bp.route("/problems/<int:category_id>", methods=["GET", "POST"])
@needs(rules.EDIT)
def problem(category_id: int):
    found = queries.find(Category, category_id)
    form_class = CategoryForm if found.parent_id else RootForm
    form = form_class.of_request(data=_values(found, form_class), version=found.version)
    done, conflict = _changed(form, found)
    if done:
        return _saved("catalogue.problems")
    return _page("catalogue/word.html", form, found.word, conflict, back="catalogue.problems", parent=found.parent)


@bp.post("/problems/<int:category_id>/<any(up,down):way>")
@needs(rules.EDIT)
def move_problem(category_id: int, way: str):
    found = queries.find(Category, category_id)
    among = [c for c in queries.categories(inactive=True) if c.parent_id == found.parent_id]
    actions.move(found, among, way == "down", by=me())
    return pages.back("catalogue.problems", _anchor=f"problem-{category_id}")


@bp.get("/<any(kinds,stages,causes):what>")
@needs(rules.EDIT)
def words(what: str):
    model, _form, title = LISTS[what]
    return pages.page("catalogue/words.html", what=what, rows=queries.listed(model, inactive=True), title=title)


@bp.route("/<any(kinds,stages,causes):what>/new", methods=["GET", "POST"])
@needs(rules.EDIT)
@idempotency.once
def new_word(what: str):
    model, form_class, title = LISTS[what]
    form = form_class.of_request()
    if pages.is_post() and form.validate():
        actions.add(model(**form.chosen()), by=me())
        return _saved("catalogue.words", what=what)
    return _page("catalogue/word.html", form, _("New entry: %(list)s", list=title), back="catalogue.words", back_values={"what": what})


@bp.route("/<any(kinds,stages,causes):what>/<key>", methods=["GET", "POST"])
@needs(rules.EDIT)
def word(what: str, key: str):
    found, form_class = _word(what, key), LISTS[what][1]
    form = form_class.of_request(data=_values(found, form_class), version=found.version)
    done, conflict = _changed(form, found)
    if done:
        return _saved("catalogue.words", what=what)
    return _page("catalogue/word.html", form, found.word, conflict, back="catalogue.words", back_values={"what": what})


@bp.post("/<any(kinds,stages,causes):what>/<key>/<any(up,down):way>")
@needs(rules.EDIT)
def move_word(what: str, key: str, way: str):
    found = _word(what, key)
    actions.move(found, queries.listed(LISTS[what][0], inactive=True), way == "down", by=me())
    return pages.back("catalogue.words", what=what, _anchor=f"word-{key}")


def _word(what: str, key: str) -> Kind | Stage | Cause:
    rows = queries.listed(LISTS[what][0], inactive=True)
    found = next((r for r in rows if str(r.code if what == "kinds" else r.id) == key), None)
    if found is None:
        raise NotFound()
    return found


@bp.route("/priorities", methods=["GET", "POST"])
@needs(rules.EDIT)
def priorities():
    table, conflict = queries.priority_table(), None
    cells = {f"{u}_{i}": rule.priority for (u, i), rule in table.items()}
    shown = SimpleNamespace(version=sum(rule.version for rule in table.values()), **cells)
    form = PriorityForm.of_request(data=cells, version=shown.version)
    if pages.is_post() and form.validate():
        try:
            newest = max(table.values(), key=lambda rule: rule.version)
            stale.check(form, shown, {n: n for n in cells}, subject=newest, verbs=("catalogue.priority_changed",))
            actions.set_priorities({key: form[f"{key[0]}_{key[1]}"].data for key in table}, by=me())
            return _saved("catalogue.priorities")
        except Conflict as both:
            conflict = both
    return _page("catalogue/priorities.html", form, _("Priorities"), conflict, urgencies=Urgency, impacts=Impact)


def _values(record: Any, form_class: type[WordForm]) -> dict[str, Any]:
    return {n: getattr(record, n) for n in form_class.FIELDS}


def _changed(form: WordForm, record: Any) -> tuple[bool, Conflict | None]:
    """(done, conflict) of a sent form; refusals stand beside their field."""
    if not pages.is_post() or not form.validate():
        return False, None
    try:
        stale.check(form, record, {n: n for n in form.FIELDS}, verbs=("catalogue.added", "catalogue.changed"))
    except Conflict as conflict:
        return False, conflict
    return _tried(form, lambda: actions.change(record, by=me(), **form.chosen())), None


def _tried(form: WordForm, act: Callable[[], Any]) -> bool:
    try:
        act()
    except Refused as refused:
        release()
        form.refuse("digit" if isinstance(refused, actions.DigitTaken) else "active", refused.sentence)
        return False
    return True


def _saved(endpoint: str, **values: Any):
    pages.say(_("Saved."))
    return pages.back(endpoint, **values)


def _page(template: str, form: Any, title: Any, conflict: Conflict | None = None, **more: Any):
    status = 409 if conflict else 422 if pages.is_post() else 200
    more = {"back": "catalogue.index", "back_values": {}, "parent": None, "icons": dict(zip(ICONS, ICONS, strict=True)), **more}
    return pages.page(template, status=status, form=form, title=title, conflict=conflict, has_errors=form.has_errors, **more)
