"""The sign of life of the jobs process: a file whose age /readyz asks for."""

from __future__ import annotations

import time
from pathlib import Path

from flask import Flask

FRESH = 30  # seconds


def beat(app: Flask) -> None:
    _file(app).touch()


def alive(app: Flask) -> bool:
    """Did the jobs process beat within the last half minute?"""
    try:
        return abs(time.time() - _file(app).stat().st_mtime) < FRESH
    except FileNotFoundError:
        return False


def _file(app: Flask) -> Path:
    return Path(app.config["INSTANCE"]) / "jobs.alive"
