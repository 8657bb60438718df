"""When technicians work, what they can do, and when they are away: kept by supervisors, asked by dispatch."""
