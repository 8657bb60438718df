"""The slices in their one order: a slice imports only from slices before it. Drives registration, menu and the import rule."""

SLICES = (
    "accounts",
    "notifications",
    "customers",
    "catalogue",
    "roster",
    "calendars",
    "tickets",
    "visits",
    "surveys",
    "followups",
    "replies",
    "teamwork",
    "macros",
    "desk",
    "figures",
    "proposals",
    "reports",
    "public",
    "admin",
    "demo",
)
