"""Phone numbers: any way of writing one leads to E.164, to what is dialled in the country, and to a masked form."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from flask_babel import gettext as _
from flask_babel import ngettext
from phonenumbers import NumberParseException, PhoneNumber

from portal.core import options
from portal.core.errors import Refused

HOME = "CN"
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#|,)\s*(\d{1,8})\s*$", re.IGNORECASE)
_STRANGE = re.compile(r"[^\d+\s().\-–—·/]")
_MOBILE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True)
class Phone:
    """`raw` as typed; `digits` as dialled in the country (021…, 133…, 400…; abroad 00…), what prefixes are compared with."""

    e164: str
    raw: str
    extension: str
    digits: str
    last4: str


class BadPhone(Refused):
    """The sentence says what is wrong and how to put it right."""


def parse(raw: str) -> Phone:
    """Read a number in any usual writing: full-width, spaces, dashes, +86, area code, extension. Raises BadPhone."""
    typed = unicodedata.normalize("NFKC", raw or "").strip()
    if len(typed) > 40:
        raise BadPhone(_("A phone number has at most 40 characters."))
    number, extension = _split(typed)
    found = _number(number)
    dialled = _dialled(found)
    e164 = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, typed, extension, dialled, dialled[-4:])


def _split(typed: str) -> tuple[str, str]:
    found = _EXTENSION.search(typed)
    return (typed[: found.start()], found[1]) if found else (typed, "")


def _number(text: str) -> PhoneNumber:
    digits = _digits(text)
    if _STRANGE.search(text) or not digits:
        raise BadPhone(_("Type the number with digits, for example 133 0000 4471."))
    try:
        found = phonenumbers.parse(_with_area_code(text, digits), HOME)
    except NumberParseException:
        raise BadPhone(_what_is_wrong(digits)) from None
    home = found.country_code == 86
    if not (phonenumbers.is_valid_number(found) or home and _MOBILE.fullmatch(str(found.national_number))):
        raise BadPhone(_what_is_wrong(digits))
    return found


def _with_area_code(text: str, digits: str) -> str:
    """A number of seven or eight digits is one of the company's own town, if that town is set."""
    if text.startswith("+"):
        return "+" + digits
    local = len(digits) in (7, 8) and digits[0] in "2345678"
    return options.value("customers.area_code") + digits if local else digits


def _what_is_wrong(digits: str) -> str:
    mobile = digits.removeprefix("86") if len(digits) > 11 else digits
    if mobile.startswith("1") and 7 <= len(mobile) <= 10:
        return ngettext("%(num)d digit is missing, a mobile number has 11.", "%(num)d digits are missing, a mobile number has 11.", 11 - len(mobile))
    if mobile.startswith("1") and len(mobile) > 11:
        return ngettext("%(num)d digit too many, a mobile number has 11.", "%(num)d digits too many, a mobile number has 11.", len(mobile) - 11)
    if len(digits) in (7, 8):
        return _("Put the area code in front, for example 021.")
    return _("This is not a phone number in use. Check the digits.")


def _dialled(number: PhoneNumber) -> str:
    significant = phonenumbers.national_significant_number(number)
    if number.country_code != 86:
        return f"00{number.country_code}{significant}"
    return significant if _needs_no_zero(significant) else "0" + significant


def _needs_no_zero(significant: str) -> bool:
    return bool(_MOBILE.fullmatch(significant)) or significant.startswith(("400", "800"))


def dialled(text: str) -> str:
    """The beginning of a number, as typed into a search, in the form of `Phone.digits`; "" when it is no number."""
    typed, _extension = _split(unicodedata.normalize("NFKC", text).strip())
    digits = _digits(typed)
    if _STRANGE.search(typed) or not digits:
        return ""
    if typed.startswith("+"):
        return digits[2:] if digits.startswith("86") else "00" + digits
    digits = digits.removeprefix("0086")
    return digits[2:] if digits.startswith("861") and len(digits) == 13 else digits


def masked(e164: str | None) -> str:
    """133****4471; 021****1234."""
    if not e164:
        return ""
    digits = as_dialled(e164)
    return f"{digits[:3]}****{digits[-4:]}"


def spaced(e164: str | None) -> str:
    """133 0000 4471; 021 5555 1234; abroad +852 9123 4567."""
    if not e164:
        return ""
    digits = as_dialled(e164)
    if len(digits) == 11 and not digits.startswith("00"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if digits[0] == "1" else _landline(e164)
    return _landline(e164)


def _landline(e164: str) -> str:
    number = phonenumbers.parse(e164)
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if number.country_code == 86 else style.INTERNATIONAL).replace("-", " ")


def as_dialled(e164: str) -> str:
    """The digits of a stored number as dialled in the country."""
    if not e164.startswith("+86"):
        return "00" + e164.removeprefix("+")
    significant = e164[3:]
    return significant if _needs_no_zero(significant) else "0" + significant


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdigit())
