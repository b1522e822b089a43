"""The limit that commands are held against: pgbench inserts the same row, one per transaction, on the same Postgres."""

import re
import subprocess
import tempfile
from pathlib import Path

DATABASE = "bench"

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


class Pgbench:
    """Runs pgbench of the folder `programs` as the administrator of the server at `dsn`."""

    def __init__(self, programs: Path, dsn: str, content: str) -> None:
        self._programs = programs
        self._dsn = dsn
        self._script = tempfile.NamedTemporaryFile("w", suffix=".sql")  # noqa: SIM115 - as long as this object
        self._script.write(INSERT.replace("\n", " ").replace("CONTENT", content))
        self._script.flush()
        self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", TABLE, dsn)

    def inserts(self, clients: int, seconds: int) -> float:
        """Return durable inserts per second by so many clients. Raises subprocess.CalledProcessError."""
        options = ["-n", "-M", "prepared", "-f", self._script.name, "-c", str(clients), "-j", "2", "-T", str(seconds)]
        printed = self._run("pgbench", *options, self._dsn)
        match = _RATE.search(printed)
        if match is None:
            raise RuntimeError(f"pgbench said no rate: {printed}")
        return float(match[1])

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._programs / program), *arguments], check=True, text=True, stdout=subprocess.PIPE
        )
        return done.stdout
