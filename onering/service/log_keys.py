"""Keys of a log as they come and go: it is opened, keys are added and retired, a new origin follows a break.

Each of it is an event, and what is to sign is told there first.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from onering.domain.system import LogKeyAdded, LogKeyRetired, LogOpened, SystemEvent
from onering.log.event import DEFAULT_LANE
from onering.proofs.faults import Deposed, KeysFault
from onering.proofs.keyring import Keyring
from onering.proofs.keys import Keys, new_key, next_origin
from onering.proofs.memory import Memory
from onering.proofs.publishing import publish
from onering.proofs.tree import published
from onering.requests import Contended
from onering.service.faults import Misconfigured, ServiceError
from onering.settings import Settings
from onering.system import record

# Of a log that has no name of its own.
LOCAL_HOST = "onering.local"
LOG_ID = "SELECT l.log_id::text FROM onering.log l"
# The log that an origin names, as origins are made here.
_LOG_ID = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:/[0-9]+)?$")


class Operator:
    """Acts on the keys of a log, by the account `name`, over a connection of the service's role.

    All methods raise ServiceError, KeysFault and DATABASE_FAULTS.
    """

    def __init__(self, conn: "asyncpg.Connection[Any]", ring: Keyring, settings: Settings, name: str) -> None:
        self._conn = conn
        self._ring = ring
        self._folder = ring.folder
        self._settings = settings
        self._name = name

    async def origin(self) -> str:
        """Return what the log is to be called if it has no keys yet."""
        if self._settings.log_origin is not None:
            return self._settings.log_origin
        host = urlsplit(self._settings.public_url or "").hostname or LOCAL_HOST
        return f"{host}/{await self._conn.fetchval(LOG_ID)}"

    async def begin(self) -> str | None:
        """Have everything that a service signs with when it starts; return a sentence about why it does not sign.

        While developing a log is opened by itself if there is no trace of an earlier one. What was refused may be
        looked at again: somebody started the service.
        """
        opens = await self._at_hand() is None
        if opens and not await self._opens_by_itself():
            return "Nothing is signed: there is no key. `onering keys new` makes one."
        try:
            async with self._folder.alone():
                # Another service may have begun meanwhile.
                keys = await self._taken_up(await self._at_hand())
                self._folder.forgive(keys.origin)
                await self._announce()
        except KeysFault as fault:
            if not opens:
                raise
            return f"Nothing is signed: {fault}."
        return None

    async def _at_hand(self) -> Keys | None:
        """Return the keys that are there for this log.

        While developing, databases come and go beside one folder: the keys of a log that was thrown away, or is another
        one, are not this log's, and those that were put aside for another one may be.
        """
        keys = self._ring.keys()
        if keys is None or self._ring.given or not self._settings.developing:
            return keys
        newest, memory = await published(self._conn, DEFAULT_LANE), self._folder.memory(keys.origin)
        if newest is None:
            named = _LOG_ID.search(keys.origin)
            return keys if named is None or named[1] == await self._conn.fetchval(LOG_ID) else None
        if newest.origin == keys.origin or (memory is not None and memory.replaces == newest.origin):
            return keys
        return self._folder.archived(newest.origin) or keys

    async def _taken_up(self, found: Keys | None) -> Keys:
        """Have these keys in force, or such as open the log; what was in force is put aside."""
        before = self._ring.keys()
        if found is not None and found == before:
            return found
        if before is not None:
            self._folder.archive(before)
        if found is None:
            return await self._open(await self.origin())
        self._folder.keep(found)
        return found

    async def _opens_by_itself(self) -> bool:
        return self._settings.developing and await published(self._conn, DEFAULT_LANE) is None

    async def new(self, origin: str | None) -> Keys:
        """Make the first key of a log, and open it."""
        self._check_own()
        if (keys := self._ring.keys()) is not None:
            raise ServiceError(
                f"There are keys of {keys.origin} in {self._folder.path}; `onering keys rotate` adds one."
            )
        if (newest := await published(self._conn, DEFAULT_LANE)) is not None:
            raise ServiceError(
                f"This log has checkpoints of {newest.origin}: put the keys that signed them into {self._folder.path}, "
                "or begin a new origin by `onering keys new-log`."
            )
        await self._open(origin or await self.origin())
        return await self._announce()

    async def rotate(self) -> Keys:
        """Add a second key."""
        keys = self._kept()
        if len(keys.private) > 1:
            raise ServiceError("There are two keys already; `onering keys rotate --retire` drops the older one.")
        self._folder.keep(keys._replace(private=(*keys.private, new_key(keys.origin))))
        return await self._announce()

    async def retire(self) -> Keys:
        """Drop the older one of two keys."""
        keys = self._kept()
        if len(keys.private) < 2:
            raise ServiceError("There is one key only; `onering keys rotate` adds another.")
        self._folder.keep(keys._replace(private=keys.private[1:]))
        return await self._announce()

    async def new_log(self) -> Keys:
        """Begin a new origin with a new key, for the log as it is now; what was signed under the old one is kept."""
        self._check_own()
        newest, keys = await published(self._conn, DEFAULT_LANE), self._folder.keys()
        if keys is None and newest is None:
            raise ServiceError("This log was never signed; `onering keys new` makes its first key.")
        origin = next_origin(keys.origin if keys else newest.origin if newest else "")
        while self._folder.memory(origin) is not None or (newest is not None and newest.origin == origin):
            origin = next_origin(origin)
        if keys is not None:
            self._folder.archive(keys)
        replaces = newest.origin if newest is not None else keys.origin if keys is not None else None
        self._folder.begin(Keys(origin, (new_key(origin),)), Memory.opening(origin, replaces))
        return await self._announce()

    async def _open(self, origin: str) -> Keys:
        """Make a key, and have the empty tree published: nobody else opens this log from then on."""
        keys = Keys(origin, (new_key(origin),))
        memory = Memory.opening(origin)
        self._folder.begin(keys, memory)
        try:
            signed = memory._replace(note=memory.checkpoint.signed(keys.private))
            await publish(self._conn, DEFAULT_LANE, signed, [], None)
        except Deposed:
            self._folder.discard(origin)
            raise KeysFault("another service opened this log at the same moment") from None
        return keys

    async def _announce(self) -> Keys:
        """Tell the log of keys that came or went since; from then on, and not before, they sign."""
        keys = self._ring.keys()
        assert keys is not None
        for added in keys.verifiers:
            if added not in keys.announced:
                await self._tell(await self._coming(keys, added))
                keys = self._told(keys, (*keys.announced, added))
        for gone in keys.announced:
            if gone not in keys.verifiers:
                await self._tell(LogKeyRetired(origin=keys.origin, key=gone))
                keys = self._told(keys, tuple(key for key in keys.announced if key != gone))
        return keys

    def _told(self, keys: Keys, announced: tuple[str, ...]) -> Keys:
        keys = keys._replace(announced=announced)
        # What the environment gives is the environment's to keep.
        self._folder.keep(keys._replace(private=()) if self._ring.given else keys)
        return keys

    async def _coming(self, keys: Keys, added: str) -> SystemEvent:
        if keys.announced:
            return LogKeyAdded(origin=keys.origin, key=added)
        ended = await self._ended(keys.origin)
        if ended is None:
            return LogOpened(origin=keys.origin, key=added)
        return LogOpened(origin=keys.origin, key=added, broken_off=ended[0], broken_off_at=ended[1])

    async def _ended(self, origin: str) -> tuple[str, int] | None:
        """Return the origin whose place this one takes, and up to where that was signed; None if it is the first."""
        newest, memory = await published(self._conn, DEFAULT_LANE), self._folder.memory(origin)
        before = memory.replaces if memory is not None else newest.origin if newest is not None else None
        if before is None or before == origin:
            return None
        old = self._folder.memory(before)
        sizes = [old.checkpoint.size] if old is not None else []
        if newest is not None and newest.origin == before:
            sizes.append(newest.size)
        return before, max(sizes, default=0)

    async def _tell(self, event: SystemEvent) -> None:
        try:
            await record(self._conn, event, self._name)
        except Contended as fault:
            raise ServiceError(str(fault)) from fault

    def _kept(self) -> Keys:
        self._check_own()
        if (keys := self._ring.keys()) is None:
            raise ServiceError(f"There are no keys in {self._folder.path}; `onering keys new` makes one.")
        return keys

    def _check_own(self) -> None:
        if self._ring.given:
            raise Misconfigured(
                "The key comes from ONERING_LOG_KEY: `onering keys new --print` makes another, and what is given there "
                "counts from the next start of the service on."
            )
