"""What protects the log: the service can add and read; nobody changes it by accident, nor the service on purpose."""

from typing import Any

import asyncpg
import pytest

from onering.log.append import append
from onering.log.event import DEFAULT_LANE as LANE
from tests.log.writing import command, write

CHANGES = [
    "UPDATE onering.events SET payload = '{}'",
    "DELETE FROM onering.events",
    "TRUNCATE onering.events",
]
BYPASSES = [
    *CHANGES,
    "INSERT INTO onering.events SELECT * FROM onering.events",
    "UPDATE onering.streams SET version = 0",
    "DELETE FROM onering.commands",
    "DELETE FROM onering.log",
    "DROP TRIGGER events_never_change ON onering.events",
    "ALTER TABLE onering.events DISABLE TRIGGER ALL",
    "CREATE OR REPLACE FUNCTION onering.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET session_replication_role = replica",
    "SET ROLE onering_owner",
    "CREATE TABLE onering.mine (n int)",
]


@pytest.mark.parametrize("statement", BYPASSES)
async def test_the_service_with_arbitrary_sql_cannot_change_the_log(app: Any, statement: str) -> None:
    await append(app, LANE, [command(write("a", 0, "1"))])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.parametrize("session_role", ["origin", "replica"])
async def test_even_the_administrator_meets_a_trigger(owner: Any, statement: str, session_role: str) -> None:
    await append(owner, LANE, [command(write("a", 0, "1"))])
    await owner.execute(f"SET session_replication_role = {session_role}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute(statement)


async def test_the_append_function_finds_its_own_tables_whatever_the_caller_made(app: Any) -> None:
    await app.execute("CREATE TEMPORARY TABLE events (lane int); SET search_path = pg_temp, pg_catalog")
    await append(app, LANE, [command(write("a", 0, "1"))])
    assert await app.fetchval("SELECT count(*) FROM onering.events") == 1


async def test_the_view_shows_payloads_as_json(app: Any) -> None:
    await append(app, LANE, [command(write("a", 0, "hello"))])
    assert await app.fetchval("SELECT payload->'data'->>'t' FROM onering.log_entries") == "hello"
