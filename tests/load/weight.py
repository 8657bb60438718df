"""What a page weighs on first sight: everything it needs before photos, as it goes over the wire, with an empty cache."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from tests.load.wire import HOST, Wire

NEEDED = re.compile(
    r"""<link\b[^>]*\brel="(?:stylesheet|icon|preload|modulepreload|manifest)"[^>]*\bhref="([^"]+)"|<script\b[^>]*\bsrc="([^"]+)"|<(?:img|source|iframe)\b[^>]*\bsrc="([^"]+)"|<use\b[^>]*\bhref="([^"#]+)"""
)
LINK_OTHER_WAY = re.compile(r"""<link\b[^>]*\bhref="([^"]+)"[^>]*\brel="(?:stylesheet|icon|preload|modulepreload|manifest)\"""")
INSIDE_CSS = re.compile(r"""url\(["']?([^"')]+)|@import\s+["']([^"']+)""")


@dataclass
class Weight:
    size: int
    parts: dict[str, int]
    foreign: list[str]


def weigh(wire: Wire, path: str) -> Weight:
    """Bytes with headers of the page and of all that it links to. Raises RuntimeError when a part is missing."""
    parts: dict[str, int] = {}
    foreign: list[str] = []
    waiting = [path]
    while waiting:
        address = waiting.pop()
        if address in parts or address.startswith(("data:", "blob:")):
            continue
        if urlsplit(address).netloc not in ("", f"{HOST}:{wire.port}"):
            foreign.append(address)
            continue
        answer = wire.get(address)
        if answer.status != 200:
            raise RuntimeError(f"{path} needs {address}, answered with {answer.status}")
        parts[address] = answer.size
        waiting += _needed(address, answer)
    return Weight(sum(parts.values()), parts, foreign)


def _needed(address: str, answer) -> list[str]:
    kind = answer.headers.get("content-type", "")
    if "text/html" in kind:
        found = [part for row in NEEDED.findall(answer.text) for part in row if part] + LINK_OTHER_WAY.findall(answer.text)
    elif "css" in kind:
        found = [part for row in INSIDE_CSS.findall(answer.text) for part in row if part]
    else:
        found = []
    return [urljoin(address, unescape(part)).split("#")[0] for part in found if not part.startswith("#")]
