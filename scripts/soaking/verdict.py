"""What the log says of what people were told and shown: lost, repeated, misplaced, or not what readers saw."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson

from onering.log.epoch import read_epoch
from onering.log.event import DEFAULT_LANE, StoredEvent
from onering.log.reader import head, read_lane
from scripts.soaking.history import Sent, violations
from scripts.soaking.logged import Log
from scripts.soaking.people import WRITER, Pages
from scripts.soaking.score import Score
from scripts.soaking.seen import Ping, Reader

WRONG_LEAVES = """
    SELECT count(*) FROM onering.events e
     WHERE payload_hash <> onering.payload_hash_v1(salt, payload)
        OR leaf <> onering.leaf_v1(
               lane, position, stream_id, stream_type, version, workspace_id, event_id, type, schema_version,
               payload_hash, issuer, subject, impersonator, command_id, correlation_id, causation_id, recorded_at)"""

CATCH_UP_SECONDS = 30.0
STEP = 0.1


@dataclass
class Verdict:
    """What the log has, and what is wrong with it; `broken` are the promises of docs/LIVE.md that were not kept."""

    events: int
    gaps: int
    wrong_leaves: int
    unseen: int
    broken: Sequence[str]

    @property
    def findings(self) -> list[str]:
        """What gave, in a sentence each."""
        counts = {
            "positions are out of place": self.gaps,
            "leaves are wrong": self.wrong_leaves,
            "places of pages are not what the log has": self.unseen,
        }
        return [f"{count} {what}" for what, count in counts.items() if count] + list(self.broken)


async def verdict(
    dsn: str,
    score: Score,
    readers: Sequence[Reader],
    pages: Sequence[Pages],
    named: Callable[[str], str] = lambda user: user,
) -> Verdict:
    """Compare the log with what was acknowledged, which is counted in `score`, and with what was seen. `named` is what
    people are called there.

    Nobody writes any more. Readers get CATCH_UP_SECONDS to see the end.
    """
    conn = await asyncpg.connect(dsn)
    try:
        newest = await head(conn, DEFAULT_LANE)
        stored = await read_lane(conn, DEFAULT_LANE, 0, max(newest, 1))
        wrong_leaves = await conn.fetchval(WRONG_LEAVES)
        epoch = await read_epoch(conn)
    finally:
        await conn.close()
    judge_writing(stored, score)
    gaps = sum(event.position != n for n, event in enumerate(stored, 1))
    if gaps:
        return Verdict(len(stored), gaps, wrong_leaves, 0, ["the log has gaps, so no reader can be judged"])
    log = Log.of(epoch, stored, lambda issuer, subject: named(subject))
    await _wait(
        lambda: all(map(_settled(log), readers)) and all(len(p.seen) >= log.drafts[p.draft].head for p in pages)
    )
    sent = [Sent(named(WRITER), draft, key, told.version) for (draft, key), told in score.told.items()]
    broken = [str(violation) for violation in violations(log, readers, sent)]
    return Verdict(len(stored), 0, wrong_leaves, sum(_unseen(stored, reader) for reader in pages), broken)


def judge_writing(stored: Sequence[StoredEvent], score: Score) -> None:
    """Count what became of every command, into the tally of the fault that it was acknowledged under."""
    versions: dict[tuple[str, str], list[int]] = {}
    for event in stored:
        if event.type == "segment_added":
            key = orjson.loads(event.payload or "{}").get("idempotency_key")
            versions.setdefault((str(event.stream_id), key), []).append(event.version)
    for written, told in score.told.items():
        told.tally.stored += written in versions
        told.tally.lost += written not in versions
        told.tally.misplaced += versions.get(written, [told.version])[0] != told.version
    for written, at in versions.items():
        tally = score.told[written].tally if written in score.told else score.now
        tally.twice += len(at) > 1


def _settled(log: Log) -> Callable[[Reader], bool]:
    """Whether a reader saw the end, and a heartbeat after it."""

    def seen(reader: Reader) -> bool:
        newest = log.drafts[reader.draft].head
        frames = reader.connections[-1].frames if reader.connections else []
        pings = [frame.head for frame in frames if isinstance(frame, Ping)]
        return reader.last == newest and pings[-1:] == [newest]

    return seen


async def _wait(condition: Callable[[], Any]) -> None:
    for _ in range(int(CATCH_UP_SECONDS / STEP)):
        if condition():
            return
        await asyncio.sleep(STEP)


def _unseen(stored: Sequence[StoredEvent], pages: Pages) -> int:
    """Return how many places of a draft somebody who turned pages saw otherwise than the log has them."""
    there = [(event.version, str(event.event_id)) for event in stored if str(event.stream_id) == pages.draft]
    differ = sum(seen != event for seen, event in zip(pages.seen, there, strict=False))
    return differ + abs(len(there) - len(pages.seen))
