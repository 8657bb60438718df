"""What is looked at on each page a test gets; `problems(tree)` names what is wrong with it."""

from __future__ import annotations

import re
from collections import Counter

from lxml.html import HtmlElement

UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
LEFTOVERS = ("{{", "}}", "{%", "%}", "Undefined", "<function", "<built-in", "<bound method", " object at 0x")
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list")


ALONE = ("form", "a", "button", "label", "option")
PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>(.*?)</p>", re.DOTALL)
BLOCK = re.compile(r"<(address|article|aside|blockquote|details|dialog|div|dl|fieldset|figure|footer|form|h[1-6]|header|hr|menu|nav|ol|p|pre|section|table|ul)\b")


def problems(source: str, tree: HtmlElement, whole: bool) -> list[str]:
    """Empty when all is well. `whole`: a page, not a block of one."""
    checks = [_code, _doubles, _labels, _names, _leftovers] + ([_frame, _references] if whole else [])
    return [*_broken_paragraphs(source), *_one_in_another(source), *(problem for check in checks for problem in check(tree))]


def _broken_paragraphs(source):
    """A block ends the paragraph that it stands in: what follows falls out of it. Parsers mend that in silence."""
    for found in PARAGRAPH.finditer(source):
        if block := BLOCK.search(found[1]):
            yield f"<{block[1]}> within <p>: {found[0][:80]}"


def _one_in_another(source):
    """A form in a form, a link in a link: the inner one ends the outer."""
    for name in ALONE:
        _before, *parts = source.split(f"<{name} ")
        yield from (f"<{name}> within <{name}>: {part[:80]}" for part in parts[:-1] if f"</{name}>" not in part)


def _frame(tree):
    headings = len(tree.cssselect("h1"))
    if headings != 1:
        yield f"{headings} h1"
    if not tree.get("lang"):
        yield "html without lang"
    if not (tree.findtext(".//title") or "").strip():
        yield "no title"
    if len(tree.cssselect("main")) != 1:
        yield "not exactly one main"


def _code(tree):
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            yield f"inline <{element.tag}>"
        for name, value in element.attrib.items():
            if name == "style" or name.startswith(("on", "hx-on", "hx-boost")):
                yield f"{name}= on <{element.tag}>"
            if value.strip().lower().startswith(("javascript:", "js:")):
                yield f"code in {name}= of <{element.tag}>"


def _doubles(tree):
    for name, times in Counter(element.get("id") for element in tree.cssselect("[id]")).items():
        if times > 1:
            yield f"id {name!r} {times} times"


def _labels(tree):
    labelled = {label.get("for") for label in tree.cssselect("label[for]")}
    for field in tree.cssselect("input, select, textarea"):
        if field.get("type") in UNLABELLED or field.get("aria-label") or field.get("aria-labelledby"):
            continue
        if field.get("id") not in labelled and not any(parent.tag == "label" for parent in field.iterancestors()):
            yield f"no label for {field.get('name') or field.get('id')!r}"


def _names(tree):
    for element in tree.cssselect("button, a[href]"):
        if not (words(element) or element.get("aria-label") or element.get("aria-labelledby") or element.cssselect("img[alt], title")):
            yield f"<{element.tag}> without a name: {element.get('href') or element.get('name')}"
    for picture in tree.cssselect("img:not([alt])"):
        yield f"picture without alt: {picture.get('src')}"


def _references(tree):
    ids = {element.get("id") for element in tree.cssselect("[id]")}
    for name in REFERENCES:
        for element in tree.cssselect(f"[{name}]"):
            for wanted in element.get(name).split():
                if wanted not in ids:
                    yield f"{name}={wanted!r} on <{element.tag}> leads nowhere"


def _leftovers(tree):
    text = tree.text_content()
    addresses = " ".join(element.get("href") or element.get("action") or "" for element in tree.cssselect("a[href], form[action]"))
    for sign in LEFTOVERS:
        if sign in text:
            yield f"{sign!r} in the text"
        if sign in addresses:
            yield f"{sign!r} in an address"


def words(element: HtmlElement) -> str:
    """The element's text as a person reads it: runs of blanks are one."""
    return " ".join(element.text_content().split())
