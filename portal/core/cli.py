"""`flask backup DIR`, `flask restore DIR [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask

from portal.core import backup as backups
from portal.core import restore as restoring
from portal.core.errors import Refused

FOLDER = click.Path(file_okay=False, path_type=Path)


def init_app(app: Flask) -> None:
    app.cli.add_command(backup)
    app.cli.add_command(restore)


@click.command()
@click.argument("folder", type=FOLDER)
def backup(folder: Path) -> None:
    """Copy database and files into FOLDER (new or empty) while the portal runs."""
    try:
        made = backups.make(folder)
    except Refused as refusal:
        raise click.ClickException(str(refusal.sentence)) from None
    click.echo(f"Backup of {made.made_at[:19]} UTC: {made.rows} rows of {len(made.tables)} tables, {len(made.files)} files.")
    for token in made.lost:
        click.echo(f"Missing or damaged in the instance itself: file {token}", err=True)
    if made.lost:
        sys.exit(1)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--check", is_flag=True, help="Compare rows, contents and files with the backup afterwards; exit status 1 when they differ.")
def restore(folder: Path, check: bool) -> None:
    """Bring a backup back into this empty instance. It stays muted until an administrator lets messages go again."""
    try:
        manifest, problems = restoring.restore(folder, check)
    except Refused as refusal:
        raise click.ClickException(str(refusal.sentence)) from None
    click.echo(f"Restored the backup of {manifest.made_at[:19]} UTC: {manifest.rows} rows, {len(manifest.files)} files.")
    click.echo("Outgoing messages are held back until an administrator lets them go.")
    for problem in problems:
        click.echo(f"Differs: {problem}", err=True)
    if problems:
        sys.exit(1)
    if check:
        click.echo("Checked: rows, contents and files equal the backup.")
