"""Everything reachable without sign-in: request, progress, survey, suggestion. A reviewer can read it in an hour."""
