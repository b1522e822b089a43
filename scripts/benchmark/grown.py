"""Reads of a log that has grown: how long each kind takes, and that none touches more of a log ten times as long."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any, TypeVar

import asyncpg

from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE
from onering.log.migrate import migrate
from projections import PROJECTIONS
from projections.models import PLANNING
from projections.rebuild import rebuild
from scripts.benchmark.archive import EVENTS, Archive, fill
from scripts.benchmark.companions import Companion, companion
from scripts.benchmark.figures import Figure, Section, Target, figure
from scripts.benchmark.getter import Reads
from scripts.benchmark.questions import AUDITOR, Question, blocks, questions, subjects
from scripts.benchmark.scale import Scale
from scripts.benchmark.service import Serve, Service

CLIENTS = 8
# Requests of each client before it is timed, for each second that it is timed.
WARMING_PER_SECOND = 10
# How much longer the one log is than the other.
TIMES = 10
STATEMENT_SECONDS = 600.0

QUICK, FLAT = Target("value", "≤", 20), Target("ratio", "≤", 1.5)

T = TypeVar("T")
Pool = asyncpg.pool.Pool


def measure(scale: Scale, serve: Serve) -> Section:
    """Fill two logs, compare what reads of them touch, and ask the service on the longer one."""
    with serve() as first:
        short, long = first.database("short"), first.database("long")
        began = time.perf_counter()
        sizes = [
            asyncio.run(_filled(dsn, Archive(size // EVENTS, scale.long_draft * size // scale.grown)))
            for dsn, size in ((short, scale.grown // TIMES), (long, scale.grown))
        ]
        filled = time.perf_counter() - began
        touched = [asyncio.run(_with_pool(dsn, _touched)) for dsn in (short, long)]
        asked = asyncio.run(_with_pool(long, _questions))
        settings = {"DATABASE_URL": long, "ONERING_AUDITORS": AUDITOR, "ONERING_RATE_LIMIT": "off"}
        with serve(settings=settings) as service, companion("getter") as getter:
            times = [_asked(service, getter, question, scale) for question in asked]
    return Section(
        "Reads of a log that has grown",
        f"for times one client alone, for blocks the same of a log of {sizes[0]:,} events",
        [*times, *_compared(asked, *touched)],
        f"{sizes[1]:,} events in {scale.grown // EVENTS:,} drafts, one of them with {scale.long_draft:,} segments, one "
        f"person with two fifths of them. Both logs were filled and their read models built in {filled:,.0f} s. "
        f"Warm; p99 of {CLIENTS} clients, who ask again once answered. Blocks of 8 KiB, as EXPLAIN counts them.",
    )


async def _filled(dsn: str, archive: Archive) -> int:
    """Make a log and its read models; return how many events it has."""
    await migrate(dsn)
    events = await fill(dsn, archive)
    database = Database(dsn, statement_seconds=STATEMENT_SECONDS)
    for projection in PROJECTIONS:
        await rebuild(database, DEFAULT_LANE, projection.name)
    conn = await database.connect("bench")
    try:
        await conn.execute("VACUUM ANALYZE")
    finally:
        await conn.close()
    return events


async def _with_pool(dsn: str, do: Callable[["Pool[Any]"], Coroutine[Any, Any, T]]) -> T:
    pool = await Database(dsn, statement_seconds=STATEMENT_SECONDS).pool("bench", size=2, settings=PLANNING)
    try:
        return await do(pool)
    finally:
        await pool.close()


async def _questions(pool: "Pool[Any]") -> Sequence[Question]:
    return questions(await subjects(pool))


async def _touched(pool: "Pool[Any]") -> Mapping[str, int]:
    return await blocks(pool, await _questions(pool))


def _asked(service: Service, getter: Companion, question: Question, scale: Scale) -> Figure:
    rounds = [[_round(service, getter, question, n, scale.reading) for n in (CLIENTS, 1)] for _ in range(scale.rounds)]
    return figure(
        question.what,
        "ms p99",
        [(many["p99_ms"], alone["p99_ms"]) for many, alone in rounds],
        target=QUICK,
        beside={
            "p50 ms": median(many["p50_ms"] for many, _ in rounds),
            "alone p50 ms": median(alone["p50_ms"] for _, alone in rounds),
            "CPU ms": median(many["cpu_ms"] for many, _ in rounds),
        },
    )


def _round(service: Service, getter: Companion, question: Question, clients: int, seconds: float) -> dict[str, Any]:
    warming = max(1, round(seconds * WARMING_PER_SECOND))
    job = Reads(service.host, service.port, clients, question.path, service.token(question.user), seconds, warming)
    used = service.cpu_seconds()
    result = getter.ask(asdict(job))
    if result["refused"]:
        raise RuntimeError(f"{question.path} was answered {result['refused']}")
    result["cpu_ms"] = (service.cpu_seconds() - used) / (result["answered"] + clients * job.warming) * 1000
    return result


def _compared(asked: Sequence[Question], short: Mapping[str, int], long: Mapping[str, int]) -> Sequence[Figure]:
    return [
        figure(f"{question.what}, blocks", "", [(long[question.what], short[question.what])], target=FLAT)
        for question in asked
    ]
