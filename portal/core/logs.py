"""Logs as JSON lines: no query strings, no personal data, the request's code on each line."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog
from flask import Flask


def init_app(app: Flask) -> None:
    level = getattr(logging, app.config["LOG_LEVEL"])
    logging.basicConfig(stream=sys.stderr, level=level, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where_it_broke,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _where_it_broke(_logger, _method: str, line: dict) -> dict:
    """An error as kinds, files and lines. Not its words: a database names the row that it refuses, with name, number and home."""
    told = line.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_chain(error))
    return line


def _chain(error: BaseException | None) -> list[str]:
    """From the first cause to the last error."""
    if error is None:
        return []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return [*_chain(cause), "".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__module__}.{type(error).__qualname__}"]
