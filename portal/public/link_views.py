"""/request-links: what staff hand out - the request page with the customer's home filled in, as link and QR code."""

from __future__ import annotations

from flask_babel import gettext as _

from portal.core import access
from portal.core.pages import page
from portal.customers import queries as customers
from portal.public import bp, links


@bp.route("/request-links")
@access.needs("public.links")
def request_links():
    return page("public/links.html", rows=[_row(None)], customer=None)


@bp.route("/request-links/<int:customer_id>")
@access.needs("public.links")
def customer_links(customer_id: int):
    customer = customers.find_for(access.me(), customer_id)
    return page("public/links.html", rows=[_row(site) for site in customer.sites if site.active] or [_row(None)], customer=customer)


def _row(site) -> dict:
    url = links.request_url(site)
    words = _("Hello, tell us here what is wrong, with photos; you need no account: %(url)s", url=url)
    return {"site": site, "url": url, "words": words}


@bp.route("/request-links/qr.svg")
@access.needs("public.links")
def request_qr():
    return links.qr(links.request_url())


@bp.route("/request-links/<int:customer_id>/<int:site_id>.svg")
@access.needs("public.links")
def site_qr(customer_id: int, site_id: int):
    customer = customers.find_for(access.me(), customer_id)
    return links.qr(links.request_url(customers.site_of(customer, site_id)))
