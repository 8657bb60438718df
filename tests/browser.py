"""A browser without a screen over the test client: visit, press, swap. Every page is inspected."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urljoin, urlsplit

import lxml.html
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.inspection import problems, words


class Page:
    """One answer. `one(css)`, `all(css)`, `words(css)`; `status`, `path`, `text`, `headers`."""

    def __init__(self, response, path: str, whole: bool = True):
        self.status, self.headers, self.path = response.status_code, response.headers, path
        self.html = response.mimetype == "text/html"
        self.body = response.get_data()
        source = response.get_data(as_text=True) if self.html else ""
        self.tree = _parse(source, whole) if source.strip() else None
        if self.tree is not None:
            found = problems(source, self.tree, whole)
            assert not found, f"{path}: " + "; ".join(found)

    @property
    def text(self) -> str:
        return words(self.tree) if self.tree is not None else self.body.decode()

    def all(self, css: str) -> list:
        return self.tree.cssselect(css)

    def one(self, css: str):
        found = self.all(css)
        assert len(found) == 1, f"{self.path}: {len(found)} × {css}"
        return found[0]

    def words(self, css: str) -> str:
        return words(self.one(css))

    def has(self, text: str) -> bool:
        return text in self.text

    def buttons(self) -> list[str]:
        return [_label(b) for b in self.all("button, input[type=submit]")]

    def link(self, text: str) -> str:
        found = {a.get("href") for a in self.all("a[href]") if words(a) == text or a.get("aria-label") == text}
        assert len(found) == 1, f"{self.path}: {len(found)} links {text!r}"
        return found.pop()

    def value(self, name: str) -> str | None:
        """What the field `name` holds."""
        return next((v for form in self.all("form") for n, v in fields_of(form) if n == name), None)


class Browser:
    """Keeps cookies and the page it is on. `status=` says which answer is expected; redirects are followed."""

    def __init__(self, app: Flask):
        self.app, self.client, self.page = app, app.test_client(), None

    def visit(self, path: str, status: int = 200, **headers) -> Page:
        return self._go("GET", path, status, headers=headers)

    def follow(self, text: str, status: int = 200) -> Page:
        return self.visit(urljoin(self.page.path, self.page.link(text)), status)

    def press(self, button: str, status: int = 200, within: str = "", **fields) -> Page:
        """Submit the form that holds the button, with its present values and `fields` instead (a list for several, a
        (name, bytes) pair for a file). `within`: a css selector, where the same word stands on several buttons."""
        pressed = self._button(button, within)
        form = self._form_of(pressed)
        data = MultiDict(fields_of(form))
        if pressed.get("name"):
            data.add(pressed.get("name"), pressed.get("value", ""))
        for name, value in fields.items():
            data.setlist(name, [_sent(v) for v in (value if isinstance(value, list) else [value])])
        action = urljoin(self.page.path, pressed.get("formaction") or form.get("action") or self.page.path)
        if (pressed.get("formmethod") or form.get("method") or "get").lower() == "get":
            return self._go("GET", action.split("?")[0], status, query_string=data)
        return self._go("POST", action, status, data=data, content_type=_encoding(form))

    def post(self, path: str, status: int = 200, **fields) -> Page:
        """Send a form that no page has shown."""
        return self._go("POST", path, status, data=fields)

    def swap(self, path: str, block: str = "", status: int = 200, tag: str = "") -> Page:
        """Ask as htmx would, for one block of the page at `path`. Does not leave the page."""
        if block:
            path += ("&" if "?" in path else "?") + f"block={block}"
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": block, "HX-Current-URL": self.page.path if self.page else path}
        if tag:
            headers["HX-PTag"] = tag
        response = self.client.get(path, headers=headers)
        assert response.status_code == status, f"{path}: {response.status_code}, expected {status}"
        return Page(response, path, whole=False)

    def sign_in(self, username: str, password: str) -> Page:
        return self.post("/sign-in", username=username, password=password)

    def _go(self, method: str, path: str, status: int, **request) -> Page:
        response = self.client.open(path, method=method, **request)
        for _ in range(10):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            path = _local(urljoin(path, response.headers["Location"]))
            response = self.client.get(path)
        assert response.status_code == status, f"{method} {path}: {response.status_code}, expected {status}\n{_gist(response)}"
        self.page = Page(response, path)
        return self.page

    def _button(self, text: str, within: str):
        found = [b for b in self.page.all(f"{within} button, {within} input[type=submit]") if text in (_label(b), b.get("aria-label"))]
        assert len(found) == 1, f"{self.page.path}: {len(found)} buttons {text!r} of {self.page.buttons()}"
        return found[0]

    def _form_of(self, button):
        if button.get("form"):
            return self.page.one(f"form#{button.get('form')}")
        return next(parent for parent in button.iterancestors() if parent.tag == "form")


def _parse(text: str, whole: bool):
    return lxml.html.document_fromstring(text) if whole else lxml.html.fragment_fromstring(text, create_parent="div")


def fields_of(form) -> list[tuple[str, str]]:
    outside = form.getroottree().getroot().cssselect(f"[form={form.get('id')}]") if form.get("id") else []
    inside = [f for f in form.cssselect("input, select, textarea") if not f.get("form")]
    return [pair for field in inside + outside for pair in _values(field)]


def _values(field):
    name, kind = field.get("name"), (field.get("type") or "text").lower()
    if not name or field.get("disabled") is not None or kind in ("submit", "button", "file", "image", "reset"):
        return []
    if any(parent.tag == "fieldset" and parent.get("disabled") is not None for parent in field.iterancestors()):
        return []
    if field.tag == "select":
        options = field.cssselect("option")
        chosen = [o for o in options if o.get("selected") is not None] or (options[:1] if field.get("multiple") is None else [])
        return [(name, o.get("value", words(o))) for o in chosen]
    if field.tag == "textarea":
        return [(name, (field.text or "").removeprefix("\n"))]
    if kind in ("checkbox", "radio"):
        return [(name, field.get("value", "on"))] if field.get("checked") is not None else []
    return [(name, field.get("value", ""))] if field.tag == "input" else []


def _label(button) -> str:
    keys = "".join(words(k) for k in button.cssselect("kbd"))  # the key hint is not part of the word
    return words(button).removesuffix(keys).strip() or button.get("value", "") or button.get("aria-label", "")


def _sent(value):
    return (BytesIO(value[1]), value[0]) if isinstance(value, tuple) else str(value)


def _encoding(form) -> str:
    return form.get("enctype") or "application/x-www-form-urlencoded"


def _local(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _gist(response) -> str:
    return " ".join(response.get_data(as_text=True).split())[:600]
