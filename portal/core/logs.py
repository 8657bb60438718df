"""Logs as JSON lines: no query strings, no personal data, the request's code on each line."""

from __future__ import annotations

import logging
import sys

import structlog
from flask import Flask


def init_app(app: Flask) -> None:
    level = getattr(logging, app.config["LOG_LEVEL"])
    logging.basicConfig(stream=sys.stderr, level=level, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
