from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from portal.accounts.models import ResetLink, SignedInSession
from portal.core import clock, limits
from portal.core.db import unit_of_work

KEPT = timedelta(days=30)


def sweep() -> None:
    """Forget sign-ins, one-time links and counted tries that ended long ago. The audit trail keeps that they were."""
    long_ago = clock.now() - KEPT
    with unit_of_work() as session:
        session.execute(delete(SignedInSession).where(SignedInSession.ends_at < long_ago))
        session.execute(delete(SignedInSession).where(SignedInSession.ended_at < long_ago))
        session.execute(delete(ResetLink).where(ResetLink.ends_at < long_ago))
        limits.sweep()
