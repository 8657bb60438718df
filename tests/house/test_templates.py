"""Templates hold no code and no style, stay short, and are all in use."""

import re

import pytest

from tests.house.source import TEMPLATES, modules, short, templates

MOST_LINES = 80
DYNAMIC = ("errors/",)  # named by status at run time
FORBIDDEN = {
    "inline style": r"\sstyle\s*=",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "inline <style>": r"<style[\s>]",
    "event attribute": r"\son[a-z]+\s*=\s*[\"']",
    "hx-on or hx-boost": r"hx-(on|boost)",
    "js: value": r"[\"']\s*(js|javascript):",
    "translation of something that is not written there (it would be trusted text)": r"(?<![\w.])_\(\s*[^'\"\s]",
    "trusted text": r"(?<!['\"\s])\s*\|\s*safe\b",  # an attribute written out in the template itself is fine
    "filter in a trigger": r"hx-trigger=\"[^\"]*\[",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_has(what):
    wrong = [f"{short(path)}: {match[0]!r}" for path in templates() for match in re.finditer(FORBIDDEN[what], _without_comments(path))]
    assert wrong == []


def test_templates_are_short():
    assert [short(path) for path in templates() if len(path.read_text().splitlines()) > MOST_LINES] == []


def test_every_template_is_used():
    names = [path.relative_to(TEMPLATES).as_posix() for path in templates()]
    code = "\n".join(path.read_text() for path in modules())
    others = {name: _without_comments(TEMPLATES / name) for name in names}
    unused = [
        name for name in names
        if not name.startswith((*DYNAMIC, "ui/")) and name not in code and not any(name in text for other, text in others.items() if other != name)
    ]
    assert unused == []


def test_every_macro_is_used():
    everything = "\n".join(_without_comments(path) for path in templates()) + "\n".join(path.read_text() for path in modules())
    unused = [
        f"{short(path)}: {macro}" for path in (TEMPLATES / "ui").glob("*.html")
        for macro in re.findall(r"{%-?\s*macro\s+(\w+)", path.read_text())
        if not macro.startswith("_") and not re.search(rf"\bui\.{macro}\b", everything)
        and len(re.findall(rf"\b{macro}\(", everything)) < 2
    ]
    assert unused == []


def _without_comments(path) -> str:
    return re.sub(r"{#.*?#}", "", path.read_text(), flags=re.S)
