"""How long something took, without the time for which the machine was busy with others."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from tests.load.servers import children, processor


class Pace:
    """Begins to count when made. What has to be in time is the portal and the browser, not whoever else uses the machine."""

    def __init__(self):
        self.pids, self.started = _family(os.getpid()), time.monotonic()
        self.waited = self._waits()

    def seconds(self) -> float:
        """Since then, without the longest time that one process of ours was ready and got no processor."""
        now = self._waits()
        return time.monotonic() - self.started - max((now[pid] - self.waited[pid] for pid in now if pid in self.waited), default=0)

    def _waits(self) -> dict[int, float]:
        found = {}
        for pid in self.pids:
            with suppress(OSError):  # it has ended meanwhile; a system that does not count
                found[pid] = processor([pid])[1]
        return found


def _family(pid: int) -> list[int]:
    return [pid, *(one for child in children(pid) for one in _family(child))]
