"""The published list (stack.md, section 7): every view, every filter, and combinations of them as desks ask for them. The bench walks
all of them, on their first and on their deepest page; `growth` measures the same. `python -m tests.load.lists` prints them.

Each address stands beside what it must show, said once more in plain SQL: an answer with other rows does not count.
"""

from __future__ import annotations

from typing import Any

WORKING = "status IN ('new','accepted','dispatched','in_progress','waiting','resolved')"
_BRANCHES = "category_id IN (SELECT id FROM category WHERE id = {category} OR parent_id = {category})"
_TAGGED = "id IN (SELECT ticket_id FROM ticket_tag WHERE tag_id = {tag})"
NEWEST = "sort=newest"
LISTS = {
    "view=mine": f"{WORKING} AND owner_id = {{me}}",
    "view=unassigned": f"{WORKING} AND status <> 'resolved' AND owner_id IS NULL",
    "view=due_soon": f"{WORKING} AND next_due_at >= {{now}} AND next_due_at < {{soon}}",
    "view=overdue": f"{WORKING} AND next_due_at < {{now}}",
    "view=to_follow_up": "follow_up_state = 'due'",
    "view=waiting": "status = 'waiting'",
    "view=all": WORKING,
    "view=all&sort=newest": WORKING,
    "view=mine&sort=newest": f"{WORKING} AND owner_id = {{me}}",
    "view=all&status=any": "1 = 1",
    "view=all&status=any&sort=newest": "1 = 1",
    "view=all&status=closed": "status = 'closed'",
    "view=all&status=resolved&sort=newest": "status = 'resolved'",
    "view=all&priority=urgent": f"{WORKING} AND priority = 'urgent'",
    "view=all&priority=high": f"{WORKING} AND priority = 'high'",
    "view=all&priority=high&status=any&sort=newest": "priority = 'high'",
    "view=all&kind=repair": f"{WORKING} AND kind_code = 'repair'",
    "view=all&area={area}": f"{WORKING} AND area_id = {{area}}",
    "view=all&area={area}&status=any": "area_id = {area}",
    "view=all&area={area}&status=any&sort=newest": "area_id = {area}",
    "view=all&category={category}": f"{WORKING} AND {_BRANCHES}",
    "view=all&category={category}&status=any": _BRANCHES,
    "view=all&channel=web": f"{WORKING} AND channel = 'web'",
    "view=all&channel=web&status=any": "channel = 'web'",
    "view=all&channel=staff": f"{WORKING} AND channel = 'staff'",
    "view=all&owner=none": f"{WORKING} AND owner_id IS NULL",
    "view=all&owner=none&status=any": "owner_id IS NULL",
    "view=all&owner={me}&status=any&sort=newest": "owner_id = {me}",
    "view=all&status=any&owner=me&kind=repair": "kind_code = 'repair' AND owner_id = {me}",
    "view=all&tag={tag}": f"{WORKING} AND {_TAGGED}",
    "view=all&tag={tag}&status=any": _TAGGED,
    "view=all&tag={tag}&status=any&sort=newest": _TAGGED,
    "view=mine&priority=urgent&area={area}": f"{WORKING} AND owner_id = {{me}} AND priority = 'urgent' AND area_id = {{area}}",
    "view=all&status=closed&priority=urgent&area={area}&channel=web": "status = 'closed' AND priority = 'urgent' AND area_id = {area} AND channel = 'web'",
}


def order_of(address: str) -> tuple[tuple[str, str], bool]:
    """(columns, falling) in which the list stands."""
    return (("created_at", "id"), True) if NEWEST in address else (("next_due_at", "id"), False)


def moments(backend: str) -> dict[str, str]:
    """The present, and what is due soon, as SQL."""
    if backend == "postgresql":
        return {"now": "now()", "soon": "now() + interval '2 hours'"}
    return {"now": "strftime('%Y-%m-%d %H:%M:%f', 'now')", "soon": "strftime('%Y-%m-%d %H:%M:%f', 'now', '+2 hours')"}


def rows_at_most(condition: str, most: int) -> str:
    return f"SELECT count(*) FROM (SELECT 1 FROM ticket WHERE {condition} LIMIT {most}) AS found"


def last_page_from(address: str, condition: str, size: int) -> str:
    """The key of the row before the last `size`: what stands in the address of the deepest page."""
    columns, falling = order_of(address)
    back = ", ".join(f"{c} {'' if falling else 'DESC'}" for c in columns)
    return f"SELECT {', '.join(columns)} FROM ticket WHERE {condition} ORDER BY {back} LIMIT 1 OFFSET {size}"


def filled(text: str, facts: dict[str, Any]) -> str:
    return text.format(**facts)


if __name__ == "__main__":
    print("\n".join(f"/tickets/?{address}" for address in LISTS))
