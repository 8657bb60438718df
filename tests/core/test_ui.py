"""The macros of templates/ui under several threads."""

import threading
from types import SimpleNamespace

import pytest
from flask import url_for
from flask_babel import force_locale, lazy_gettext
from markupsafe import Markup

from portal.core import drawing
from portal.core.drawing import Ui, _remembering


def test_a_page_drawn_while_another_thread_loads_the_macros_finds_them(app):
    found, loaded = [], []

    def get_template(path):
        loaded.append(path)
        if len(loaded) == 5:  # half way: somebody else's first page
            name = next(n for n in vars(app.jinja_env.get_template(loaded[0]).module) if not n.startswith("_"))
            other = threading.Thread(target=lambda: found.append(hasattr(ui, name)))
            other.start()
            other.join()
        return app.jinja_env.get_template(path)

    env = SimpleNamespace(get_template=get_template, list_templates=app.jinja_env.list_templates)
    ui = Ui(SimpleNamespace(jinja_env=env, config={"TEMPLATES_AUTO_RELOAD": False}))
    assert hasattr(ui, "avatar") and not hasattr(ui, "window_that_is_none")
    assert found == [True]


def test_what_is_remembered_is_told_apart_by_its_type_also_inside(app):
    asked = []
    draw = _remembering(lambda *values, **more: asked.append(values) or Markup(f"{values!r}{more!r}"))
    with app.test_request_context("/"):
        for values in [("<b>",), (Markup("<b>"),), (1,), (True,), ([1, 2],), ([1], 2), ([{"a": "x"}],), ([{"a": Markup("x")}],), ([{"b": "x"}],)]:
            before = len(asked)
            assert draw(*values) == draw(*values) and len(asked) == before + 1, values
        assert draw("a", b="c") == draw("a", b="c") != draw("a", c="c")


def test_what_is_long_or_no_plain_value_is_drawn_each_time(app):
    asked = []
    draw = _remembering(lambda *values: asked.append(1) or Markup("x"))
    with app.test_request_context("/"):
        for value in ("字" * 401, object(), [object()], {"a": object()}):
            draw(value), draw(value)
    assert len(asked) == 8


def test_addresses_that_differ_in_their_numbers_share_a_drawing(app):
    asked = []
    draw = _remembering(lambda items, href=None: asked.append(items) or Markup("").join([*[Markup("<a href={}>").format(i["href"]) for i in items], href or ""]))
    file, page = (lambda n, m: drawing.address("tickets.file", ticket_id=n, file_id=m)), (lambda n: drawing.address("tickets.index", view="all", page=n))
    with app.test_request_context("/"):
        for n, m in ((1, 2), (3, 3), (70, 10**15)):
            items = [{"href": file(n, m)}, {"href": page(m)}]
            assert draw(items, href=page(n)) == Markup("<a href={}><a href={}>{}").format(file(n, m), page(m), page(n))
        assert len(asked) == 1 and draw(items, href=file(1, 2)) != draw(items, href=str(file(1, 2))[:-1]) and len(asked) == 3
        many = [{"href": page(n)} for n in range(len(drawing.MARKS) + 1)]
        assert draw(many) == Markup("").join([Markup("<a href={}>").format(i["href"]) for i in many])


def test_a_word_that_is_translated_when_read_is_remembered_by_language(app):
    asked, word = [], lazy_gettext("Tickets")
    draw = _remembering(lambda text: asked.append(1) or Markup(str(text)))
    said = []
    for language in ("zh_CN", "en", "en"):
        with app.test_request_context("/"), force_locale(language):
            said.append(draw(word))
    assert said == ["工单", "Tickets", "Tickets"] and len(asked) == 2


@pytest.mark.once
@pytest.mark.parametrize("endpoint, values", [
    ("tickets.show", {"ticket_id": 7}), ("tickets.show", {"ticket_id": 70, "view": "all", "as_of": 7}), ("tickets.file", {"ticket_id": 3, "file_id": 3}),
    ("tickets.step", {"ticket_id": 0, "verb": "accept"}), ("tickets.index", {"view": "{0} 漏水", "_anchor": "{1}"}), ("tickets.show", {"ticket_id": 5, "q": 10**15}),
])
def test_addresses_are_those_that_flask_builds(app, endpoint, values):
    with app.test_request_context("/"):
        for more in (0, 1):
            asked = {name: value + more if isinstance(value, int) else value for name, value in values.items()}
            assert drawing.address(endpoint, **asked) == url_for(endpoint, **asked)
