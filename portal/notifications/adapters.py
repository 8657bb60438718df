"""How a message leaves the house. One interface: an adapter has `deliver(message)`, which returns when the message was accepted,
or raises TemporaryFailure (tried again later) or PermanentFailure (put aside for a person). It holds no transaction and writes no row.

A text-message or chat service is connected by an address that takes one JSON object by POST and answers 2xx:
SMS `{"id", "to", "text"}`, chat `{"id", "msgtype": "text", "text": {"content"}}`. The id (also the header Idempotency-Key) is the same
in every try. 4xx other than 408, 425 and 429 means: never try this message again.
"""

from __future__ import annotations

import json
import os
import smtplib
import urllib.error
import urllib.request
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from flask import current_app

from portal.core.i18n import N_
from portal.notifications.models import OutMessage, Way

SECONDS = 15
AGAIN = {408, 425, 429}


class Failure(Exception):
    """`reason` is shown to the administrator; an English msgid or the server's own words."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class TemporaryFailure(Failure):
    """Worth another try later."""


class PermanentFailure(Failure):
    """Will never work as it is."""


class Adapter(Protocol):
    def deliver(self, message: OutMessage) -> None: ...


def of(way: Way) -> Adapter:
    """The adapter that the settings name for this way."""
    if way is Way.CHAT:
        url = current_app.config["CHAT_WEBHOOK_URL"]
        return Webhook(url, _chat_json) if url else Nowhere(N_("No enterprise chat is set up."))
    kind = current_app.config["MAIL" if way is Way.EMAIL else "SMS"]
    return {"console": Console, "file": Folder, "smtp": Smtp, "webhook": _sms_webhook}[kind]()


class Console:
    """Prints the message; for trying things out."""

    def deliver(self, message: OutMessage) -> None:
        print(f"--- {message.way.value} {message.id}\n{as_text(message)}", flush=True)


class Folder:
    """One file a message in INSTANCE_DIR/outbox: <id>.eml for e-mail, <id>.txt for the rest."""

    def deliver(self, message: OutMessage) -> None:
        folder = Path(current_app.config["INSTANCE"]) / "outbox"
        content = bytes(as_email(message)) if message.way is Way.EMAIL else as_text(message).encode()
        path = folder / f"{message.id:08d}.{'eml' if message.way is Way.EMAIL else 'txt'}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft = path.with_suffix(f".{os.getpid()}.part")
            draft.write_bytes(content)
            os.replace(draft, path)
        except OSError as error:
            raise TemporaryFailure(error.strerror or N_("The folder cannot be written.")) from error


class Smtp:
    """SMTP_URL: smtps:// speaks TLS from the start, smtp:// upgrades when the server offers it."""

    def deliver(self, message: OutMessage) -> None:
        mail = as_email(message)
        try:
            with self._connect() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            code, words = next(iter(refused.recipients.values()))
            raise (_by_code(code, words)) from refused
        except smtplib.SMTPResponseException as answer:
            raise _by_code(answer.smtp_code, answer.smtp_error) from answer
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(f"The mail server cannot be reached ({type(error).__name__}).") from error

    def _connect(self) -> smtplib.SMTP:
        url = urlsplit(current_app.config["SMTP_URL"])
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(url.hostname, url.port or 465, timeout=SECONDS)
        else:
            server = smtplib.SMTP(url.hostname, url.port or 25, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        return server


def _by_code(code: int, words: bytes | str) -> Failure:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    signed_in_badly = code in (530, 534, 535, 538)
    kind = PermanentFailure if 500 <= code < 600 and not signed_in_badly else TemporaryFailure
    return kind(f"{code} {text}")


class Webhook:
    """Posts one JSON object; follows no redirect."""

    def __init__(self, url: str, make_json):
        self.url, self.make_json = url, make_json

    def deliver(self, message: OutMessage) -> None:
        body = json.dumps(self.make_json(message), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": identity(message), "User-Agent": "after-sales-portal"}
        request = urllib.request.Request(self.url, body, headers, method="POST")
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS):
                return
        except urllib.error.HTTPError as answer:
            kind = PermanentFailure if 400 <= answer.code < 500 and answer.code not in AGAIN else TemporaryFailure
            raise kind(f"The service answered {answer.code}.") from answer
        except (OSError, ValueError) as error:
            raise TemporaryFailure(f"The service cannot be reached ({type(error).__name__}).") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


class Nowhere:
    """Stands where nothing is set up."""

    def __init__(self, reason: str):
        self.reason = reason

    def deliver(self, message: OutMessage) -> None:
        raise PermanentFailure(self.reason)


def _sms_webhook() -> Webhook:
    return Webhook(current_app.config["SMS_WEBHOOK_URL"], lambda m: {"id": identity(m), "to": m.to, "text": m.body})


def _chat_json(message: OutMessage) -> dict:
    return {"id": identity(message), "msgtype": "text", "text": {"content": message.body}}


def identity(message: OutMessage) -> str:
    """The same in every try, so that a service can tell a repetition."""
    return f"m{message.id}-{int(message.queued_at.timestamp())}"


def as_email(message: OutMessage) -> EmailMessage:
    mail = EmailMessage()
    try:
        mail["From"] = current_app.config["MAIL_FROM"]
        mail["To"] = message.to
        mail["Subject"] = message.subject
    except (ValueError, IndexError) as error:
        raise PermanentFailure(N_("The address cannot be used for e-mail.")) from error
    mail["Date"] = format_datetime(message.queued_at)
    mail["Message-ID"] = f"<{identity(message)}@{urlsplit(current_app.config['PUBLIC_BASE']).hostname}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.body)
    return mail


def as_text(message: OutMessage) -> str:
    head = f"To: {message.to}\n" + (f"Subject: {message.subject}\n" if message.subject else "")
    return f"{head}\n{message.body}\n"
