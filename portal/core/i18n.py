"""Languages, dates, durations and money in words of our own (look.md, section 7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from babel import Locale
from flask_babel import Babel, force_locale, get_locale, get_translations
from markupsafe import Markup
from sqlalchemy import String
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from portal.core import clock

LANGUAGES = {"zh_CN": "中文", "en": "EN"}
COMPANYS = "company.language"  # the knob, registered beside the company's name
_SPOKEN = {"zh": "zh_CN"}
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def gettext(text: str, **values) -> str:
    """Babel's gettext for pages that say hundreds of words: each word is looked up once a language, not once a request."""
    said = _word_of(language(), text)
    return said % values if values else said


_ = gettext


def said(text: str, **values) -> Markup:
    """The same in templates: a translation is markup of our own, what is filled in is escaped."""
    words = _markup_of(language(), text)
    return words % values if values else words


@lru_cache(maxsize=16384)
def _markup_of(spoken: str, text: str) -> Markup:
    return Markup(_word_of(spoken, text))  # noqa: S704 - words of the catalogue


class Named:
    """Columns of business words that are data: `name` in Chinese, `name_en` in English (empty: the Chinese one)."""

    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")

    @property
    def word(self) -> str:
        return word_of(self)


def word_of(row: Any) -> str:
    """The same of a row that has the two columns."""
    return row.name if _chinese() or not row.name_en else row.name_en


def N_(text: str) -> str:  # noqa: N802 - the usual name
    """Marks a msgid that is stored now and translated when read (notices)."""
    return text


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    app.config["BABEL_DEFAULT_LOCALE"] = app.config["DEFAULT_LANGUAGE"]
    app.config["BABEL_DEFAULT_TIMEZONE"] = app.config["TIME_ZONE"]
    Babel(app, locale_selector=lambda: _locale(choose_language()))
    app.jinja_env.filters.update(when=when, day=day, within=within, dated=dated, on_paper=on_paper, time=time_of_day, left=left, short=short, lasted=lasted, money=money, percent=percent, whole_percent=whole_percent)
    app.jinja_env.install_gettext_callables(gettext, _counted, newstyle=True)
    app.jinja_env.globals.update(_=said, gettext=said)
    app.context_processor(lambda: {"locale": language(), "languages": LANGUAGES})


@lru_cache
def _locale(name: str) -> Locale:
    """Parsed once: Babel compares the name with a thousand others."""
    return Locale.parse(name)


def _counted(one: str, many: str, number: int) -> str:
    return get_translations().ungettext(one, many, number)


@lru_cache(maxsize=8192)
def _word_of(spoken: str, text: str) -> str:
    return get_translations().ugettext(text)


def choose_language() -> str:
    """Person's choice, then the cookie of the switch, then the company's default. Browsers' wishes are not asked: staff share machines."""
    person = getattr(g, "language", None)
    wish = person or (request.cookies.get("language", "") if has_request_context() else "")
    return wish if wish in LANGUAGES else companys_language()


def companys_language() -> str:
    """Chosen at the set-up, later among the options; until then the setting's. A page that says the database is away does not ask it."""
    from portal.core import options

    try:
        return options.value(COMPANYS) or current_app.config["DEFAULT_LANGUAGE"]
    except OperationalError:
        return current_app.config["DEFAULT_LANGUAGE"]


def in_companys_language():
    """With this: whatever is said goes to customers and strangers, in the company's language."""
    return force_locale(_locale(companys_language()))


@lru_cache(maxsize=512)
def in_every_language(text: str) -> tuple[str, ...]:
    """A msgid as each language says it."""
    said = []
    for name in LANGUAGES:
        with force_locale(_locale(name)):
            said.append(get_translations().ugettext(text))
    return tuple(said)


def language() -> str:
    """zh_CN or en (Babel itself says zh_Hans_CN)."""
    return spoken() or current_app.config["DEFAULT_LANGUAGE"]


def spoken() -> str | None:
    """The same, None outside an application. Lists ask for it row by row: Babel's own note is read before Babel is asked."""
    try:
        noted = vars(g._get_current_object()).get("_flask_babel")
    except RuntimeError:
        return None
    locale = getattr(noted, "babel_locale", None) or get_locale()
    return locale and _SPOKEN.get(locale.language, locale.language)


def _chinese() -> bool:
    return language().startswith("zh")


def day(value: datetime | date) -> str:
    """今天; 昨天; 11 月 19 日 周四; 2025-11-19."""
    return _day(clock.local(value).date() if isinstance(value, datetime) else value, clock.today(), language())


@lru_cache(maxsize=512)
def _day(value: date, today: date, _language: str) -> str:
    distance = (value - today).days
    if distance in (0, -1, 1):
        return _("Today") if distance == 0 else _("Yesterday") if distance == -1 else _("Tomorrow")
    return dated(value)


def within(words: str) -> str:
    """What `day` or `when` said, inside an English sentence: before tomorrow 08:00."""
    return words[0].lower() + words[1:] if not _chinese() and words.startswith(("Today", "Yesterday", "Tomorrow")) else words


def dated(value: datetime | date) -> str:
    """The same without 今天: 11 月 19 日 周四; 2025-11-19."""
    value = clock.local(value).date() if isinstance(value, datetime) else value
    if value.year != clock.today().year:
        return value.isoformat() if _chinese() else f"{value.day} {value:%b %Y}"
    return f"{value.month} 月 {value.day} 日 {_WEEKDAYS[value.weekday()]}" if _chinese() else f"{value:%a} {value.day} {value:%b}"


def on_paper(value: datetime | date) -> str:
    """With its year, for what is kept for years: 2026 年 9 月 29 日; 29 September 2026."""
    value = clock.local(value).date() if isinstance(value, datetime) else value
    return f"{value.year} 年 {value.month} 月 {value.day} 日" if _chinese() else f"{value.day} {value:%B %Y}"


def short(value: datetime | date) -> str:
    """11-19; 19 Nov. Another year: the whole date."""
    value = clock.local(value).date() if isinstance(value, datetime) else value
    if value.year != clock.today().year:
        return value.isoformat()
    return f"{value:%m-%d}" if _chinese() else f"{value.day} {value:%b}"


def time_of_day(value: datetime) -> str:
    return clock.local(value).isoformat()[11:16]


def when(value: datetime) -> str:
    """今天 10:08; 11 月 19 日 周四 18:30."""
    here = clock.local(value)
    return f"{_day(here.date(), clock.today(), language())} {here.isoformat()[11:16]}"


def lasted(span: timedelta | float) -> str:
    """11 分; 1 时 06 分; 1 天 4 时."""
    return _lasted(int((span.total_seconds() if isinstance(span, timedelta) else span) // 60), language())


def worked(span: timedelta) -> str:
    """Working time, in hours however long: 27 时 00 分. A day of it would mean eight hours to one reader and 24 to another."""
    minutes = int(span.total_seconds() // 60)
    return _("%(h)sh %(m)sm", h=minutes // 60, m=f"{minutes % 60:02d}") if minutes >= 1440 else lasted(span)


@lru_cache(maxsize=4096)
def _lasted(minutes: int, spoken: str) -> str:
    if minutes < 1:
        return _("under 1m")
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return _("%(d)sd %(h)sh", d=days, h=hours) if hours else _("%(d)sd", d=days)
    if hours:
        return _("%(h)sh %(m)sm", h=hours, m=f"{rest:02d}")
    return _("%(m)sm", m=rest)


def left(span: timedelta) -> str:
    """剩 38 分; 超时 25 分."""
    over = span < timedelta(0)
    return _left(int(abs(span).total_seconds() // 60), over, language())


@lru_cache(maxsize=4096)
def _left(minutes: int, over: bool, spoken: str) -> str:
    words = _lasted(minutes, spoken)
    return _("%(span)s over", span=words) if over else _("%(span)s left", span=words)


def money(cents: int) -> str:
    """Whole and hundredths of a yuan: 860 元; 12.50 元."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{'−' if cents < 0 else ''}{whole:,}" + (f".{rest:02d}" if rest else "")
    return _("%(amount)s yuan", amount=text)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f}%"


def whole_percent(share: float) -> str:
    return f"{share * 100:.0f}%"
