from __future__ import annotations

from flask import redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from portal.core import access, options
from portal.core.pages import back, page, say
from portal.core.paging import page_of
from portal.notifications import actions, bp, queries
from portal.notifications.addresses import masked
from portal.notifications.forms import MessageFilter
from portal.notifications.models import Delivery, Notice, OutMessage


@bp.route("/inbox/")
@access.signed_in
def index():
    order = [(Notice.id, True)]
    notices = page_of(queries.inbox_of(access.me()), order, lambda row: (row[0].id,))
    return page("notifications/index.html", notices=notices, text_of=text_of)


def text_of(notice: Notice) -> Markup:
    """The notice in the reader's language; its data are escaped, whoever wrote them."""
    data = {name: escape(str(value)) for name, value in notice.data.items()}
    try:
        return Markup(escape(_(notice.words))) % data  # noqa: S704 - words are ours, data escaped above
    except (KeyError, TypeError, ValueError):
        return escape(_(notice.words))


@bp.route("/inbox/<int:notice_id>/open", methods=["POST"])
@access.signed_in
def open_notice(notice_id: int):
    notice = queries.find_notice(access.me(), notice_id)
    actions.read(notice, by=access.me())
    own = notice.url.startswith("/") and not notice.url.startswith(("//", "/\\"))
    return redirect(notice.url if own else url_for("notifications.index"), 303)


@bp.route("/inbox/read", methods=["POST"])
@access.signed_in
def read():
    notice_id = request.form.get("notice", type=int)
    if notice_id is None:
        actions.read_all(by=access.me())
    else:
        actions.read(queries.find_notice(access.me(), notice_id), by=access.me())
    return back("notifications.index")


@bp.route("/admin/messages")
@access.needs("notifications.list")
def messages():
    form = MessageFilter(request.args)
    rows = page_of(queries.messages(*form.wanted()), [(OutMessage.id, True)], lambda row: (row[0].id,))
    return page(
        "notifications/messages.html", form=form, rows=rows, counts=queries.counts(), muted=options.value("notifications.muted"),
        Delivery=Delivery, undelivered=actions.UNDELIVERED, held=actions.HELD, masked=masked, said=_,
    )


@bp.route("/admin/messages/<int:message_id>/retry", methods=["POST"])
@access.needs("notifications.list")
def retry(message_id: int):
    actions.retry(queries.find_message(message_id), by=access.me())
    say(_("The message is sent again within a minute."))
    return back("notifications.messages")


@bp.route("/admin/messages/<int:message_id>/drop", methods=["POST"])
@access.needs("notifications.list")
def drop(message_id: int):
    actions.drop(queries.find_message(message_id), by=access.me())
    say(_("The message will not be sent."))
    return back("notifications.messages")


@bp.route("/admin/messages/mute", methods=["POST"])
@access.needs("notifications.mute")
def mute():
    muted = request.form.get("muted") == "1"
    actions.mute(muted, by=access.me())
    say(_("Nothing is sent any more until sending is switched on again.") if muted else _("Sending is switched on."))
    return back("notifications.messages")
