"""How fast the log is gone through: building read models anew, and checking every event."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from projections import PROJECTIONS
from scripts.benchmark import history
from scripts.benchmark.figures import Section, Target, figure
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve, Service

REBUILD, CHECK = Target("value", "≥", 20_000), Target("value", "≥", 50_000)

# As many bare rows as the log has, into a table with its key and nothing else.
COPIED = """
    CREATE TABLE bare (LIKE onering.events, PRIMARY KEY (lane, position));
    INSERT INTO bare SELECT * FROM onering.events"""
READ = "COPY onering.events TO STDOUT"


class Log:
    """A log of `events` in a database of its own, and how fast programs go through it, in events per second."""

    def __init__(self, service: Service, events: int) -> None:
        self._programs = service.programs
        self._dsn = service.database("history")
        self._onering("migrate")
        self.events = asyncio.run(history.fill(self._dsn, events))
        self._psql("VACUUM ANALYZE onering.events")

    def rebuild(self, name: str) -> float:
        """Build a read model anew."""
        return self.events / self._onering("rebuild", name)

    def check(self) -> float:
        """Check the log."""
        return self.events / self._onering("replay", "check")

    def copied(self) -> float:
        """Copy every row."""
        taken = self._psql(COPIED)
        self._psql("DROP TABLE bare")
        return self.events / taken

    def read(self) -> float:
        """Read every row."""
        return self.events / self._psql(READ)

    def _onering(self, *words: str) -> float:
        onering = str(Path(sys.executable).with_name("onering"))
        return _seconds([onering, *words, "--database-url", self._dsn])

    def _psql(self, sql: str) -> float:
        return _seconds([str(self._programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, self._dsn])


def _seconds(command: Sequence[str]) -> float:
    """Return how long a program lives. Raises CalledProcessError where it fails."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def measure(scale: Scale, serve: Serve) -> Section:
    """Measure each read model and the check; each round of them and of its limit follow each other."""
    with serve() as service:
        log = Log(service, scale.events)
        figures = [
            figure(
                f"onering rebuild {projection.name}",
                "events/s",
                [(log.rebuild(projection.name), log.copied()) for _ in range(scale.rounds)],
                target=REBUILD,
            )
            for projection in PROJECTIONS
        ]
        checks = [(log.check(), log.read()) for _ in range(scale.rounds)]
        figures.append(figure("onering replay check", "events/s", checks, target=CHECK))
    return Section(
        "Going through the log",
        "for a rebuild INSERT … SELECT of as many bare rows, for the check COPY TO STDOUT, both by psql",
        figures,
        f"{log.events:,} events. The whole life of each program, from its start to its end.",
    )
