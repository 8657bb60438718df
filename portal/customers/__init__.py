"""Who is served and where: customers, their phones and sites."""
