"""Files and functions stay small; what is vendored is what it says; the ways in are declared; README lists every setting."""

import hashlib
import re

import pytest

from portal.settings import SETTINGS
from portal.translations.build import at_odds, missing
from tests.house.source import ROOT, functions, modules, short

MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 50
DATA = {"seeds.py", "names.py", "story.py", "words.py", "data.py"}


def test_no_module_is_longer_than_a_person_reads_at_once():
    long = [f"{short(p)} {n}" for p in modules() if p.name not in DATA and "/data/" not in str(p) and (n := len(p.read_text().splitlines())) > MOST_LINES]
    assert long == []


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{short(p)} {f.name} {n}" for p in modules() if p.name not in DATA
        for f in functions(p) if (n := f.end_lineno - f.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def test_vendored_files_are_unchanged():
    rows = re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (ROOT / "static/vendor/README.md").read_text(), re.M)
    scripts = {path.name for path in (ROOT / "static/vendor").glob("*.js")}
    assert {name for name, _ in rows} == scripts
    for name, wanted in rows:
        assert hashlib.sha256((ROOT / "static/vendor" / name).read_bytes()).hexdigest() == wanted


@pytest.mark.once
def test_every_address_says_who_may_use_it(app):
    bare = [rule.endpoint for rule in app.url_map.iter_rules() if not hasattr(app.view_functions[rule.endpoint], "access")]
    assert bare == []


def test_every_text_has_its_chinese():
    assert [f"{place}: {text}" for text, place in missing().items()] == []


def test_no_text_has_two_chinese_wordings(tmp_path):
    """Where the meaning differs, the English has to differ as well."""
    assert at_odds() == {}
    for name, words in (("a", "移除"), ("b", "删除")):
        (tmp_path / f"{name}.po").write_text(f'msgid "Remove"\nmsgstr "{words}"\n')
    assert at_odds(tmp_path) == {"Remove": {"移除", "删除"}}


def test_chinese_keeps_the_places_of_the_english():
    from portal.translations.build import merge

    wrong = [m.id for m in merge() if m.id and isinstance(m.id, str) and set(_places(m.id)) != set(_places(m.string))]
    assert wrong == []


def _places(text: str) -> list[str]:
    return re.findall(r"%\((\w+)\)", text)


def test_readme_lists_every_setting_with_its_default_and_meaning():
    from tests.house.readme import settings_table

    text = (ROOT / "README.md").read_text()
    assert settings_table() in text, "run: .venv/bin/python -m tests.house.readme"
    assert [row.name for row in SETTINGS if f"`{row.name}`" not in text] == []


def test_a_name_in_css_belongs_to_one_file():
    """Two parts that draw the same name differently would each spoil the other's pages."""
    owners: dict[str, set[str]] = {}
    for path in (ROOT / "static" / "css").glob("*.css"):
        for name in re.findall(r"^  (\.[a-z-]+)\s*\{", re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL), re.MULTILINE):
            owners.setdefault(name, set()).add(path.name)
    assert {name: files for name, files in owners.items() if len(files) > 1} == {}
