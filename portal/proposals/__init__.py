"""Suggestions for improvement from anyone, decided with a reason that reaches the proposer."""
