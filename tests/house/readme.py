"""Writes the settings table into README.md, between its two markers: `python -m tests.house.readme`."""

import re

from portal.settings import SETTINGS
from tests.house.source import ROOT

MARKED = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.S)


def settings_table() -> str:
    rows = "".join(f"| `{row.name}` | {_shown(row.default)} | {row.meaning} |\n" for row in SETTINGS)
    return "| variable | default | meaning |\n|---|---|---|\n" + rows


def _shown(default: str) -> str:
    return f"`{default}`" if default else ""


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(MARKED.sub(lambda found: found[1] + settings_table() + found[2], path.read_text()))
