"""Every recurring job on one line: name, seconds from the end of one run to the next, the function that does it."""

SCHEDULE: tuple[tuple[str, int, str], ...] = (
    ("outbox", 5, "portal.notifications.jobs:send_due"),
    ("remind", 30, "portal.teamwork.jobs:remind"),
    ("bulk", 3, "portal.macros.jobs:carry_on"),
    ("look_after_clocks", 20, "portal.tickets.jobs:look_after_clocks"),
    ("compare_clocks", 1800, "portal.tickets.jobs:compare_by_night"),
    ("warn_of_years", 24 * 3600, "portal.calendars.jobs:warn_of_years"),
    ("return_untouched", 60, "portal.desk.jobs:return_untouched"),
    ("close_satisfied", 600, "portal.followups.jobs:close_satisfied"),
    ("sweep_accounts", 6 * 3600, "portal.accounts.jobs:sweep"),
    ("sweep_public", 3600, "portal.public.jobs:sweep"),
    ("look_after_proposals", 3600, "portal.proposals.jobs:look_after"),
    ("hide_order", 300, "portal.proposals.jobs:hide_order"),
    ("know_the_sizes", 24 * 3600, "portal.core.planner:know_the_sizes"),
    ("look_for_nobody", 600, "portal.visits.jobs:look_for_nobody"),
)
