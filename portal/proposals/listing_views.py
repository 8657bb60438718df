"""List and board, live: what is shown stays where it is and says what it has become; what has come waits behind a button."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from portal.accounts import queries as accounts
from portal.catalogue import queries as catalogue
from portal.core import access, live, pages
from portal.core.access import me
from portal.core.i18n import language
from portal.core.paging import PAGE_SIZE
from portal.proposals import bp, cards, listing, queries, rules
from portal.proposals.cards import Card
from portal.proposals.listing import COLUMNS, Asked
from portal.proposals.models import ProposalStatus, Source
from portal.proposals.rules import knows_author
from portal.proposals.showing import author_words

LIST = "list"  # the one group of a list
LOOKS = {True: ("proposals/_line.html", "proposals/_lines.html"), False: ("proposals/_card.html", "proposals/_columns.html")}
Groups = list[tuple[str, list[Any]]]


@bp.get("/proposals/")
@access.needs(rules.SEE)
def index():
    asked = Asked.by(request.args)
    return _now(asked) if request.args.get("block") == "live" else _whole(asked)


def _whole(asked: Asked):
    """The body is kept for this person and address while no proposal changes."""
    groups, rows = _fresh(asked)
    shown = live.shown_text([(name, [card.id for card in found]) for name, found in groups])
    key = "drawn", language(), me().id, pages.here()
    return pages.page(
        "proposals/index.html", asked=asked, rows=rows, live_url=pages.here(block="live", shown=shown), tag=_tag(asked, shown), waiting=0,
        bar=_bar(asked), drawn=cards.while_unchanged(key, lambda: _drawn(asked, groups)), page_name=_("Proposals"), **_strip(asked, groups),
    )


def _strip(asked: Asked, groups: listing.Groups) -> dict[str, Any]:
    return {"has_strip": not asked.is_list and any(found for _name, found in groups) and access.may(me(), rules.FIGURES)}


def _now(asked: Asked):
    """304 when all that is shown is still right. Never another card, never another order."""
    text = request.args.get("shown", "")
    tag = _tag(asked, text)
    same = live.unchanged(tag)
    if same is not None:
        return same
    names = [LIST] if asked.is_list else list(COLUMNS)
    held = dict(live.shown_groups(text, names, PAGE_SIZE))
    found = cards.by_id([i for ids in held.values() for i in ids], me())
    groups = [(name, [found.get(i) for i in held.get(name, ())]) for name in names]
    return live.tagged(render_template("proposals/_live.html", asked=asked, waiting=_waiting(asked, held), drawn=_drawn(asked, groups)), tag)


def _tag(asked: Asked, shown: str) -> str:
    return live.tag("ideas", me().id, asked, shown, request.args.get("at", ""), address="/proposals/")


def _fresh(asked: Asked) -> tuple[listing.Groups, Any]:
    """Groups of cards as they are now; the page of a list."""
    if not asked.is_list:
        return listing.board(asked, me()), None
    rows = listing.page(asked, me())
    return [(LIST, rows.rows)], rows


def _waiting(asked: Asked, held: dict[str, tuple[int, ...]]) -> int:
    """How many have come to a place where they are not shown; none beside an older page."""
    if "at" in request.args:
        return 0
    return sum(len({card.id for card in found} - set(held.get(name, ()))) for name, found in _fresh(asked)[0])


def _drawn(asked: Asked, groups: Groups) -> dict[str, Markup]:
    """The rows, and the views above a list with their numbers."""
    person, template = me(), LOOKS[asked.is_list]
    known = [card.id for _name, found in groups for card in found if card]
    voted = queries.voted_by(person, known) if asked.is_list else set()
    facts = {
        "asked": asked, "counts": listing.counts(asked, person), "views": listing.VIEWS, "others": listing.OTHERS,
        "column_words": COLUMNS, "groups": {name: cards.draw(template[0], _shown(person, name, found, voted)) for name, found in groups},
    }
    return {"body": _rendered(template[1], facts), "views": _rendered("proposals/_views.html", facts) if asked.is_list else Markup("")}


def _shown(person: Any, name: str, found: list[Card | None], voted: set[int]) -> list[cards.Shown | None]:
    stages, here = cards.stage_words(language()), COLUMNS[name][1] if name in COLUMNS else tuple(ProposalStatus)
    return [
        card and cards.shown(card, author_words(person, card), knows_author(person, card), stages, voted=card.id in voted, elsewhere=card.status not in here)
        for card in found
    ]


def _rendered(template: str, facts: dict[str, Any]) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(facts))  # noqa: S704 - rendered with autoescape


def _bar(asked: Asked) -> Markup:
    may_figures, years = access.may(me(), rules.FIGURES), listing.years()
    return pages.fragment("proposals/_bar.html", (pages.here(), may_figures, tuple(years)), lambda: {
        "asked": asked, "sorts": listing.SORTS, "stages": catalogue.stages(), "teams": accounts.teams(), "sources": list(Source), "years": years,
        "may_figures": may_figures,
    })
