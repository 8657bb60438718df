"""The people whom the demo's sign-in page lists. They live in a later slice, and only in the demo."""

from __future__ import annotations

from importlib import import_module, util
from typing import Any

from flask import current_app


def people() -> list[Any]:
    """Two names a role: .username .name .role .password; nobody outside the demo."""
    if not current_app.config["DEMO"] or util.find_spec("portal.demo.people") is None:
        return []
    return import_module("portal.demo.people").listed()
