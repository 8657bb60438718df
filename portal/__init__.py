"""The after-sales service portal (售后服务门户): create_app() builds it from settings, core and slices."""

from __future__ import annotations

from importlib import import_module, util
from pathlib import Path
from typing import Any, Mapping

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from portal import settings as settings_
from portal.core import access, assets, cli, db, errors, health, i18n, kept, logs, origin, pages, quiet, weight
from portal.slices import SLICES

ROOT = Path(__file__).resolve().parent.parent


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The whole application. `overrides` are settings already parsed (tests). Raises SettingsError, RuntimeError at start."""
    app = Flask("portal", template_folder=str(ROOT / "templates"), static_folder=None)
    app.url_map.converters["int"] = RecordId
    _configure(app, overrides)
    for part in (db, kept, logs, i18n, errors, origin, quiet, weight, access, assets, pages, health, cli):
        part.init_app(app)
    Migrate(app, db.db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    for name in SLICES:
        _add_slice(app, name)
    access.refuse_undeclared(app)
    return app


class RecordId(IntegerConverter):
    """A number in an address that fits every database's key: a larger one leads nowhere."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"max": 2**31 - 1, **kwargs})


def _configure(app: Flask, overrides: Mapping[str, Any] | None) -> None:
    settings = settings_.load()
    settings.update(overrides or {})
    app.config.update(settings)
    app.config.update(
        INSTANCE=str(settings.instance), DATABASE=settings.database_url, PUBLIC_BASE=settings.public_url,
        MAX_CONTENT_LENGTH=settings["MAX_BODY_BYTES"], MAX_FORM_PARTS=settings["MAX_FORM_PARTS"],
        MAX_FORM_MEMORY_SIZE=settings["MAX_FORM_TEXT_BYTES"], SETTINGS=settings,
    )
    settings.instance.mkdir(parents=True, exist_ok=True)
    if settings["TRUSTED_PROXIES"]:
        n = settings["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)


def _add_slice(app: Flask, name: str) -> None:
    """Import the slice's files that exist; register its blueprint and let it finish (`init_app`)."""
    package = import_module(f"portal.{name}")
    for file in ("options", "rules", "models", "workflow", "reactions", "views", "phone"):
        if util.find_spec(f"portal.{name}.{file}"):
            import_module(f"portal.{name}.{file}")
    if hasattr(package, "init_app"):
        package.init_app(app)
    for blueprint in getattr(package, "blueprints", ()):
        app.register_blueprint(blueprint)
