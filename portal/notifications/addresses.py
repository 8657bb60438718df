"""Addresses as the outbox list shows them: enough to recognise, not enough to use."""


def masked(to: str) -> str:
    """+8613800005678 → 138****5678; zhou@example.com → zh****@example.com."""
    name, at, house = to.partition("@")
    if at:
        return f"{name[:2]}****@{house}"
    digits = to.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 7 else "****"
