"""`make soak`: two hundred visits in a cellar; everything killed in the middle of writing, twenty times a database; a crowd for ten minutes, with a backup under it
and restored elsewhere. Exit status 1 when anything does not hold."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from portal.settings import ROOT
from tests.load.crowd import Crowd
from tests.load.kills import READY, Kills
from tests.load.servers import Place

PORT = 8172


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--rounds", type=int, default=20, help="kills a database")
    parser.add_argument("--minutes", type=float, default=10, help="minutes of load a database; 0: none")
    parser.add_argument("--tickets", type=int, default=2_000)
    parser.add_argument("--schedules", type=int, default=200, help="visits in a cellar with a line that breaks by chance, in a real Chromium; 0: none")
    parser.add_argument("--port", type=int, default=PORT)
    wanted = parser.parse_args()
    holds = _cellar(wanted.schedules) if wanted.schedules else True
    with tempfile.TemporaryDirectory(prefix="portal-soak-") as made:
        for backend in wanted.databases.split(","):
            place = Place(backend, Path(made), wanted.port)
            print(f"{backend}", flush=True)
            place.prepare(wanted.tickets)
            holds &= _kills(place, wanted.rounds) if wanted.rounds else True
            holds &= _crowd(place, Path(made), wanted.minutes) if wanted.minutes else True
    print("\nEverything holds." if holds else "\nNOT everything holds.")
    return 0 if holds else 1


def _cellar(schedules: int) -> bool:
    command = [sys.executable, "-m", "pytest", "tests/e2e/test_cellar.py", "-q", "-p", "no:cacheprovider", "--timeout", "0", "-k", "random_schedule"]
    done = subprocess.run(command, env=os.environ | {"CELLAR_SCHEDULES": str(schedules), "BROWSER_TESTS": "required"}, cwd=ROOT)
    print(f"{schedules} schedules in a cellar: {'met' if done.returncode == 0 else 'NOT MET'}", flush=True)
    return done.returncode == 0


def _kills(place: Place, rounds: int) -> bool:
    report = Kills(place).run(rounds)
    for line in report.lines:
        print("  " + line)
    late = [r for r in report.ready if r > READY]
    if late:
        print(f"  NOT MET: {len(late)} of {len(report.ready)} starts took more than {READY:.0f} s")
    return not report.problems and not late


def _crowd(place: Place, folder: Path, minutes: float) -> bool:
    server = place.start()
    try:
        server.wait("/readyz")
        backup = folder / f"backup-{place.backend}"
        lines = Crowd(place).work(server, minutes, lambda: print("  " + place.flask("backup", str(backup)), flush=True))
    finally:
        server.stop()
    for name, found, holds in lines:
        print(f"  {name:36}{found:50}{'met' if holds else 'NOT MET'}")
    return _restored(place, folder, backup) and all(holds for _name, _found, holds in lines)


def _restored(place: Place, folder: Path, backup: Path) -> bool:
    environ = {"INSTANCE_DIR": str(folder / f"restored-{place.backend}")}
    if place.postgres:
        environ["DATABASE_URL"] = place.postgres.database("portal_restored")
    try:
        print("  " + place.flask("restore", str(backup), "--check", **environ).replace("\n", "\n  "))
    except RuntimeError as wrong:
        print(f"  NOT MET: {wrong}")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
