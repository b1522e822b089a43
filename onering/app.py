"""The composition root: every part of a process made once and given what it needs; settings are read here."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from onering import __version__
from onering.auth import attempts
from onering.auth.composition import Auth, build, key_client
from onering.auth.faults import NoCredentials
from onering.contract.asyncapi import Closing, asyncapi
from onering.contract.openapi import Info, openapi
from onering.domain.values import CONTENT, DESCRIPTION, TITLE, Visibility
from onering.handle import CommandHandler, Handling
from onering.http.acknowledged import Acknowledged
from onering.http.analytics import Analytics
from onering.http.application import BodyLimits, application, refuse
from onering.http.audit import Audit
from onering.http.boundary import safety_headers
from onering.http.call import request_id_of
from onering.http.commands import Commands
from onering.http.diffs import Diffs
from onering.http.documents import Documents
from onering.http.exports import Exports
from onering.http.invites import Invites
from onering.http.journal import Journal
from onering.http.leaderboard import Leaderboard
from onering.http.limiting import FailedSignIns, Limited, Rates
from onering.http.links import InviteLinks, Links
from onering.http.me import Me
from onering.http.metrics import Metrics
from onering.http.operations import Health, Operations
from onering.http.problems import Problem
from onering.http.queries import Queries
from onering.http.reading import Reading
from onering.http.routes import FEED, described, table
from onering.http.share_cards import ShareCards
from onering.http.shelf import Shelf
from onering.instruments import Instruments
from onering.limits.callers import Callers
from onering.limits.gcra import Rate
from onering.limits.limiter import Limiter
from onering.limits.store import ForgettingCallers, Store
from onering.live import arrivals, ends
from onering.live.ends import End
from onering.live.hub import Hub
from onering.live.limits import Limits
from onering.live.neighbours import Neighbours
from onering.live.presence import Presence
from onering.log.batcher import Batcher, BatchLimits
from onering.log.connection import Database
from onering.log.event import DEFAULT_LANE, StoredEvent
from onering.log.hints import Hints
from onering.log.idempotency import Forgetting
from onering.log.snapshots import Snapshots
from onering.log.tail import Tail
from onering.metrics.peers import ALONE, Peers, Place
from onering.metrics.readings import Parts, Readings
from onering.plans import Plans
from onering.profiles import Profiles
from onering.settings import Environment, Settings
from onering.states import FORMAT, DraftStates
from onering.subjects import InviteTokens, Subjects
from onering.tasks import Tasks
from onering.users import Users
from projections import PROJECTIONS
from projections.checkpoints import Checkpoints
from projections.models import PLANNING, ReadModels
from projections.projector import Projector
from projections.rebuild import prepare


def utc_now() -> datetime:
    """Return the time of this machine's clock."""
    return datetime.now(UTC)


def _clock(settings: Settings) -> Callable[[], datetime]:
    """Return the clock of rules: this machine's, but in a rehearsal."""
    ahead = timedelta(hours=settings.clock_ahead_hours)
    return (lambda: utc_now() + ahead) if ahead else utc_now


@dataclass(frozen=True, slots=True)
class Process:
    """A process that serves: its ASGI application, what its server must do before it stops, and its limits."""

    asgi: ASGIApp
    hub: Hub
    batcher: Batcher
    tasks: Tasks
    limiter: Limiter
    rates: Rates

    async def failed(self) -> BaseException:
        """Wait until a background task died, and return what it died of: this process must not go on."""
        return await self.tasks.wait_failed()

    async def drain(self) -> None:
        """Move every socket on, then see everything submitted through to its outcome."""
        await self.hub.drain()
        await self.batcher.drained()


@asynccontextmanager
async def running(
    settings: Settings, dsn: str, development_secret: bytes | None = None, place: Place = ALONE
) -> AsyncIterator[Process]:
    """Run everything behind the port on the database at `dsn`, which is migrated, until the block ends.

    A database that is away is waited for. `development_secret` (32 bytes or more) admits the tokens of `onering token`,
    in local and test; `place` is where this process stands among those of the same port.

    Raises boot.UnsafeConfiguration, LookupError for a database without a log, and DATABASE_FAULTS.
    """
    async with AsyncExitStack() as closing:
        means = await _Means.of(settings, dsn, development_secret, closing)
        parts = _Parts(means, place)
        await prepare(means.database, DEFAULT_LANE)
        await parts.log.tail.start()
        await parts.limits.start()
        parts.tasks.start(parts.runs())
        closing.push_async_callback(parts.tasks.stop, settings.shutdown_seconds)
        await closing.enter_async_context(parts.peers.answering())
        yield Process(parts.asgi(), parts.hub, parts.log.batcher, parts.tasks, parts.limits.limiter, parts.limits.rates)


@dataclass(frozen=True, slots=True)
class _Means:
    """What the parts are made from. `keys` fetches the keys of issuers; `pool` reads."""

    settings: Settings
    database: Database
    pool: "asyncpg.Pool[Any]"
    keys: httpx.AsyncClient
    secret: bytes | None

    @classmethod
    async def of(cls, settings: Settings, dsn: str, secret: bytes | None, closing: AsyncExitStack) -> "_Means":
        database = Database(dsn, statement_seconds=settings.statement_seconds)
        # A process that gave up here would be started over and over, until whoever starts it gives up in turn.
        await database.answering()
        # Whoever reads waits no longer than whoever writes.
        reads = replace(database, statement_seconds=min(settings.statement_seconds, settings.command_seconds))
        pool = await reads.pool("reads", size=settings.pool_connections, settings=PLANNING)
        closing.callback(pool.terminate)
        keys = await closing.enter_async_context(key_client())
        return cls(settings, database, pool, keys, secret)


class _Log:
    """The log as this process writes and follows it."""

    def __init__(self, means: _Means, instruments: Instruments) -> None:
        settings, database = means.settings, means.database
        self.tail = Tail(database, DEFAULT_LANE, poll_seconds=settings.poll_seconds)
        self.hints = Hints(database, DEFAULT_LANE)
        limits = _batch_limits(settings)
        self.batcher = Batcher(
            database,
            DEFAULT_LANE,
            self._committed,
            limits,
            follows=self.tail.follows,
            timed=instruments.committed,
        )
        self.tail.on_rewind(self.batcher.rewound)

    def _committed(self, events: Sequence[StoredEvent]) -> None:
        self.tail.offer(events)
        self.hints.announce(events[-1].position)


class _Rules:
    """From a command to its outcome."""

    def __init__(self, means: _Means, log: _Log, models: ReadModels) -> None:
        settings, pool = means.settings, means.pool
        self.snapshots = Snapshots(pool, DEFAULT_LANE, lambda: f"{FORMAT}@{log.tail.epoch}")
        self.states = DraftStates(
            pool,
            log.tail,
            self.snapshots,
            capacity_bytes=settings.state_cache_mib << 20,
            snapshot_events=settings.snapshot_events,
        )
        self.tokens = InviteTokens(_invite_secret(means))
        self.handler = CommandHandler(
            self.states,
            log.batcher,
            pool,
            Subjects(models),
            self.tokens,
            lane=DEFAULT_LANE,
            clock=_clock(settings),
            handling=_handling(settings),
            plans=Plans(pool, enforced=settings.enforce_plans, seconds=settings.plan_seconds),
        )


class _Reads:
    """The read models, and how new a person's reads must be."""

    def __init__(self, means: _Means, log: _Log) -> None:
        settings = means.settings
        checkpoints = Checkpoints(means.pool, DEFAULT_LANE, PROJECTIONS)
        self.models = ReadModels(means.pool, checkpoints)
        self.projector = Projector(
            means.database,
            log.tail,
            checkpoints,
            PROJECTIONS,
            batch_events=settings.projector_events,
            keep_seconds=settings.projection_keep_seconds,
            poll_seconds=settings.poll_seconds,
        )
        self.acknowledged = Acknowledged()
        log.tail.on_rewind(self.acknowledged.forget)


class _Limits:
    """How often callers may ask; switched off, as often as they like."""

    def __init__(self, means: _Means) -> None:
        settings = means.settings
        self.limiter = Limiter(Store(means.database, settings.limiter_seconds))
        self.attempts: attempts.Attempts = attempts.UNCOUNTED
        self.arrivals: arrivals.Arrivals = arrivals.UNCOUNTED
        self.on = settings.rate_limit == "on"
        self._database = means.database
        self.rates = _rates(settings)
        self._callers = Callers(settings.trusted_proxies)
        if self.on:
            self.attempts = FailedSignIns(self.limiter, self.rates, self._callers)
            connects = Rate("connects", settings.connects_per_minute, settings.connects_burst)
            self.arrivals = arrivals.Counted(self.limiter, connects, self._callers)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """Return the application within the limits."""
        return Limited(app, self.limiter, self.rates, self._callers) if self.on else app

    async def start(self) -> None:
        """Share the limits from the first request on, if the database lets us."""
        if self.on:
            await self.limiter.start()

    def runs(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the background tasks, by name."""
        if not self.on:
            return {}
        return {"limiter": self.limiter.run, "callers": ForgettingCallers(self._database).run}


class _Parts:
    """The parts of a process, in the order in which one needs the other.

    What follows the tail is told in this order, too: the feeds find the rules' states as new as themselves.
    """

    def __init__(self, means: _Means, place: Place) -> None:
        self.means = means
        self.tasks = Tasks()
        self.instruments = Instruments()
        self.log = _Log(means, self.instruments)
        self.reads = _Reads(means, self.log)
        self.rules = _Rules(means, self.log, self.reads.models)
        self.auth = _auth(means, self.log)
        self.limits = _Limits(means)
        limits = _feed_limits(means.settings)
        self.presence = Presence(limits)
        self.neighbours = Neighbours(means.database, self.presence, limits)
        self.hub = Hub(
            tail=self.log.tail,
            states=self.rules.states,
            models=self.reads.models,
            presence=self.presence,
            principal=self.auth.principal,
            sign_in=self.auth.sign_in,
            limits=limits,
            anonymous_read=_anonymous_read(means.settings),
            refuse=_refuse_handshake,
            arrivals=self.limits.arrivals,
        )
        self.peers = Peers(place, Readings(self._read(), place.number).exposed)

    def runs(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return the background tasks of a process, by name."""
        return {
            "tail": self.log.tail.run,
            "batcher": self.log.batcher.run,
            "hints": self.log.hints.run,
            "projector": self.reads.projector.run,
            "snapshots": self.rules.snapshots.run,
            "live feed": self.hub.run,
            "names": self.hub.names.run,
            "presence": self.presence.run,
            "neighbours": self.neighbours.run,
            "keys": self.auth.run,
            **self.limits.runs(),
            "idempotency": Forgetting(self.means.database, self.means.settings.idempotency_days).run,
        }

    def asgi(self) -> ASGIApp:
        """Return the application."""
        settings, documents = self.means.settings, Documents()
        reading, links = self._reading(), Links(settings.public_url)
        invite_links = InviteLinks(self.rules.tokens, links)
        commands = self._commands(invite_links)
        invites = Invites(commands, reading, invite_links)
        lines = table(
            commands,
            invites,
            self._me(reading),
            Queries(reading, self.hub.stream, Shelf(self.reads.models, settings.list_cache_mib << 20)),
            Analytics(reading),
            Leaderboard(reading),
            Diffs(reading),
            ShareCards(reading, links),
            Exports(reading, settings.export_segments),
            Audit(reading, self.auth.named, settings.auditors),
            self._operations(),
            documents,
        )
        documents.publish(
            openapi(described(lines), Info(__version__, settings.developing)), asyncapi(FEED, __version__, _closings())
        )
        return application(
            lines,
            self.hub,
            lambda app: self.auth.middleware(app, refuse=refuse, attempts=self.limits.attempts),
            limits=BodyLimits(settings.body_limit, settings.json_depth, settings.body_seconds),
            origins=settings.allowed_origins,
            headers=safety_headers(tls=not settings.developing),
            limited=self.limits.middleware,
            instruments=self.instruments,
        )

    def _commands(self, links: InviteLinks) -> Commands:
        rules, reads = self.rules, self.reads
        journal = Journal(self.instruments)
        clock = _clock(self.means.settings)
        return Commands(rules.handler, reads.models, reads.acknowledged, self.auth.principal, clock, journal, links)

    def _reading(self) -> Reading:
        return Reading(
            states=self.rules.states,
            models=self.reads.models,
            tail=self.log.tail,
            acknowledged=self.reads.acknowledged,
            principal=self.auth.principal,
            clock=_clock(self.means.settings),
            anonymous_read=_anonymous_read(self.means.settings),
            read_wait=self.means.settings.read_wait,
        )

    def _me(self, reading: Reading) -> Me:
        profiles = Profiles(self.means.pool, self.log.batcher)
        return Me(profiles, reading, self.reads.acknowledged, enforced=self.means.settings.enforce_plans)

    def _read(self) -> Parts:
        return Parts(
            instruments=self.instruments,
            tail=self.log.tail,
            batcher=self.log.batcher,
            snapshots=self.rules.snapshots,
            projector=self.reads.projector,
            hub=self.hub,
            verifier=self.auth.verifier,
            issuers=self.auth.health,
            limiter=self.limits.limiter if self.limits.on else None,
            pool=self.means.pool,
        )

    def _operations(self) -> Operations:
        settings = self.means.settings
        health = Health(self.log.tail, self.reads.projector, self.auth.health, lambda: self.tasks.alive)
        # A page may ask for tokens where anybody on this machine may be anybody: in local alone.
        secret = self.means.secret if settings.env is Environment.LOCAL else None
        token = settings.metrics_token
        metrics = Metrics(self.peers.gathered, settings.metrics, token.get_secret_value() if token else None)
        return Operations(health, _config(settings), development_secret=secret, clock=utc_now, metrics=metrics)


def _auth(means: _Means, log: _Log) -> Auth:
    registrar = Users(means.pool, log.batcher).register
    auth = build(means.settings, registrar=registrar, http_client=means.keys, development_secret=means.secret)
    log.tail.on_rewind(auth.forget)
    return auth


async def _refuse_handshake(scope: Scope, receive: Receive, send: Send, end: End) -> None:
    request_id = request_id_of(scope)
    problem = Problem(end.status or 500, end.code or "internal_error", f"{end.reason[:1].upper()}{end.reason[1:]}.")
    beside = (("Retry-After", str(end.wait)),) if end.wait else _BESIDE.get(problem.status, ())
    problem = replace(problem, headers=beside)
    await problem.response(request_id)(scope, receive, send)


_BESIDE = {401: (("WWW-Authenticate", NoCredentials.challenge),), 503: (("Retry-After", "1"),)}


def _closings() -> Sequence[Closing]:
    """Return how a socket may end: by the feed, or by the server beneath it."""
    told = [end for end in vars(ends).values() if isinstance(end, End) and end is not ends.GONE]
    closings = {Closing(end.close_code, end.reason, end.status) for end in told}
    closings |= {Closing(1001, "going away", None), Closing(1009, "the message is too long", None)}
    return sorted(closings, key=lambda closing: (closing.code, closing.reason))


def _invite_secret(means: _Means) -> bytes | None:
    """Return what invites are made with: the one that is set, else one of this machine's own, to develop with."""
    if (secret := means.settings.invite_secret) is not None:
        return secret.get_secret_value().encode()
    return None if means.secret is None else hmac.digest(means.secret, b"onering/invites", "sha256")


def _anonymous_read(settings: Settings) -> bool:
    return settings.developing if settings.anonymous_read is None else settings.anonymous_read


def _handling(settings: Settings) -> Handling:
    default = "public" if settings.developing else "private"
    return Handling(
        default_visibility=Visibility(settings.default_visibility or default),
        command_seconds=settings.command_seconds,
        attempts=settings.decide_attempts,
    )


def _rates(settings: Settings) -> Rates:
    requests = Rate("requests", settings.requests_per_minute, settings.requests_burst)
    return Rates(
        requests,
        commands=Rate("commands", settings.commands_per_minute, settings.commands_burst),
        sign_ins=Rate("failed-sign-ins", settings.failed_sign_ins_per_minute, settings.failed_sign_ins_burst),
        # As often as anything else may be asked.
        repeats=Rate("repeats", requests.per_minute, requests.burst),
    )


def _batch_limits(settings: Settings) -> BatchLimits:
    return BatchLimits(settings.batch_commands, settings.batch_bytes, settings.queue_commands, settings.command_seconds)


def _feed_limits(settings: Settings) -> Limits:
    return Limits(**{name: getattr(settings, name) for name in Limits.__dataclass_fields__})


def _config(settings: Settings) -> dict[str, Any]:
    """Return what /v1/config tells: nothing secret is in it."""
    return {
        "environment": settings.env,
        "clerk_publishable_key": settings.clerk_publishable_key,
        "anonymous_read": _anonymous_read(settings),
        "default_visibility": _handling(settings).default_visibility,
        "limits": {
            "body_bytes": settings.body_limit,
            "title_characters": TITLE,
            "description_characters": DESCRIPTION,
            "segment_characters": CONTENT,
            "heartbeat_seconds": settings.heartbeat_seconds,
        },
    }
