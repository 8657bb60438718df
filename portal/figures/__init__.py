"""Every measured figure, defined once: formula in words, unit, direction, target, sample. Pages and proposals only ask here."""
