"""One customer problem from intake to close: queue, ticket page, clocks, conversation."""
