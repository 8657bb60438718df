"""Joins parts/*.po to one catalogue and compiles it: `python -m portal.translations.build` (with --missing: say what lacks Chinese)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PARTS = HERE / "zh_CN" / "parts"
COMPILED = HERE / "zh" / "LC_MESSAGES" / "messages.mo"  # Babel calls zh_CN zh_Hans_CN; gettext then looks for zh_Hans_CN and zh
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
OPTIONS = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}


def build(parts: Path = PARTS, compiled: Path = COMPILED) -> Path:
    """Write messages.mo unless it is younger than every part. Returns its path."""
    if _stale(parts, compiled):
        compiled.parent.mkdir(parents=True, exist_ok=True)
        _write(compiled, merge(parts))
    return compiled


def merge(parts: Path = PARTS) -> Catalog:
    """All parts in file-name order; doubles say the same (`at_odds`)."""
    catalogue = Catalog(locale="zh_CN", charset="utf-8")
    for path in sorted(parts.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_CN", charset="utf-8"):
                if message.id and any(_strings(message)) and message.id not in catalogue:
                    catalogue.add(message.id, message.string, flags=message.flags)
    return catalogue


def used() -> dict[str, str]:
    """Every msgid that code and templates ask for → the first place that asks."""
    found: dict[str, str] = {}
    for folder in ("portal", "templates"):
        for file, line, message, _comments, _context in extract_from_dir(ROOT / folder, METHODS, OPTIONS, KEYWORDS):
            singular = message if isinstance(message, str) else message[0]
            found.setdefault(singular, f"{folder}/{file}:{line}")
    return found


def missing() -> dict[str, str]:
    """msgids without Chinese → where they are used."""
    catalogue = merge()
    return {text: place for text, place in used().items() if text and not _has(catalogue, text)}


def at_odds(parts: Path = PARTS) -> dict[str, set[str]]:
    """msgids that two parts put into different Chinese: only the first would ever be read."""
    said: dict[str, set[str]] = {}
    for path in sorted(parts.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh_CN", charset="utf-8"):
                if message.id and any(_strings(message)):
                    said.setdefault(message.id if isinstance(message.id, str) else message.id[0], set()).add("\n".join(_strings(message)))
    return {text: words for text, words in said.items() if len(words) > 1}


def _has(catalogue: Catalog, text: str) -> bool:
    message = catalogue.get(text)
    return message is not None and any(_strings(message))


def _strings(message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _stale(parts: Path, compiled: Path) -> bool:
    if not compiled.exists():
        return True
    made = compiled.stat().st_mtime
    return any(path.stat().st_mtime > made for path in [parts, *parts.glob("*.po")])


def _write(path: Path, catalogue: Catalog) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        write_mo(file, catalogue)
    draft.replace(path)


if __name__ == "__main__":
    build()
    if "--missing" in sys.argv:
        print("\n".join(f"{place}: {text}" for text, place in missing().items()) or "complete")
