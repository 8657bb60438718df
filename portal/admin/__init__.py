"""The administrator's pages: people, catalogue, options, access, audit."""
