"""Every environment variable: type, default and one line of meaning. Nonsense stops the start with a list of what is wrong."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """Raised at start; carries one sentence per wrong variable."""

    def __init__(self, problems: list[str]):
        self.problems = problems
        super().__init__("\n".join(["The settings are not right:", *(f"  - {p}" for p in problems)]))


def whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ValueError("must be a whole number") from None
        if not low <= number <= high:
            raise ValueError(f"must be between {low} and {high}")
        return number

    return parse


def flag(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False, "": False}
    if text.strip().lower() not in words:
        raise ValueError("must be 1 or 0")
    return words[text.strip().lower()]


def choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError("must be one of " + ", ".join(allowed))
        return text

    return parse


def words(text: str) -> tuple[str, ...]:
    return tuple(w.strip() for w in text.split(",") if w.strip())


def address(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return text.rstrip("/")


@dataclass(frozen=True)
class Setting:
    name: str
    parse: Callable[[str], Any]
    default: str
    meaning: str


MB = 1024 * 1024

SETTINGS: tuple[Setting, ...] = (
    Setting("HOST", str, "127.0.0.1", "address the web server listens on"),
    Setting("PORT", whole(1, 65535), "8000", "port the web server listens on"),
    Setting("PUBLIC_URL", address, "", "address customers use, in links and messages; empty: http://HOST:PORT"),
    Setting("ALLOWED_HOSTS", words, "", "host names that requests may carry beside the one of PUBLIC_URL, comma separated"),
    Setting("TRUSTED_PROXIES", whole(0, 5), "0", "number of reverse proxies in front whose X-Forwarded headers are believed"),
    Setting("INSTANCE_DIR", str, "instance", "folder of the embedded database, files, keys and logs"),
    Setting("DATABASE_URL", str, "", "postgresql://… ; empty: the embedded SQLite database in INSTANCE_DIR"),
    Setting("SECRET_KEY", str, "", "signs tokens; made once in INSTANCE_DIR when empty, required with PostgreSQL"),
    Setting("DEBUG", flag, "0", "developer's mode; refused with PostgreSQL"),
    Setting("DEMO", flag, "0", "the sample company: sign-in page lists its people and their password"),
    Setting("WEB_WORKERS", whole(1, 64), "2", "web processes"),
    Setting("WEB_THREADS", whole(1, 64), "4", "threads of one web process"),
    Setting("TIME_ZONE", str, "Asia/Shanghai", "time zone of the company; moments are stored in UTC"),
    Setting("DEFAULT_LANGUAGE", choice("zh_CN", "en"), "zh_CN", "language before a person has chosen one"),
    Setting("LOG_LEVEL", choice("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "least grave message that is logged"),
    Setting("SESSION_IDLE_MINUTES", whole(1, 100_000), "720", "a session ends after this time without a request"),
    Setting("SESSION_MAX_HOURS", whole(1, 10_000), "72", "a session ends after this time whatever happens"),
    Setting("SIGN_IN_TRIES", whole(1, 100_000), "8", "wrong passwords for one name before it is slowed down"),
    Setting("SIGN_IN_TRIES_ADDRESS", whole(1, 1_000_000), "40", "wrong passwords from one address before it is slowed down"),
    Setting("SIGN_IN_WINDOW_MINUTES", whole(1, 10_000), "15", "time over which wrong passwords are counted"),
    Setting("SIGN_IN_CONCURRENT", whole(1, 64), "2", "password checks at once in one process (64 MiB each)"),
    Setting("PUBLIC_POSTS_ADDRESS", whole(1, 1_000_000), "20", "public forms accepted from one address in ten minutes"),
    Setting("PUBLIC_POSTS_PHONE", whole(1, 1_000_000), "4", "public requests accepted for one phone number in ten minutes"),
    Setting("PUBLIC_FILL_SECONDS", whole(0, 3600), "3", "a public form sent faster than this was not filled in by a person"),
    Setting("CUSTOMER_MESSAGES_WINDOW_MINUTES", whole(0, 10_000), "10", "unasked messages to one unconfirmed address: one in this time"),
    Setting("PHONE_SEARCHES", whole(1, 1_000_000), "120", "searches by phone number one person may make in ten minutes"),
    Setting("REVEALS", whole(1, 1_000_000), "200", "personal data one person may reveal in an hour"),
    Setting("MAX_BODY_BYTES", whole(1024, 1024 * MB), str(48 * MB), "largest request body"),
    Setting("MAX_FORM_PARTS", whole(10, 100_000), "600", "most fields and files in one form"),
    Setting("MAX_FORM_TEXT_BYTES", whole(1024, 64 * MB), str(2 * MB), "most text in one form"),
    Setting("MAX_FILE_BYTES", whole(1024, 512 * MB), str(12 * MB), "largest uploaded file"),
    Setting("MAX_IMAGE_PIXELS", whole(10_000, 1_000_000_000), "60000000", "largest picture, in pixels"),
    Setting("MAX_PHOTOS", whole(1, 50), "6", "photos in one public request"),
    Setting("MAIL", choice("console", "file", "smtp"), "file", "where e-mail goes: the log, INSTANCE_DIR/outbox, or SMTP"),
    Setting("SMTP_URL", str, "", "smtp://user:password@host:port or smtps://…, with MAIL=smtp"),
    Setting("MAIL_FROM", str, "service@localhost", "sender of e-mail"),
    Setting("SMS", choice("console", "file", "webhook"), "file", "where text messages go"),
    Setting("SMS_WEBHOOK_URL", address, "", "address that gets {to, text, id} as JSON, with SMS=webhook"),
    Setting("CHAT_WEBHOOK_URL", address, "", "enterprise chat robot that gets alerts as JSON; empty: none"),
    Setting("WAKE_PORT", whole(0, 65535), "0", "port of the wake-up process, which tells open queues at once to ask; 0: none, they ask every 2.5 s"),
    Setting("WAKE_URL", address, "", "address of the wake-up process for browsers, when a proxy stands before it; empty: WAKE_PORT on the same host"),
    Setting("JOBS_EVERY_SECONDS", whole(1, 3600), "5", "how often the jobs process looks for due work"),
)


class Settings(dict):
    """Values by name; also readable as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def instance(self) -> Path:
        path = Path(self["INSTANCE_DIR"])
        return path if path.is_absolute() else ROOT / path

    @property
    def database_url(self) -> str:
        return self["DATABASE_URL"] or f"sqlite:///{self.instance / 'portal.db'}"

    @property
    def public_url(self) -> str:
        return self["PUBLIC_URL"] or f"http://{self['HOST']}:{self['PORT']}"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings. Raises SettingsError naming every wrong one."""
    environ = os.environ if environ is None else environ
    settings, problems = Settings(), []
    for row in SETTINGS:
        try:
            settings[row.name] = row.parse(environ.get(row.name, row.default))
        except ValueError as error:
            problems.append(f"{row.name} {error}, it is {environ.get(row.name)!r}")
    if not problems:
        problems = _contradictions(settings)
    if problems:
        raise SettingsError(problems)
    if not settings["SECRET_KEY"]:
        settings["SECRET_KEY"] = _own_secret_key(settings.instance)
    return settings


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    url = settings["DATABASE_URL"]
    if url and not url.startswith(("postgresql://", "postgresql+psycopg://", "sqlite:///")):
        problems.append("DATABASE_URL must start with postgresql://")
    if url.startswith("postgresql") and not settings["SECRET_KEY"]:
        problems.append("SECRET_KEY is required with PostgreSQL: at least 32 characters, the same for every process")
    if url.startswith("postgresql") and settings["DEBUG"]:
        problems.append("DEBUG must be 0 with PostgreSQL")
    if settings["WAKE_PORT"] and not url.startswith("postgresql"):
        problems.append("WAKE_PORT needs PostgreSQL: with the embedded database open pages ask by themselves")
    if settings["SECRET_KEY"] and len(settings["SECRET_KEY"]) < 32:
        problems.append("SECRET_KEY must have at least 32 characters")
    if settings["MAIL"] == "smtp" and not settings["SMTP_URL"].startswith(("smtp://", "smtps://")):
        problems.append("SMTP_URL must start with smtp:// or smtps:// when MAIL is smtp")
    if settings["SMS"] == "webhook" and not settings["SMS_WEBHOOK_URL"]:
        problems.append("SMS_WEBHOOK_URL is required when SMS is webhook")
    return problems


def _own_secret_key(instance: Path) -> str:
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
