"""What a person without an account does: keep a request on its check page, send it, open the link."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, Sequence

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.catalogue.models import Category
from portal.core import clock, files, limits
from portal.core.access import ANONYMOUS, customer_actor, require
from portal.core.activity import Audience, record
from portal.core.db import db
from portal.core.errors import Refused, TooMany
from portal.core.files import Received
from portal.core.i18n import in_companys_language
from portal.customers import actions as customers
from portal.customers import phones
from portal.customers.models import Customer, CustomerPhone, Site
from portal.notifications import actions as notifications
from portal.notifications.models import Way
from portal.public import choices, links, queries, rules
from portal.public.models import PendingRequest
from portal.tickets import actions as tickets
from portal.tickets import tracking
from portal.tickets.models import Channel, Ticket, TrackingLink

PHONE_WINDOW = timedelta(minutes=10)


def hold(values: dict, photos: Sequence[Received], form_key: str) -> PendingRequest:
    """Keep what was typed, and its photos, for the check page. The same page sent again changes its own row."""
    row = db.session.scalars(select(PendingRequest).where(PendingRequest.form_key == form_key)).one_or_none()
    if row is None:
        row = PendingRequest(token=secrets.token_urlsafe(32), form_key=form_key, at=clock.now())
        db.session.add(row)
    if row.ticket_id is None:
        row.values, row.at = values, clock.now()
        db.session.flush()
        _add_photos(row, photos)
    return row


def _add_photos(row: PendingRequest, photos: Sequence[Received]) -> None:
    """The newest are kept when there are too many; the same picture again is one."""
    known = {f.sha256 for f in queries.photos_of(row)}
    for photo in photos:
        digest = hashlib.sha256(photo.content).hexdigest()
        if digest not in known:
            known.add(digest)
            files.store(photo, row, by=ANONYMOUS)
    for spare in queries.photos_of(row)[: -current_app.config["MAX_PHOTOS"]]:
        files.discard(spare)


def send(pending: PendingRequest) -> Ticket:
    """Make the ticket once; the second sending, or the same words from another tab, leads to the first one. Raises TooMany, Refused."""
    by = customer_actor(pending.values["name"])
    require(by, rules.REQUEST)
    if pending.ticket_id is None:
        pending.ticket_id = _sent_before(pending) or _open(pending, by).id
    return db.session.get(Ticket, pending.ticket_id)


def _sent_before(pending: PendingRequest) -> int | None:
    """The ticket of the same words, number and day; the unique column decides between two tabs."""
    facts = [pending.values.get(n, "") for n in ("kind", "problem", "words", "region", "address", "phone", "k")]
    digest = hashlib.sha256("\0".join([f"{clock.today()}", *facts]).encode()).hexdigest()
    try:
        with db.session.begin_nested():
            pending.sent_hash = digest
    except IntegrityError:
        db.session.refresh(pending)
        return db.session.scalars(select(PendingRequest.ticket_id).where(PendingRequest.sent_hash == digest)).one()
    return None


def _open(pending: PendingRequest, by: Any) -> Ticket:
    values = pending.values
    phone = phones.parse(values["phone"])
    _limit(phone.e164)
    site, service = links.read(values.get("k", ""))
    customer, row = _customer(values, phone, site, by)
    category = db.session.get(Category, int(values["problem"]))
    ticket = tickets.open_ticket(
        customer, values["words"], by=by, channel=Channel.WEB, kind_code=_kind(values["kind"], category), category=category,
        site=site or _site(customer, values, by), phone=row, contact_name=values["name"],
        preferred=choices.lasting_words(values["preferred"]), files=_take_photos(pending),
    )
    if service is not None:
        ticket.service = service
    _confirm(ticket, phone.e164)
    return ticket


def _kind(wish: str, category: Category | None) -> str:
    """A complaint is one whatever it is about; otherwise the problem says whether it is a repair or something to redo."""
    return "complaint" if wish == "complaint" else (category.kind_code if category and category.kind_code else "repair")


def _limit(e164: str) -> None:
    if limits.count("public_phone", e164, PHONE_WINDOW) >= current_app.config["PUBLIC_POSTS_PHONE"]:
        raise TooMany(_("Several requests came in for this number just now. Wait ten minutes, or call us."))
    limits.hit("public_phone", e164)


def _customer(values: dict, phone: phones.Phone, site: Site | None, by: Any) -> tuple[Customer, CustomerPhone]:
    """The owner of the signed home, else whoever has this number, else somebody new. Nothing of it is told to the sender."""
    if site is not None:
        return site.customer, customers.add_phone(site.customer, phone, by=by, caller=values["name"], site=site)
    row = queries.customer_by_phone(phone.e164)
    if row is not None:
        return row.customer, row
    customer = customers.create(values["name"], [phone], by=by)
    return customer, customer.phones[0]


def _site(customer: Customer, values: dict, by: Any) -> Site | None:
    """The customer's home with this address, else a new one."""
    wanted = _plain(values["address"])
    for site in customer.sites:
        if wanted in (_plain(site.estate + site.detail), _plain(site.detail)):
            return site
    try:
        return customers.add_site(customer, by=by, region_code=values.get("region", ""), detail=values["address"])
    except Refused:
        return None


def _plain(text: str) -> str:
    return "".join(text.split()).lower()


def _take_photos(pending: PendingRequest) -> list[Received]:
    taken = []
    for file in queries.photos_of(pending):
        taken.append(Received(file.name, file.content_type, files.read(file), file.width, file.height))
    return taken


def _confirm(ticket: Ticket, e164: str) -> None:
    """One message with number and link in a while to a number that nobody has confirmed; never words of the sender."""
    window = timedelta(minutes=current_app.config["CUSTOMER_MESSAGES_WINDOW_MINUTES"])
    if limits.count("public_message", e164, window):
        return
    limits.hit("public_message", e164)
    with in_companys_language():
        words = _("We have your request %(number)s. Progress: %(url)s", number=ticket.number, url=tracking.url_of(ticket))
    notifications.send(Way.SMS, e164, words, ticket_id=ticket.id, once_key=f"request:{ticket.id}", automatic=True)


def open_link(ticket: Ticket, link: TrackingLink, *, by: Any) -> None:
    """The customer has the page before their eyes; the first time is kept."""
    require(by, rules.OPEN)
    if link.opened_at is None:
        link.opened_at = clock.now()
        record("ticket.link_opened", ticket, by=by, audience=Audience.INTERNAL)


def forget_old() -> None:
    """Held requests and their photos go after a day; the ticket has everything of the sent ones."""
    moment = clock.now()
    for row in db.session.scalars(select(PendingRequest).where(PendingRequest.at < moment - queries.KEPT).limit(200)):
        for file in queries.photos_of(row):
            files.discard(file)
        db.session.delete(row)
