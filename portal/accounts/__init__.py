"""Who works here: people, roles, teams, areas, sign-in and sessions."""
