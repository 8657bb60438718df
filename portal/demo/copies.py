"""A span of finished weeks copied forwards by the database itself: what was told once stands as often as it is asked for, with ids,
moments, numbers, phones and links of its own."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Column, Connection, Table, text

from portal.core.db import Moment, db
from portal.demo.crowd import MOBILE
from portal.demo.loading import TABLES, Loading
from portal.tickets import tracking

FOLLOWS = {  # columns without a foreign key, and what they count along with
    "changed_id": "activity", "activity_id": "activity", "ticket_id": "ticket", "tracking_link.id": "ticket", "customer_phone.id": "customer",
    "follow_up_attempt.id": "follow_up",
}
FRESH = ("number", "selector", "secret", "survey_selector", "survey_secret")
MOBILE_OF = "'1' || substr('{endings}', 1 + 2 * cast(({id}) % {many} AS integer), 2) || substr(cast(100000000 + ({id}) * 73856093 % 100000000 AS text), 2)"


class Copies:
    """Copies of everything that `loading` has written so far: all of it over and done with at the end of its `span`."""

    def __init__(self, loading: Loading, span: timedelta):
        self.loading, self.span = loading, span
        self.sizes = {
            "ticket": loading.totals["tickets"], "customer": loading.totals["customers"], "activity": loading.totals["activities"],
            "search_entry": loading.totals["entries"], "ticket_clock": loading.totals["clocks"], "out_message": loading.totals["messages"],
            "site": loading.crowd.sites, **loading.world.last,
        }

    def write(self, connection: Connection, times: int) -> None:
        """The whole once more, `times` spans later."""
        self.by, self.days, self.sqlite = times, self.span.days * times, connection.dialect.name == "sqlite"
        self._fresh(connection)
        for name in TABLES:
            connection.execute(text(self._statement(db.metadata.tables[name])))
        connection.exec_driver_sql("DROP TABLE bench_fresh")

    def count(self, times: int) -> None:
        """Let the loading go on behind so many copies."""
        loading = self.loading
        loading.totals = {name: rows * (times + 1) for name, rows in loading.totals.items()}
        loading.world.last = {name: last * (times + 1) for name, last in loading.world.last.items()}
        loading.crowd.sites *= times + 1

    def _fresh(self, connection: Connection) -> None:
        """Numbers and links of the new tickets, beside the ids of those they are copied from."""
        connection.exec_driver_sql("CREATE TEMPORARY TABLE bench_fresh (id bigint PRIMARY KEY, {})".format(", ".join(f"{name} text" for name in FRESH)))
        rows = [(id, self.loading.number_for(created + self.span * self.by), *tracking.new_token(), *tracking.new_token())
                for id, created in self.loading.told]
        mark = "?" if self.sqlite else "%s"
        connection.exec_driver_sql(f"INSERT INTO bench_fresh VALUES ({', '.join([mark] * 6)})", rows)

    def _statement(self, table: Table) -> str:
        values = ", ".join(f"{self._value(c)}" for c in table.c)
        names, size = ", ".join(f'"{c.name}"' for c in table.c), self.sizes[self._counted(table)]
        first = "id" if "id" in table.c else "ticket_id"
        return f'INSERT INTO "{table.name}" ({names}) SELECT {values} FROM "{table.name}" AS o {self._beside(table.name)} WHERE o.{first} <= {size}'

    def _beside(self, name: str) -> str:
        """What a table's rows are read together with."""
        key = {"ticket": "o.id", "tracking_link": "o.ticket_id", "survey": "o.ticket_id", "out_message": "o.ticket_id", 
               "search_entry": "CASE WHEN o.kind = 'ticket' THEN o.record_id END"}.get(name)
        return f"LEFT JOIN bench_fresh AS f ON f.id = {key} LEFT JOIN ticket AS t ON t.id = f.id" if key else ""

    def _value(self, column: Column) -> str:
        place = f"{column.table.name}.{column.name}"
        if made := self._made().get(place):
            return made
        followed = self._followed(column)
        if followed in self.sizes:
            return f'o."{column.name}" + {self.sizes[followed] * self.by}'
        if isinstance(column.type, Moment):
            return self._later(column)
        return f'o."{column.name}"'

    def _followed(self, column: Column) -> str | None:
        """The table along with whose ids this column counts."""
        name = column.table.name
        if column.foreign_keys:
            target = next(iter(column.foreign_keys)).column.table
            return self._counted(target) if target.name in TABLES else None
        if column.name == "id":
            return self._counted(column.table)
        return FOLLOWS.get(column.name)

    def _counted(self, table: Table) -> str:
        return FOLLOWS.get(f"{table.name}.id", table.name if "id" in table.c else "ticket")

    def _later(self, column: Column) -> str:
        """A moment so many days later; the far future stays where it is."""
        value = f'o."{column.name}"'
        if not self.sqlite:
            return f"CASE WHEN {value} < '9000-01-01' THEN {value} + interval '{self.days} days' ELSE {value} END"
        return f"CASE WHEN {value} < '9000-01-01' THEN date({value}, '+{self.days} days') || substr({value}, 11) ELSE {value} END"

    def _made(self) -> dict[str, str]:
        """Values that no copy may share with its pattern."""
        subjects = " ".join(f"WHEN '{kind}' THEN {self.sizes[kind] * self.by}" for kind in ("ticket", "customer", "visit", "survey", "follow_up"))
        mobile = self._mobile("o.id")
        return {
            "ticket.number": "f.number", "out_message.subject": "f.number", "tracking_link.selector": "f.selector", "tracking_link.secret": "f.secret",
            "survey.selector": "f.survey_selector", "survey.secret": "f.survey_secret", "search_entry.tokens": self._tokens(),
            "activity.subject_id": f"o.subject_id + CASE o.subject_type {subjects} END",
            "search_entry.record_id": f"o.record_id + CASE o.kind {subjects} END",
            "customer_phone.raw": mobile, "customer_phone.digits": mobile, "customer_phone.e164": f"'+86' || {mobile}",
            "customer_phone.last4": f"substr({mobile}, 8)", "out_message.to": f"'+86' || {self._mobile('t.customer_id')}",
        }

    def _mobile(self, id: str) -> str:
        return "(" + MOBILE_OF.format(endings="".join(MOBILE), many=len(MOBILE), id=f"{id} + {self.sizes['customer'] * self.by}") + ")"

    def _tokens(self) -> str:
        """A ticket's first three tokens are those of its number."""
        if self.sqlite:
            return ("CASE WHEN f.id IS NULL THEN o.tokens ELSE lower(replace(f.number, '-', ' ') || ' ' || replace(f.number, '-', ''))"
                    " || substr(o.tokens, 2 * length(t.number) + 1) END")
        return ("CASE WHEN f.id IS NULL THEN o.tokens ELSE ARRAY[lower(split_part(f.number, '-', 1)), split_part(f.number, '-', 2), "
                "lower(replace(f.number, '-', ''))] || o.tokens[4\\:] END")
