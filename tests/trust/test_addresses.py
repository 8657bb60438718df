"""T16, T17, T21: strange paths and queries, and addresses that would lead away (trust.md)."""

import re
from itertools import cycle, islice
from urllib.parse import quote, urlsplit

import pytest

from tests.house.source import PORTAL

pytestmark = pytest.mark.once

ARABIC_ONE = "%D9%A1"  # a number, also for Python
VALUES = (
    "%00", "%ff%fe", "%ED%A0%80", "9" * 60, "-1", str(2**63), "1e999", "nan", "0000-00-00", "9999-12-31", "2026-02-30", "'%20OR%201=1--", "%25_%25", "%7B%7B191*7919%7D%7D",
    "%3Cxss-mark%20onxss=1%3E", "..%2f..%2fetc%2fpasswd", "%0d%0aSet-Cookie:%20a=b", ARABIC_ONE, "a" * 5000, "", "%20", "desc;drop%20table%20person", "%F0%9F%98%80", "[1]",
)
EVERYWHERE = ("q", "at", "block", "view", "sort", "page", "next", "back", "first", "last", "month", "day")
ASKED = re.compile(r"""args\.(?:get|getlist)\(\s*["'](\w+)["']""")
AWAY = ("//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example/", "/\t/evil.example", "\t//evil.example", "javascript:alert(1)", "///evil.example",
        "/\r\nLocation: https://evil.example", "http:evil.example", "%2f%2fevil.example", " //evil.example", "data:text/html,x")


def keys_of(endpoint: str) -> set[str]:
    """Query keys that the slice of an endpoint reads."""
    slice_ = {"field": "visits"}.get(endpoint.split(".")[0], endpoint.split(".")[0])
    return {key for path in (PORTAL / slice_).glob("*.py") for key in ASKED.findall(path.read_text())} | set(EVERYWHERE)


def broken(answer) -> bool:
    return answer.status_code >= 500 or (answer.mimetype == "text/html" and ("1512529" in answer.text or "<xss-mark" in answer.text)) or "Set-Cookie: a=b" in str(answer.headers)


def test_no_address_breaks_on_strange_queries(clients, doors):
    """Every page with every query key that its slice reads, each time with another value; and with all of them at once."""
    wrong, tries, values = [], 0, cycle(VALUES)
    for door in [d for d in doors if d.opens and d.endpoint != "readyz"]:
        keys, join = sorted(keys_of(door.endpoint)), "&" if "?" in door.address else "?"
        each = [f"{key}={next(values)}" for key in keys]
        for query in [*islice(each, tries % 6, None, 6), "&".join(each)]:
            tries += 1
            if broken(clients[door.entry.who[0]].get(door.address + join + query)):
                wrong.append(door.address + join + query[:300])
    assert tries > 500
    assert not wrong, "\n".join(wrong)



def test_no_path_breaks_on_strange_values(app, clients, doors):
    """Every address with one of its values replaced: not found or wrong, in a page, and the same for everybody."""
    wrong, values = [], cycle([v for v in VALUES if v != ARABIC_ONE])
    roles = {door.endpoint: door.entry.who[0] for door in doors}
    for rule in [r for r in app.url_map.iter_rules() if "<" in r.rule]:
        for _n in range(3):
            path = re.sub(r"<[^>]+>", lambda _m: next(values) or "%20", rule.rule)
            for method in sorted(rule.methods & {"GET", "POST"}):
                answer = clients[roles[rule.endpoint]].open(path, method=method)
                if broken(answer) or answer.status_code not in (301, 303, 308, 400, 403, 404, 405, 409, 413, 422):
                    wrong.append(f"{method} {path[:200]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_no_form_leads_away(clients, forms):
    """Wherever a form would like to lead back to: it stays here."""
    wrong, led, targets = [], 0, cycle(AWAY)
    for form in forms:
        away = next(targets)
        query = ("&" if "?" in form.action else "?") + f"back={quote(away)}&next={quote(away)}"
        answer = clients[form.role].post(form.action + query, data={**dict(form.fields), "back": away, "next": away, "url": away, "return_to": away})
        places = [answer.headers[name] for name in ("Location", "HX-Redirect", "HX-Location", "Refresh") if name in answer.headers]
        led += bool(places)
        wrong += [f"{form}: {place}" for place in places if not stays(place)]
    assert led > 25 and not wrong, "\n".join(wrong)


def stays(place: str) -> bool:
    parts = urlsplit(place)
    return not parts.scheme and not parts.netloc and place.startswith("/") and not re.match(r"/[/\\\s]|/%2f", place) and "\n" not in place


@pytest.mark.parametrize("away", AWAY)
def test_no_page_links_to_where_its_address_says(clients, away):
    """A page asked with an address to go back to shows no link that leads away."""
    for path in ("/sign-in", "/tickets/1", "/replies/for/1", "/tickets/1/preview", "/bulk/"):
        for client in (clients["agent"], clients[None]):
            text = client.get(path, query_string={"next": away, "back": away}, follow_redirects=True).text
            for place in re.findall(r'(?:href|action|formaction|hx-get|hx-post)="([^"]*evil[^"]*|\s*javascript[^"]*)"', text):
                assert stays(place.replace("&amp;", "&")), (path, place)
