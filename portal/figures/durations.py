"""Seconds between two moments in SQL, the same on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from portal.core.db import Moment


class seconds_between(FunctionElement):  # noqa: N801 - reads as the SQL function it is
    """later − earlier, as a number; NULL when one is missing."""

    type = Float()
    inherit_cache = True

    def __init__(self, earlier: Any, later: Any):
        super().__init__(*(m if hasattr(m, "comparator") or hasattr(m, "type") else literal(m, Moment()) for m in (earlier, later)))


@compiles(seconds_between, "sqlite")
def _sqlite(element: Any, compiler: Any, **more: Any) -> str:
    earlier, later = (compiler.process(clause, **more) for clause in element.clauses)
    return f"round((julianday({later}) - julianday({earlier})) * 86400.0, 3)"


@compiles(seconds_between, "postgresql")
def _postgresql(element: Any, compiler: Any, **more: Any) -> str:
    earlier, later = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) AS DOUBLE PRECISION)"
