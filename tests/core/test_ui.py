"""The macros of templates/ui under several threads."""

import threading
from types import SimpleNamespace

from portal.core.drawing import Ui


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
