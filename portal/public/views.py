"""All addresses without sign-in, by what they are about."""

from portal.public import link_views, request_views, sheet_views, suggest_views, survey_views, ticket_views  # noqa: F401
