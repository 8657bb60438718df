"""A company with any number of tickets, for measuring: everything around them and everything that happened, written in bulk."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Iterator

from sqlalchemy import select, update

from portal.accounts.models import Area, Person
from portal.catalogue import queries as catalogue
from portal.catalogue import seeds
from portal.catalogue.models import Cause
from portal.core import clock, search
from portal.core.access import Role
from portal.core.db import db, own_transaction, unit_of_work
from portal.core.errors import Refused
from portal.core.planner import know_the_sizes
from portal.demo import crowd, indexes, people
from portal.demo.copies import Copies
from portal.demo.lives import Case, World
from portal.demo.loading import TABLES, Loading
from portal.demo.story import WORDS
from portal.tickets import clocks
from portal.tickets import seeds as policies
from portal.tickets.actions import RANK
from portal.tickets.models import Ticket

SEED, AT_ONCE, FEW, TOLD = 20_261_122, 2_000, 5_000, 60_000
SPAN, FAR, RARE = timedelta(weeks=3), datetime.max.replace(tzinfo=UTC), "孔雀石台面"  # every story ends within three weeks
HOURS = (1, 1, 1, 1, 1, 1, 2, 4, 9, 10, 10, 9, 6, 9, 10, 10, 9, 7, 6, 6, 5, 4, 3, 2)  # how busy each hour of the day is


def load(number: int, now: datetime | None = None, told: int = TOLD) -> dict[str, int]:
    """Fill an empty database with `number` tickets up to `now`; of more than `told` the older ones are copies. Raises Refused when
    somebody works here already. Returns rows by name."""
    now = now or clock.now()
    rng, days = Random(SEED), days_for(number)
    copied = days // SPAN.days - 2 if number > told else 0  # besides the pattern itself and the last weeks
    a_span, since = number * SPAN.days // days, now - timedelta(days=days)
    with unit_of_work():
        if db.session.scalars(select(Person.id).limit(1)).first() is not None:
            raise Refused("The database is not empty; loading needs one of its own.")
        world = _world(rng, now, number / days)
        areas = list(db.session.scalars(select(Area).order_by(Area.id)))
        loading = Loading(world, crowd.Crowd(rng, areas, since), clocks.in_force())
    with indexes.put_off(TABLES) if number > FEW else nullcontext():
        if copied > 0:
            _copy(loading, moments(rng, a_span, SPAN.days, since + SPAN), copied)
            days, number = days - SPAN.days * (copied + 1), number - a_span * (copied + 1)
        _tell(loading, moments(rng, number, days, now))
        with own_transaction() as connection:
            loading.finish(connection)
    _mention(loading.totals["tickets"])
    know_the_sizes()
    return loading.totals


def _tell(loading: Loading, created: Iterator[datetime]) -> None:
    while part := list(islice(created, AT_ONCE)):
        with own_transaction() as connection:
            loading.write(part, connection)


def _copy(loading: Loading, created: Iterator[datetime], times: int) -> None:
    """The first weeks, told to the end of every story, and then again and again."""
    now, loading.world.now, loading.merging = loading.world.now, FAR, False
    _tell(loading, created)
    loading.world.now, loading.merging = now, True
    know_the_sizes()
    copies = Copies(loading, SPAN)
    for time in range(1, times + 1):
        with own_transaction() as connection:
            copies.write(connection, time)
    copies.count(times)


def _mention(number: int) -> None:
    """A word that five tickets have, however many there are, from the oldest to the newest."""
    five = [1 + (number - 1) * n // 4 for n in range(5)]
    with unit_of_work() as session:
        session.execute(update(Ticket).where(Ticket.id.in_(five)).values(description=Ticket.description + "\n" + RARE))
        for entry in session.scalars(select(search.SearchEntry).where(search.SearchEntry.kind == "ticket", search.SearchEntry.record_id.in_(five))):
            entry.tokens = [*entry.tokens, *search.tokens(RARE)]


def days_for(number: int) -> int:
    """Two months; above 60,000 tickets a thousand a day, at most a thousand days."""
    return min(max(60, number // 1_000), 1_000)


def moments(rng: Random, number: int, days: int, now: datetime) -> Iterator[datetime]:
    """When the tickets were taken in, in order; more by day than by night."""
    first_hour = clock.local(now).hour
    weights = [HOURS[(first_hour + n) % 24] for n in range(24)]
    for day in range(days):
        start, share = now - timedelta(days=days - day), number * (day + 1) // days - number * day // days
        yield from (start + timedelta(hours=h) for h in sorted(h + rng.random() for h in rng.choices(range(24), weights, k=share)))


def _world(rng: Random, now: datetime, a_day: float) -> World:
    """Catalogue, clock policies, the demo people and as many more as the work needs."""
    seeds.load()
    policies.load()
    made = people.make().values()
    agents = [p for p in made if Role.AGENT in p.roles]
    technicians = [p for p in made if Role.TECHNICIAN in p.roles]
    teams = {area.id: m.team_id for p in made for m in p.memberships for area in m.team.areas}
    return World(
        rng, now, crowd.staff(rng, Role.AGENT, agents, int(a_day / 20), now),
        crowd.staff(rng, Role.TECHNICIAN, technicians, int(a_day / 6), now), _cases(), [s.id for s in catalogue.stages()], teams,
    )


def _cases() -> list[Case]:
    categories, causes = {c.name: c for c in catalogue.categories()}, {c.name: c for c in db.session.scalars(select(Cause))}
    return [_case(row, categories[row["branch"]], causes[row["cause"]]) for row in WORDS["case"] if row["branch"] in categories]


def _case(row: dict[str, Any], category: Any, cause: Cause) -> Case:
    service = category.service or category.parent.service
    priority = catalogue.priority_of(category.urgency, category.impact)
    ticket = {
        "kind_code": category.kind_code or "repair", "category_id": category.id, "service_id": service.id if service else None,
        "urgency": category.urgency, "impact": category.impact, "priority": priority, "priority_rank": RANK[priority],
    }
    return Case(row["words"], row["solution"], cause.id, cause.name, bool(row.get("straight")), ticket,
                min(service.minutes, 120) if service else 90, service.bring if service else "")
