"""Every measured figure, defined once: formula, unit, direction, sample and the list behind it."""
