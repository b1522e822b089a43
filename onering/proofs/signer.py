"""The signer of a lane: of all processes that have the key, one signs what was added to the log, or refuses to."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import asyncpg

from onering.log.connection import DATABASE_FAULTS, Database, ended_by_others, said
from onering.log.epoch import read_epoch
from onering.log.event import StoredEvent
from onering.log.reader import head
from onering.log.retry import Backoff
from onering.log.tail import Tail
from onering.proofs.faults import Deposed, KeysFault, Refused
from onering.proofs.keyring import Keyring
from onering.proofs.keys import Keys
from onering.proofs.lead import Lead
from onering.proofs.reminder import Reminder
from onering.proofs.tree import published

logger = logging.getLogger(__name__)

# How often the end of the log is looked at while nothing is added to it.
IDLE_SECONDS = 5.0
# A signer that asks nothing for so much longer than it rests is taken for dead, and the server frees its lock.
GHOST_SECONDS = 15.0
# How long a process that ends waits for a checkpoint of everything, and how often it looks.
LAST_SECONDS, LAST_LOOK_SECONDS = 2.0, 0.05

TRY_LOCK = "SELECT pg_try_advisory_lock($1)"


class Standing(NamedTuple):
    """How it stands with signing: `unsigned` for want of a key; `refused` with the reason."""

    state: Literal["on", "off", "unsigned", "refused"]
    detail: str | None = None


OFF = Standing("off", "Signing is switched off.")


class Signer:
    """Signs the log as it grows, at most once in `checkpoint_seconds`. `run` is its supervised task.

    A process that does not sign looks every `look_seconds` whether it is its turn, and whether there is a key.

    A lost connection is made again, for ever. What contradicts what was signed ends the signing, not the service:
    that is kept in the keys folder, and stays so until an operator acts.
    """

    def __init__(
        self,
        database: Database,
        tail: Tail,
        keyring: Keyring,
        *,
        checkpoint_seconds: float,
        trust_first: bool = False,
        look_seconds: float = 1.0,
    ) -> None:
        self._database = database
        self._tail = tail
        self._keyring = keyring
        self._seconds = checkpoint_seconds
        self._trust_first = trust_first
        self._look_seconds = look_seconds
        self._conn: asyncpg.Connection[Any] | None = None
        self._locked = False
        self._lead: Lead | None = None
        self._refused: str | None = None
        self._trouble: str | None = None
        self._reminder = Reminder()
        self._wake, self._hurry, self._covered = asyncio.Event(), asyncio.Event(), asyncio.Event()
        tail.subscribe(self._on_events)
        tail.on_rewind(self._rewound)

    async def run(self) -> None:
        """Sign until cancelled."""
        backoff = Backoff()
        while True:
            try:
                if self._keys() is not None:
                    await self._connected(backoff)
                else:
                    await _pause(self._hurry, self._look_seconds)
                    continue
            except KeysFault as fault:
                self._trouble = str(fault)
                logger.log(backoff.level(), "nothing is signed at the moment: %s", fault)
            except DATABASE_FAULTS as fault:
                logger.log(backoff.level(), "the signer lost its database, trying again: %s", said(fault))
            await backoff.wait()

    async def finish(self) -> None:
        """Have what is in the log by now signed before this process ends, by whichever process signs it.

        It waits no longer than a few seconds, and not at all where nothing is signed.
        """
        if self.standing().state != "on":
            return
        self._hurry.set()
        self._wake.set()
        await _pause(self._covered, LAST_SECONDS)

    @property
    def leads(self) -> bool:
        """Whether this process is the one that signs."""
        return self._lead is not None

    def standing(self) -> Standing:
        """Return how it stands, in this process or another that shares the keys folder."""
        try:
            if (keys := self._keyring.keys()) is None:
                return Standing("unsigned", "There is no key; `onering keys new` makes one.")
            if not keys.signing:
                return Standing("unsigned", "The log does not tell of the key yet; the next start makes up for that.")
            why = self._keyring.folder.refusal(keys.origin) or self._trouble
        except KeysFault as fault:
            why = str(fault)
        return Standing("refused", f"refused: {why}") if why else Standing("on")

    def _keys(self) -> Keys | None:
        """Return the keys if there is one to sign with. Raises KeysFault."""
        keys = self._keyring.keys()
        return keys if keys is not None and keys.signing else None

    def _on_events(self, events: Sequence[StoredEvent]) -> None:
        self._wake.set()

    def _rewound(self) -> None:
        """The log is another one than before: look at all of it again, over a session that does not lead to the old."""
        self._look_again()
        if self._conn is not None:
            self._conn.terminate()

    def _look_again(self) -> None:
        self._lead = None
        self._wake.set()

    async def _connected(self, backoff: Backoff) -> None:
        longest = self._seconds + IDLE_SECONDS + GHOST_SECONDS
        conn = self._conn = await self._database.connect("signer", idle_seconds=longest)
        try:
            with ended_by_others(conn):
                await self._use(conn, backoff)
        finally:
            conn.terminate()
            self._conn, self._locked, self._lead = None, False, None

    async def _use(self, conn: "asyncpg.Connection[Any]", backoff: Backoff) -> None:
        # After a fail-over it may lack what was followed before, and never signed: that is no log that was cut.
        if not self._tail.follows(await read_epoch(conn)):
            logger.log(backoff.level(), "the signer waits: its database holds another log than before")
            return
        while (keys := self._keys()) is not None:
            self._wake.clear()
            await self._turn(conn, keys.origin)
            self._trouble = None
            backoff.reset()
            await self._rest()

    async def _turn(self, conn: "asyncpg.Connection[Any]", origin: str) -> None:
        if not self._locked:
            self._locked = await conn.fetchval(TRY_LOCK, lock_key(self._tail.lane))
        if self._locked:
            if not self._stays_refused(origin):
                await self._sign(conn, origin)
        elif self._hurry.is_set():
            newest = await published(conn, self._tail.lane)
            if newest is not None and newest.size >= await head(conn, self._tail.lane):
                self._covered.set()

    async def _sign(self, conn: "asyncpg.Connection[Any]", origin: str) -> None:
        try:
            if self._lead is None or self._lead.origin != origin:
                self._lead = await self._taken_over(conn, origin)
            # Only now: that may have taken minutes, in which an operator changed the keys.
            if (keys := self._keys()) is not None and keys.origin == origin:
                await self._go_on(conn, self._lead, keys)
        except Refused as refused:
            self._refuse(origin, str(refused))
        except Deposed as deposed:
            logger.warning("the signer looks again: %s", deposed)
            self._look_again()

    async def _taken_over(self, conn: "asyncpg.Connection[Any]", origin: str) -> Lead:
        return await Lead.taken(conn, self._tail.lane, self._keyring.folder, origin, trust_first=self._trust_first)

    async def _go_on(self, conn: "asyncpg.Connection[Any]", lead: Lead, keys: Keys) -> None:
        hurry = self._hurry.is_set()
        newest = await head(conn, self._tail.lane) if hurry else self._tail.position
        if newest > lead.size or not lead.is_signed_by(keys):
            await lead.sign(keys, max(newest, lead.size))
        elif lead.is_published:
            await lead.look()
        if not lead.is_published:
            await lead.publish(keys)
        if hurry:
            self._covered.set()

    def _stays_refused(self, origin: str) -> bool:
        why = self._keyring.folder.refusal(origin)
        if why is None and self._refused is not None:
            logger.warning("an operator lets the log be looked at again")
            self._lead, self._reminder = None, Reminder()
        self._refused = why
        if why is not None and self._reminder.is_due():
            logger.error("the log is not signed: %s", why)
        return why is not None

    def _refuse(self, origin: str, why: str) -> None:
        sentence = f"{why}. Once it is known why, `onering keys new-log` begins a new origin"
        self._lead = None
        # Before it is kept: where that can't be, all of it is looked at again and again.
        if self._reminder.is_due():
            logger.error("the log is not signed any more: %s", sentence)
            self._reminder.begin()
        self._keyring.folder.refuse(origin, sentence)
        self._refused = sentence

    async def _rest(self) -> None:
        if self._hurry.is_set():
            await asyncio.sleep(LAST_LOOK_SECONDS)
        elif not self._locked or self._refused:
            await _pause(self._hurry, self._look_seconds)
        else:
            await _pause(self._hurry, self._seconds)
            await _pause(self._wake, IDLE_SECONDS)


def lock_key(lane: int) -> int:
    """Return the key of the advisory lock that whoever signs a lane holds."""
    return int.from_bytes(sha256(f"onering/sign/{lane}".encode()).digest()[:8], "big", signed=True)


async def _pause(event: asyncio.Event, seconds: float) -> None:
    # Not `wait_for`: before Python 3.12 it forgets a cancellation that arrives together with what it waits for.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
