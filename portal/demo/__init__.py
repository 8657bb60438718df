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


def init_app(app: Flask) -> None:
    app.cli.add_command(demo)


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
