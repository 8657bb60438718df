"""`make soak`: kill everything in the middle of writing, twenty times a database; then a crowd for ten minutes, with a backup taken under it
and restored elsewhere. Exit status 1 when anything does not hold."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

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
    parser.add_argument("--port", type=int, default=PORT)
    wanted = parser.parse_args()
    holds = True
    with tempfile.TemporaryDirectory(prefix="portal-soak-") as made:
        for backend in wanted.databases.split(","):
            place = Place(backend, Path(made), wanted.port)
            print(f"{backend}", flush=True)
            place.prepare(wanted.tickets)
            holds &= _kills(place, wanted.rounds) if wanted.rounds else True
            holds &= _crowd(place, Path(made), wanted.minutes) if wanted.minutes else True
    print("\nEverything holds." if holds else "\nNOT everything holds.")
    return 0 if holds else 1


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
