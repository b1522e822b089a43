"""New names: whoever follows a draft is told what its people are called, as soon as they change it."""

from uuid import uuid4

import orjson

from onering.live.names import AUTHORS
from onering.log.append import Append, NewEvent, Write
from onering.log.connection import Database
from projections.faults import NotBuilt
from tests.live.serving import joined, private, serving
from tests.node import person
from tests.projections.reading import by_hand


async def rename(server, user, **data):
    """Have a person's profile changed, as the log tells it."""
    who = person(user)
    payload = orjson.dumps({"idempotency_key": None, "data": {"user_id": user, **data}}).decode()
    write = Write(uuid4(), "user", who.workspace_id, 0, (NewEvent(uuid4(), "profile_changed", 1, payload),))
    await server.node.batcher.submit(Append(uuid4(), b"\x01" * 33, who.issuer, user, None, "request-1", (write,)))


async def project(server):
    """Bring the read models to where the log is."""
    database = Database(server.dsn)
    conn = await database.connect("test")
    try:
        await (await by_hand(database, conn, server.node.pool)).project()
    finally:
        await conn.close()


async def told(client):
    await client.until(lambda: client.one("people"))
    return [frame["people"] for frame in client.other if frame["type"] == "people"]


async def test_a_new_name_is_told_in_every_process_to_whoever_follows_a_draft_of_theirs(app_dsn):
    async with serving(app_dsn) as one, serving(app_dsn) as other:
        draft, another = await private(one, "bob"), await private(one)
        async with joined(one, draft) as here, joined(other, draft, "bob") as there, joined(one, another) as elsewhere:
            await rename(one, "bob", display_name="Bob the Builder", handle="bob")
            for client in (here, there):
                assert await told(client) == [[{"user_id": "bob", "display": "Bob the Builder"}]]
            await one.node.add(another)
            await elsewhere.reach(2)
            assert elsewhere.one("people") is None
            # A resumed connection has no snapshot that would tell.
            async with joined(other, draft, "bob", "?after=2") as again:
                assert await told(again) == [[{"user_id": "bob", "display": "Bob the Builder"}]]


async def test_whoever_wrote_and_is_no_member_any_more_is_told_too(server):
    draft = await private(server, "bob")
    await server.node.hand(draft, "bob")
    await server.node.add(draft, who="bob")
    await server.node.take_out(draft, "bob")
    await project(server)
    async with joined(server, draft) as client:
        await rename(server, "bob", display_name="Bob")
        assert await told(client) == [[{"user_id": "bob", "display": "Bob"}]]


async def test_whoever_takes_their_name_away_is_called_as_in_the_beginning(server):
    draft = await private(server, "bob")
    async with joined(server, draft) as client:
        await rename(server, "bob", handle="bob")
        assert await told(client) == [[{"user_id": "bob", "display": "@u_29920a"}]]


async def test_what_a_newer_release_says_of_a_person_is_left_alone(server):
    draft = await private(server, "bob")
    async with joined(server, draft) as client:
        await rename(server, "bob", display_name=["B", "ob"])
        await rename(server, "bob", display_name="Bob")
        assert await told(client) == [[{"user_id": "bob", "display": "Bob"}]]


async def test_a_name_waits_for_a_database_that_is_away(app_dsn, caplog):
    class Away:
        """Read models that can't be read the first time they are asked who wrote."""

        def __init__(self, models):
            self._models, self.faults = models, 1

        def __getattr__(self, name):
            return getattr(self._models, name)

        async def fetch(self, sql, *arguments):
            if sql == AUTHORS and self.faults:
                self.faults -= 1
                raise NotBuilt("not now")
            return await self._models.fetch(sql, *arguments)

    async with serving(app_dsn, wrap=Away) as server:
        draft = await private(server, "bob")
        async with joined(server, draft) as client:
            await rename(server, "bob", display_name="Bob")
            assert await told(client) == [[{"user_id": "bob", "display": "Bob"}]]
    assert "new names can't be told yet: not now" in caplog.text
