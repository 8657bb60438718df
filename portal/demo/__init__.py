"""The sample company: a believable story told through the actions themselves."""

from __future__ import annotations

import gc
import time
from datetime import date, datetime
from datetime import time as wall_time

import click
from flask import Flask
from flask.cli import AppGroup

demo = AppGroup("demo", help="The sample company.")
bench = AppGroup("bench", help="Databases of any size, for measuring.")


def init_app(app: Flask) -> None:
    app.cli.add_command(demo)
    app.cli.add_command(bench)


@demo.command("load")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Tell the story up to the evening of this day instead of now.")
def load(day: datetime | None) -> None:
    """Fill an empty database with the sample company."""
    from portal.accounts.models import Person
    from portal.core import clock
    from portal.core.db import db, unit_of_work
    from portal.demo import seeds

    started = time.monotonic()
    gc.disable()  # one big graph of objects that all stay: collecting it again and again only costs time
    with unit_of_work():
        if db.session.query(Person.id).first() is not None:
            raise click.ClickException("The database is not empty; the sample company needs one of its own.")
        until = clock.moment(date(day.year, day.month, day.day), wall_time(18, 0)) if day else clock.now()
        told = seeds.load(until)
    click.echo(f"The sample company is ready: {told['customers']} customers, {time.monotonic() - started:.0f} s.")


@demo.command("weeks")
def weeks() -> None:
    """Move the sample company's clock four weeks on: the running trial ends, its effect is measured and decided."""
    from portal.core.db import unit_of_work
    from portal.core.errors import Refused
    from portal.demo import later

    started = time.monotonic()
    try:
        with unit_of_work():
            proposal = later.tell()
            found = f"{proposal.number}: {proposal.status.value}, {proposal.effect_words}. /proposals/{proposal.id}/effect"
    except Refused as refusal:
        raise click.ClickException(str(refusal.sentence)) from None
    click.echo(f"Four weeks later ({time.monotonic() - started:.0f} s). {found}")


@bench.command("load")
@click.argument("number", type=click.IntRange(1, 5_000_000))
def load_many(number: int) -> None:
    """Fill an empty database with NUMBER tickets, their customers and everything that happened to them."""
    from portal.core.errors import Refused
    from portal.demo import bulk

    started = time.monotonic()
    try:
        made = bulk.load(number)
    except Refused as refusal:
        raise click.ClickException(str(refusal.sentence)) from None
    words = ", ".join(f"{rows} {name}" for name, rows in made.items())
    click.echo(f"Loaded in {time.monotonic() - started:.0f} s: {words}.")


@bench.command("busy-day")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def busy_day(day: datetime) -> None:
    """Fill the dispatch board of DAY: 60 technicians, 400 visits."""
    from portal.demo import busy

    busy.fill(day.date())


@bench.command("rarities")
@click.option("--tickets", default=70)
@click.option("--entries", default=50)
def add_rarities(tickets: int, entries: int) -> None:
    """Tag one ticket of a hundred, and give the first TICKETS in work at least ENTRIES entries each."""
    from portal.demo import rarities

    rarities.add(tickets, entries)


@bench.command("proposals")
@click.argument("number", type=click.IntRange(1, 1_000_000))
def load_proposals(number: int) -> None:
    """Add NUMBER proposals to a company that is there already."""
    from portal.core.db import unit_of_work
    from portal.demo import ideas

    started = time.monotonic()
    with unit_of_work():
        made = ideas.load(number)
    click.echo(f"Loaded in {time.monotonic() - started:.0f} s: {made} proposals.")
