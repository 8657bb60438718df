"""How templates call what they draw with: `ui.name(…)` for the macros of templates/ui/, remembered; plain functions without a detour."""

from __future__ import annotations

import random
import re
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any, Callable, Iterator

from flask import Flask, has_request_context, request, url_for
from flask_babel.speaklater import LazyString
from jinja2 import StrictUndefined
from jinja2.runtime import Context
from markupsafe import Markup

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


class Address(str):
    """A path that knows where its numbers stand: `pattern` has {} for each of `numbers`."""

    __slots__ = ("pattern", "numbers")


def address(endpoint: str, **values: Any) -> str:
    """Flask's `url_for`: the path of a page hangs on nothing but its parts, and pages repeat the same ones with other numbers in them."""
    if not has_request_context() or endpoint[0] == ".":
        return url_for(endpoint, **values)
    parts, numbers = [], []
    for name, value in values.items():
        kind = type(value)
        if kind is int and value >= 0:
            parts.append((name, None))
            numbers.append(value)
        elif kind is str:
            parts.append((name, value))
        else:
            return url_for(endpoint, **values)
    pattern, order = _pattern(request.script_root, endpoint, tuple(parts))
    if not numbers:
        return pattern
    if order:
        numbers = [numbers[place] for place in order]
    made = Address(pattern.format(*numbers))
    made.pattern, made.numbers = pattern, numbers
    return made


@lru_cache(maxsize=2048)
def _pattern(_root: str, endpoint: str, parts: tuple[tuple[str, str | None], ...]) -> tuple[str, tuple[int, ...]]:
    """(the address with {} for its numbers, which of them stands at each unless they stand in order): built with numbers that stand
    nowhere else, which are then taken out. Without numbers as it is."""
    marks = iter(MARKS)
    made = url_for(endpoint, **{name: next(marks) if value is None else value for name, value in parts})
    order = tuple(MARKS.index(int(mark)) for mark in _MARK.findall(made))
    if not order:
        return made, ()
    made = _MARK.sub("{}", made.replace("{", "{{").replace("}", "}}"))
    return made, () if order == tuple(range(len(order))) else order


MARKS = tuple(random.SystemRandom().sample(range(10**14, 10**15), 20))  # of the same length: none is part of another
_MARK = re.compile("|".join(map(str, MARKS)))


class Ui:
    """`ui.button(…)`: every macro of templates/ui/, one file each, reachable from pages, blocks and other macros."""

    def __init__(self, app: Flask):
        self._app = app

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        drawers = self._load()
        if not self._app.config["TEMPLATES_AUTO_RELOAD"]:
            vars(self).update(drawers)  # whole, in one step: other threads are drawing
        try:
            return drawers[name]
        except KeyError:
            raise AttributeError(f"no macro templates/ui/{name}.html") from None

    def _load(self) -> dict[str, Callable]:
        env, macros = self._app.jinja_env, {}
        for path in env.list_templates(filter_func=lambda n: n.startswith("ui/")):
            module = env.get_template(path).module
            macros.update({k: v for k, v in vars(module).items() if callable(v) and not k.startswith("_")})
        return {name: _remembering(macro) for name, macro in macros.items()}


PLAIN = {str, Markup, int, float, bool, type(None)}
MOST_REMEMBERED, MOST_LETTERS, LONGEST = 1000, 150_000, 400  # drawings of a macro, letters of them together, letters of a text


def _remembering(macro: Callable) -> Callable:
    """The macro, its answers kept: it sees nothing but its arguments and the language, and pages repeat the same buttons and marks.

    Only plain arguments (or of a class that says `plain`), also in lists and tables; each with its type: a Markup equals the same text
    unescaped, and True equals 1, and neither may share its answer with the other. Addresses that differ in their numbers alone share one.
    """
    known: dict[tuple, Any] = {}
    letters = 0

    def draw(*args, **more):
        nonlocal letters
        key, numbers = [language()], []
        if not (_add(key, args, numbers) and (not more or _add_table(key, more, numbers))) or len(numbers) > len(MARKS):
            return macro(*args, **more)
        place = tuple(key)
        drawn = known.get(place)
        if drawn is None:
            if numbers:
                marks = iter(MARKS)
                args, more = _marked(args, marks), _marked(more, marks)
            drawn = macro(*args, **more)
            if len(known) >= MOST_REMEMBERED or letters > MOST_LETTERS:
                known.clear()
                letters = 0
            known[place] = drawn
            letters += len(drawn)
        return _filled(drawn, numbers) if numbers else drawn

    return draw


_WRITTEN = tuple(map(str, MARKS))


def _filled(drawn: Markup, numbers: list[int]) -> Markup:
    text = str(drawn)
    for mark, number in zip(_WRITTEN, numbers):
        text = text.replace(mark, str(number))
    return Markup(text)  # noqa: S704 - digits


def _marked(value: Any, marks: Iterator[int]) -> Any:
    """The same with a mark for each number of its addresses, in the order in which `_add` finds them."""
    kind = type(value)
    if kind is Address:
        return value.pattern.format(*[next(marks) for _number in value.numbers])
    if kind is dict:
        return {name: _marked(one, marks) for name, one in value.items()}
    return kind(_marked(one, marks) for one in value) if kind is list or kind is tuple else value


def _add(key: list[Any], values: Any, numbers: list[int]) -> bool:
    """Are they all plain? Then they stand in the key, each behind its type; of an address its numbers are put aside."""
    for value in values:
        kind = type(value)
        key.append(kind)
        if kind in PLAIN:
            if (kind is str or kind is Markup) and len(value) > LONGEST:
                return False
            key.append(value)
        elif kind is LazyString:
            key.append(str(value))
        elif kind is Address:
            key.append(value.pattern)
            numbers.extend(value.numbers)
        elif kind is list or kind is tuple:
            key.append(len(value))
            if not _add(key, value, numbers):
                return False
        elif kind is dict:
            key.append(len(value))
            if not _add_table(key, value, numbers):
                return False
        elif getattr(kind, "plain", False):
            key.append(value)
        else:
            return False
    return True


def _add_table(key: list[Any], table: dict[str, Any], numbers: list[int]) -> bool:
    key.extend(table)
    return _add(key, table.values(), numbers)
