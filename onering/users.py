"""The people who signed in: one row each, and one event, however often and wherever they come from first."""

import logging
from hashlib import sha256
from typing import Any

import asyncpg

from onering.auth.faults import Forbidden
from onering.auth.principals import personal_workspace
from onering.domain.actor import Actor
from onering.domain.ids import derived
from onering.domain.plans import DEFAULT_PLAN
from onering.domain.profile import UserRegistered
from onering.log.append import Append, NewEvent, Write
from onering.log.batcher import Batcher
from onering.log.codec import UnknownEvent
from onering.people import SCHEMA_VERSION, find_person, person_payload, person_stream

logger = logging.getLogger(__name__)

# Null: nobody known; false: another person has that name here, by a token of another issuer.
KNOWN = """
    SELECT bool_and(u.issuer = $1 AND u.subject = $2) FROM onering.app_users u
     WHERE (u.issuer = $1 AND u.subject = $2) OR u.user_id = $3"""
INSERT = """
    INSERT INTO onering.app_users (issuer, subject, user_id, plan) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"""


class Users:
    """Registers people at their first sign-in; later ones change nothing."""

    def __init__(self, pool: "asyncpg.Pool[Any]", batcher: Batcher) -> None:
        self._pool = pool
        self._batcher = batcher

    async def register(self, actor: Actor) -> None:
        """Give a person their event and their row. Raises Forbidden, DATABASE_FAULTS and AppendFailed.

        The event comes first: its command identity makes a repetition harmless, so a crash between the two is healed
        by the next sign-in, and nobody has a row without a record of how it came about.
        """
        if not await self._is_known(actor):
            await self._batcher.submit(registration(actor))
            await self._pool.execute(INSERT, actor.issuer, actor.subject, actor.user_id, DEFAULT_PLAN)
            await self._is_known(actor)
        try:
            await find_person(self._pool, actor.issuer, actor.subject)  # a row that is behind is brought along
        except UnknownEvent as unknown:
            logger.warning("what a person is called stays as it is: %s", unknown)

    async def _is_known(self, actor: Actor) -> bool:
        """Rules go by names alone: where the home issuer changed, whoever has a name keeps it from its new bearer."""
        known = await self._pool.fetchval(KNOWN, actor.issuer, actor.subject, actor.user_id)
        if known is False:
            raise Forbidden("Another issuer's person has this name in this database; the two are kept apart.")
        return known is not None


def registration(actor: Actor) -> Append:
    """Return what a first sign-in appends: the same for a person whenever and wherever it happens."""
    stream_id = person_stream(actor.issuer, actor.subject)
    command_id = derived(stream_id, "register")
    payload = person_payload(UserRegistered(user_id=actor.user_id), None)
    event = NewEvent(derived(command_id, "event"), "user_registered", SCHEMA_VERSION, payload)
    workspace_id = personal_workspace(actor.issuer, actor.subject)
    return Append(
        command_id,
        b"\x01" + sha256(b"register").digest(),
        actor.issuer,
        actor.subject,
        actor.impersonator,
        "",
        (Write(stream_id, "user", workspace_id, 0, (event,)),),
    )
