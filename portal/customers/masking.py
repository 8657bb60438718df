"""Personal data is shown shortened until somebody reveals it: 王**, 133****4471, 锦绣里 3 幢 ***."""

from __future__ import annotations

import re

from flask import Flask

from portal.core import activity
from portal.customers import phones
from portal.customers.models import Customer, Site

_ADDRESS = re.compile(r"(先生|女士|小姐|太太|阿姨|老师|师傅|经理)$|^(Mr|Mrs|Ms|Miss|Dr)\b")
_LAST_NUMBER = re.compile(r"[0-9A-Za-z]+(?=[^0-9A-Za-z]*$)")


def name(full: str | None) -> str:
    """王建国 → 王**."""
    return f"{full[0]}**" if full else ""


def called(customer: Customer) -> str:
    """How the customer is spoken of on pages: 马先生; the shortened name when no salutation is known."""
    return caller("", customer.salutation, customer.name)


def caller(contact_name: str, salutation: str, customer_name: str) -> str:
    """The same of whoever asked for something: as they gave their name (周先生 as it is, 王建国 shortened), else as the customer is spoken of."""
    if contact_name and contact_name != customer_name:
        return contact_name if _ADDRESS.search(contact_name) else name(contact_name)
    spoken = re.split(r"[,，;；]", salutation)[0].strip()
    return name(customer_name) if not spoken or customer_name in spoken else spoken


def detail(text: str) -> str:
    """3 幢 601 → 3 幢 ***; without any number everything after the first two characters goes."""
    shortened, changed = _LAST_NUMBER.subn("***", text, count=1)
    return shortened if changed else text[:2] + "***"


def address(site: Site | None) -> str:
    """Estate and shortened detail: enough to tell two homes apart, not to find the door."""
    return " ".join(p for p in (site.estate, detail(site.detail)) if p) if site else ""


def email(text: str | None) -> str:
    """wang@example.com → w***@example.com."""
    local, at, host = (text or "").partition("@")
    return f"{local[:1]}***{at}{host}" if at else ""


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        name_masked=name, phone_masked=phones.masked, phone_spaced=phones.spaced,
        address_masked=address, email_masked=email, called=called, told=activity.told,
    )
