"""Every recurring job on one line: name, seconds from the end of one run to the next, the function that does it."""

SCHEDULE: tuple[tuple[str, int, str], ...] = (
    ("outbox", 5, "portal.notifications.jobs:send_due"),
)
