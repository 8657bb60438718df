"""省市区: the vendored GB/T 2260 list. A code of 2 digits is a province, 4 a city, 6 a district."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "regions.csv"
_FILLERS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


@cache
def regions() -> dict[str, str]:
    """Code → name, in order of code."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


@cache
def below(code: str = "") -> tuple[tuple[str, str], ...]:
    """(code, name) of the next level: provinces, cities of a province, districts of a city."""
    if code and code not in regions():
        return ()
    length = len(code) + 2
    return tuple((c, n) for c, n in regions().items() if len(c) == length and c.startswith(code))


def is_complete(code: str) -> bool:
    """A district, or a place that has no lower levels in the list."""
    return code in regions() and not below(code)


@cache
def name_of(code: str) -> str:
    """上海市浦东新区; 江苏省苏州市吴中区; "" for an unknown code."""
    parts = [regions()[code[:n]] for n in (2, 4, 6) if n <= len(code) and code[:n] in regions()]
    shown = [p for n, p in enumerate(parts) if not (n == 1 and p in _FILLERS)]
    return "".join(dict.fromkeys(shown)) if code in regions() else ""


def short_name(code: str) -> str:
    """The district alone: 浦东新区."""
    return regions().get(code, "")


@cache
def code_of(province: str, city: str, district: str) -> str:
    """The code of names as people write them (endings may be left out, the city of a municipality too); "" if not clear."""
    found = [c for c, n in below() if _same(n, province)]
    cities = [c for p in found for c, n in below(p) if not city or _same(n, city) or (_same(city, regions()[p]) and n in _FILLERS)]
    districts = [c for parent in cities for c, n in below(parent) if _same(n, district)]
    if found and not city and not district and is_complete(found[0]):
        return found[0]
    return districts[0] if len(districts) == 1 else ""


def _same(known: str, typed: str) -> bool:
    return bool(typed) and (known == typed or len(typed) > 1 and known.startswith(typed) and known.removeprefix(typed) in _ENDINGS)


_ENDINGS = {"省", "市", "区", "县", "新区", "自治区", "特别行政区", "壮族自治区", "回族自治区", "维吾尔自治区", "地区", "盟"}
