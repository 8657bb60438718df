"""How templates call what they draw with: `ui.name(…)` for the macros of templates/ui/, remembered; plain functions without a detour."""

from __future__ import annotations

from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any, Callable

from flask import Flask, has_request_context, request, url_for
from jinja2 import StrictUndefined
from jinja2.runtime import Context

from portal.core.i18n import language


def init_app(app: Flask) -> None:
    env = app.jinja_env
    env.undefined, env.context_class = StrictUndefined, PlainCalls
    env.trim_blocks = env.lstrip_blocks = True
    app.config.setdefault("TEMPLATES_AUTO_RELOAD", app.config["DEBUG"])
    env.globals.update(ui=Ui(app), url_for=address)


class PlainCalls(Context):
    """A page calls some hundred functions: those that ask for no context (nearly all) are called at once, a third of the cost."""

    def call(__self, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: B902, N805 - as Jinja has it: templates pass any names
        if type(__obj) in (FunctionType, MethodType) and not hasattr(__obj, "jinja_pass_arg"):
            if kwargs:
                kwargs.pop("_block_vars", None)
                kwargs.pop("_loop_vars", None)
            return __obj(*args, **kwargs)
        return super().call(__obj, *args, **kwargs)


def address(endpoint: str, **values: Any) -> str:
    """Flask's `url_for`: the path of a page hangs on nothing but its parts, and pages repeat the same ones."""
    if has_request_context() and endpoint[0] != "." and all(type(v) in (int, str) for v in values.values()):
        return _address(request.script_root, endpoint, tuple(values.items()))
    return url_for(endpoint, **values)


@lru_cache(maxsize=2048)
def _address(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


class Ui:
    """`ui.button(…)`: every macro of templates/ui/, one file each, reachable from pages, blocks and other macros."""

    def __init__(self, app: Flask):
        self._app, self._drawers = app, {}

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._drawers or self._app.config["TEMPLATES_AUTO_RELOAD"]:
            self._drawers = self._load()  # whole, in one step: other threads are drawing
        try:
            return self._drawers[name]
        except KeyError:
            raise AttributeError(f"no macro templates/ui/{name}.html") from None

    def _load(self) -> dict[str, Callable]:
        env, macros = self._app.jinja_env, {}
        for path in env.list_templates(filter_func=lambda n: n.startswith("ui/")):
            module = env.get_template(path).module
            macros.update({k: v for k, v in vars(module).items() if callable(v) and not k.startswith("_")})
        return {name: _remembering(macro) for name, macro in macros.items()}


PLAIN = {str, int, float, bool, type(None)}
MOST_REMEMBERED = 1000


def _remembering(macro: Callable) -> Callable:
    """The macro, its answers kept: it sees nothing but its arguments and the language, and lists repeat the same marks row by row.

    Only plain arguments (or of a class that says `plain`): a Markup equals the same text unescaped and must never share its answer.
    """
    known: dict[tuple, Any] = {}

    def draw(*args, **more):
        values = (*args, *more.values())
        if not all(type(v) in PLAIN or getattr(type(v), "plain", False) for v in values):
            return macro(*args, **more)
        key = (language(), tuple(map(type, values)), args, tuple(more.items()))
        drawn = known.get(key)
        if drawn is None:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            drawn = known[key] = macro(*args, **more)
        return drawn

    return draw
