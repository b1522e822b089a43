"""Migrations: an empty database and an older one come to one shape, whoever runs them and however often."""

import asyncio
import subprocess
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from onering.log.event import DEFAULT_LANE as LANE
from onering.log.migrate import SERVER, MigrationError, migrate
from onering.log.reader import head
from onering.log.schema import steps
from onering.service.owner import postgres_owner
from onering.service.postgres import EmbeddedPostgres
from tests.log.former import append_as_before, told
from tests.log.writing import command, write

USAGE = "SELECT key, used FROM onering.usage"


async def run(dsn: str, sql: str) -> Any:
    conn = await asyncpg.connect(dsn)
    try:
        return await conn.fetch(sql)
    finally:
        await conn.close()


def shape(postgres: EmbeddedPostgres, dsn: str) -> str:
    """Return everything about a database's schema, as SQL text."""
    command = [postgres.program("pg_dump"), "--schema-only", f"--dbname={dsn}"]
    dump = subprocess.run(command, check=True, capture_output=True, text=True, **postgres_owner().options()).stdout
    # Since 2025 pg_dump adds a random word of its own.
    return "\n".join(line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


async def migrate_to_the_first_release(dsn: str) -> None:
    async def granted_by_the_step(conn: Any, *, as_owner: bool) -> None:
        pass

    first = steps()[0]
    with pytest.MonkeyPatch.context() as older:
        older.setattr("onering.log.migrate.schema_sql", lambda: first.sql)
        older.setattr("onering.log.migrate.steps", lambda: [first])
        older.setattr("onering.log.migrate.grant", granted_by_the_step)
        await migrate(dsn)


class TestFreshAndStepByStep:
    def test_steps_are_numbered_without_gaps(self) -> None:
        assert [step.number for step in steps()] == list(range(1, len(steps()) + 1))

    async def test_steps_with_data_between_them_lead_to_the_shape_of_a_fresh_database(
        self, postgres: EmbeddedPostgres, empty_dsn: str, admin_dsn: str
    ) -> None:
        """Also the text of functions, and what each role may."""
        await migrate_to_the_first_release(empty_dsn)
        conn = await asyncpg.connect(empty_dsn)
        await append_as_before(conn, command(write("a", 0, "1", "2")))
        await conn.close()
        app = await asyncpg.connect(await migrate(empty_dsn))
        assert await head(app, LANE) == 2
        assert await append_as_before(app, command(write("a", 2, "3"))) == ["appended"]
        await app.close()
        assert shape(postgres, empty_dsn) == shape(postgres, admin_dsn)

    async def test_a_second_migration_changes_nothing(self, postgres: EmbeddedPostgres, empty_dsn: str) -> None:
        first = await migrate(empty_dsn)
        before = shape(postgres, empty_dsn), await run(empty_dsn, "SELECT * FROM onering.migrations, onering.log")
        assert await migrate(empty_dsn) == first
        assert before == (
            shape(postgres, empty_dsn),
            await run(empty_dsn, "SELECT * FROM onering.migrations, onering.log"),
        )

    async def test_migrations_at_once_make_one_log(self, empty_dsn: str) -> None:
        dsns = await asyncio.gather(*[migrate(empty_dsn) for _ in range(4)])
        assert len(set(dsns)) == 1
        assert len(await run(empty_dsn, "SELECT FROM onering.log")) == 1
        assert len(await run(empty_dsn, "SELECT FROM onering.migrations")) == len(steps())

    async def test_a_step_that_fails_leaves_nothing_of_itself(self, empty_dsn: str, monkeypatch: Any) -> None:
        await migrate(empty_dsn)
        applied = len(steps())
        broken = steps()[0]._replace(number=applied + 1, sql="CREATE TABLE onering.half (); SELECT 1 / 0")
        monkeypatch.setattr("onering.log.migrate.steps", lambda: [*steps(), broken])
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(empty_dsn)
        assert await run(empty_dsn, "SELECT to_regclass('onering.half'), max(step) FROM onering.migrations") == [
            (None, applied)
        ]

    async def test_a_newer_step_is_applied_once_and_belongs_to_the_owner(
        self, empty_dsn: str, monkeypatch: Any
    ) -> None:
        await migrate(empty_dsn)
        newer = steps()[0]._replace(number=len(steps()) + 1, name="more", sql="CREATE TABLE onering.more ()")
        monkeypatch.setattr("onering.log.migrate.steps", lambda: [*steps(), newer])
        for _ in range(2):
            await migrate(empty_dsn)
        assert await run(empty_dsn, "SELECT tableowner FROM pg_tables WHERE tablename = 'more'") == [("onering_owner",)]

    async def test_steps_of_a_newer_release_are_told_and_left_alone(self, empty_dsn: str, caplog: Any) -> None:
        await migrate(empty_dsn)
        await run(empty_dsn, "INSERT INTO onering.migrations (step, name) VALUES (99, 'later')")
        await migrate(empty_dsn)
        assert "migrations [99] from a newer release" in caplog.text


class TestUsage:
    async def test_what_the_log_holds_already_is_counted(self, empty_dsn: str) -> None:
        """Drafts by who owns them now, segments of today by who wrote them, handles by their rows."""
        await migrate_to_the_first_release(empty_dsn)
        conn = await asyncpg.connect(empty_dsn)
        await self.write_a_past(conn)
        await migrate(empty_dsn)
        counted = {"drafts/alice": 2, "drafts/bob": 1, "segments/alice": 1, "segments/bob": 2, "handle/al": 1}
        assert dict(await conn.fetch(USAGE)) == counted
        await append_as_before(conn, told("new", 0, created("alice"), segment("alice")))
        assert dict(await conn.fetch(USAGE)) == counted | {"drafts/alice": 3, "segments/alice": 2}
        await conn.close()

    async def write_a_past(self, conn: Any) -> None:
        await append_as_before(conn, told("long ago", 0, created("alice"), *[segment("alice")] * 3))
        await conn.execute("ALTER TABLE onering.events DISABLE TRIGGER events_never_change")
        await conn.execute("UPDATE onering.events SET recorded_at = recorded_at - interval '1 day'")
        given = "ownership_transferred", {"from_user_id": "alice", "to_user_id": "bob"}
        archived, reopened = ("draft_archived", {}), ("draft_reopened", {})
        await append_as_before(
            conn,
            told("kept", 0, created("alice"), segment("alice"), segment("bob"), archived, reopened),
            told("given", 0, created("alice"), segment("bob"), given),
            told("archived", 0, created("bob"), archived, reopened, archived),
        )
        await conn.execute(
            "INSERT INTO onering.app_users (issuer, subject, user_id, handle) VALUES ('i', 'a', 'a', 'al')"
        )
        # Of somebody who was erased, nothing tells what they had.
        await append_as_before(conn, told("erased", 0, created("carol"), segment("carol")))
        await conn.execute("UPDATE onering.events SET payload = NULL, salt = NULL WHERE payload LIKE '%carol%'")


def created(by: str) -> tuple[str, dict[str, Any]]:
    return "draft_created", {"creator_id": by}


def segment(by: str) -> tuple[str, dict[str, Any]]:
    return "segment_added", {"author_id": by}


class TestServers:
    async def test_a_server_that_is_too_old_or_too_new_is_refused(self, empty_dsn: str, monkeypatch: Any) -> None:
        monkeypatch.setattr("onering.log.migrate.NEWEST", 150_000)
        with pytest.raises(MigrationError, match="Postgres 15 to 18; this server is 1"):
            await migrate(empty_dsn)
        assert await run(empty_dsn, "SELECT to_regnamespace('onering')") == [(None,)]

    async def test_a_standby_is_refused(self, empty_dsn: str, monkeypatch: Any) -> None:
        """A server that says it is in recovery; a real standby would need a second one."""
        monkeypatch.setattr("onering.log.migrate.SERVER", SERVER.replace("pg_is_in_recovery()", "true"))
        with pytest.raises(MigrationError, match="point DATABASE_URL at the primary"):
            await migrate(empty_dsn)

    async def test_a_database_of_another_encoding_is_refused(self, postgres: EmbeddedPostgres) -> None:
        name = f"latin_{uuid4().hex[:12]}"
        cluster = postgres.dsn(database="postgres")
        await run(cluster, f"CREATE DATABASE {name} ENCODING LATIN1 LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
        with pytest.raises(MigrationError, match="UTF8, not LATIN1"):
            await migrate(postgres.dsn(database=name))
        await run(cluster, f"DROP DATABASE {name}")

    async def test_a_server_that_is_away_is_an_error_of_the_connection(self) -> None:
        with pytest.raises(OSError, match=r".*"):
            await migrate("postgresql://nobody@127.0.0.1:1/none")
