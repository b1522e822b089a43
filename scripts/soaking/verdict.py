"""What the log says of what people were told: lost, repeated, out of order, or not what readers saw."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from scripts.soaking.people import Observed, Written

EVENTS = """
    SELECT position, stream_id::text AS draft, version, event_id::text AS event_id, type,
           payload::json ->> 'idempotency_key' AS key
      FROM onering.events ORDER BY position"""
WRONG_LEAVES = """
    SELECT count(*) FROM onering.events e
     WHERE payload_hash <> onering.payload_hash_v1(salt, payload)
        OR leaf <> onering.leaf_v1(
               lane, position, stream_id, stream_type, version, workspace_id, event_id, type, schema_version,
               payload_hash, issuer, subject, impersonator, command_id, correlation_id, causation_id, recorded_at)"""

CATCH_UP_SECONDS = 30.0
STEP = 0.1


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts; all but `stored` should be 0. `gaps` are positions, `unseen` events of readers' drafts."""

    stored: int
    lost: int
    repeated: int
    misplaced: int
    gaps: int
    wrong_leaves: int
    unseen: int
    disorder: int

    @property
    def clean(self) -> bool:
        """Whether nothing gave."""
        return not any(
            (self.lost, self.repeated, self.misplaced, self.gaps, self.wrong_leaves, self.unseen, self.disorder)
        )


async def verdict(dsn: str, written: Written, readers: Sequence[Observed]) -> Verdict:
    """Compare the log with what was acknowledged and seen. Readers get CATCH_UP_SECONDS to see the end."""
    conn = await asyncpg.connect(dsn)
    try:
        rows = await conn.fetch(EVENTS)
        wrong_leaves = await conn.fetchval(WRONG_LEAVES)
    finally:
        await conn.close()
    stored: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        if row["type"] == "segment_added":
            stored.setdefault((row["draft"], row["key"]), []).append(row["version"])
    told = written.acknowledged
    return Verdict(
        stored=len(stored),
        lost=sum(key not in stored for key in told),
        repeated=sum(len(versions) > 1 for versions in stored.values()),
        misplaced=sum(stored.get(key, [version])[0] != version for key, version in told.items()),
        gaps=sum(row["position"] != n for n, row in enumerate(rows, 1)),
        wrong_leaves=wrong_leaves,
        unseen=sum([await _unseen(rows, reader) for reader in readers]),
        disorder=sum(len(reader.wrong) for reader in readers),
    )


async def _unseen(rows: Sequence[asyncpg.Record], reader: Observed) -> int:
    """Return how many places of a draft a reader saw otherwise than the log has them."""
    there = [(row["version"], row["event_id"]) for row in rows if row["draft"] == reader.draft]
    for _ in range(int(CATCH_UP_SECONDS / STEP)):
        if len(reader.seen) >= len(there):
            break
        await asyncio.sleep(STEP)
    differ = sum(seen != event for seen, event in zip(reader.seen, there, strict=False))
    return differ + abs(len(there) - len(reader.seen))
