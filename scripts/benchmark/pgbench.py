"""The limit that commands are held against: pgbench inserts the same row, one per transaction, on the same Postgres."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scripts.benchmark.figures import percentile
from scripts.benchmark.service import Service

# The log's own columns and key, and nothing else of the log: no order, no hash, no idempotency, no projection.
TABLE = """
    CREATE TABLE bare (
        lane smallint, position bigserial, stream_id uuid, stream_type text, version integer, workspace_id uuid,
        event_id uuid, type text, schema_version integer, payload text, salt bytea, payload_hash bytea, issuer text,
        subject text, impersonator text, command_id uuid, correlation_id text, causation_id uuid,
        recorded_at timestamptz, leaf bytea, PRIMARY KEY (lane, position))"""

# pgbench reads a colon before a name as a variable: none stands before one here.
INSERT = """
    INSERT INTO bare (lane, stream_id, stream_type, version, workspace_id, event_id, type, schema_version, payload,
        salt, payload_hash, issuer, subject, command_id, correlation_id, recorded_at, leaf)
    VALUES (0, gen_random_uuid(), 'draft', 2, gen_random_uuid(), gen_random_uuid(), 'segment_added', 1,
        '{"idempotency_key": "1764080000000000000-12-345", "data": {"segment_id":
        "6c8a97bd-7c81-5203-ba2c-4821c7a898f8", "author_id": "alice", "content": "CONTENT", "segment_order": 0}}',
        '\\x00112233445566778899aabbccddeeff',
        '\\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'onering.local', 'alice',
        gen_random_uuid(), 'a6c88eb7efcd4b2dace2c775fc203506', clock_timestamp(),
        '\\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff');"""

_RATE = re.compile(r"tps = ([0-9.]+)")
_LATENCY = re.compile(r"latency average = ([0-9.]+) ms")


class Inserts(NamedTuple):
    """Durable inserts per second, and their average latency in ms."""

    rate: float
    latency_ms: float


class Pgbench:
    """Runs pgbench from the folder `programs` on the table in the database at `dsn`; files go to `folder`."""

    def __init__(self, programs: Path, dsn: str, folder: Path, content: str) -> None:
        self._programs = programs
        self._dsn = dsn
        self._folder = folder
        self._script = folder / "insert.sql"
        self._script.write_text(INSERT.replace("\n", " ").replace("CONTENT", content))
        self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", TABLE, dsn)

    def inserts(self, clients: int, seconds: float) -> Inserts:
        """Return what so many clients reach. Raises subprocess.CalledProcessError."""
        return inserts_of(self._bench(clients, seconds))

    def latencies(self, seconds: float) -> tuple[float, float]:
        """Return p50 and p99 in ms of inserts one after the other. Raises subprocess.CalledProcessError."""
        prefix = self._folder / "transactions"
        self._bench(1, seconds, "--log", f"--log-prefix={prefix}")
        taken = [latency for log in self._folder.glob(f"{prefix.name}.*") for latency in latencies_of(log.read_text())]
        for log in self._folder.glob(f"{prefix.name}.*"):
            log.unlink()
        return percentile(taken, 50), percentile(taken, 99)

    def _bench(self, clients: int, seconds: float, *more: str) -> str:
        length = str(max(round(seconds), 1))  # pgbench takes whole seconds
        options = ["-n", "-M", "prepared", "-f", str(self._script), "-c", str(clients), "-j", "2", "-T", length]
        return self._run("pgbench", *options, *more, self._dsn)

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._programs / program), *arguments], check=True, text=True, stdout=subprocess.PIPE
        )
        return done.stdout


@contextmanager
def pgbench(service: Service, content: str) -> Iterator[Pgbench]:
    """Give a Pgbench on a database of its own, in the service's Postgres."""
    with tempfile.TemporaryDirectory(prefix="onering-pgbench-") as folder:
        yield Pgbench(service.programs, service.database("bench"), Path(folder), content)


def inserts_of(printed: str) -> Inserts:
    """Read pgbench's report."""
    rate, latency = _RATE.search(printed), _LATENCY.search(printed)
    if rate is None or latency is None:
        raise RuntimeError(f"pgbench said no rate: {printed}")
    return Inserts(float(rate[1]), float(latency[1]))


def latencies_of(log: str) -> list[float]:
    """Read pgbench's transaction log; return latencies in ms."""
    return [int(line.split()[2]) / 1000 for line in log.splitlines()]
