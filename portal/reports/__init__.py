"""The supervisor's dashboard: figures against targets, what is at risk, what waits for approval."""
