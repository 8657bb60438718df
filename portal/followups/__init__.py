"""Calls to the customer after a solution, drawn by rule; closing waits for them."""
