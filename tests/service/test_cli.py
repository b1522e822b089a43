"""The command `onering`: what it prints, what it ends with, and that it finds the database of a folder."""

import asyncio
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jose import jwt

from onering import __version__
from onering.auth.development import ISSUER
from onering.cli import main
from onering.log.connection import Database
from onering.service.folders import DataFolder
from onering.service.postmaster import left_behind
from onering.users import Users
from projections import PROJECTIONS
from tests.node import node, person
from tests.service.serving import ONERING, Service, clean_environment, create_draft

ROOT = Path(__file__).parents[2]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("ONERING_", "CLERK_")) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `onering` in this process: exit code, standard output, standard error."""
    monkeypatch.setattr("onering.logs.configure", lambda settings: None)

    def invoke(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return invoke


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--help"],
            [
                "serve",
                "token",
                "migrate",
                "rebuild",
                "plan",
                "revoke",
                "restore",
                "replay",
                "epoch",
                "keys",
                "--version",
            ],
        ),
        (
            ["serve", "--help"],
            [
                "ONERING_HOST",
                "ONERING_PORT",
                "ONERING_DATA",
                "ONERING_WORKERS",
                "DATABASE_URL",
                "8000",
                "Ctrl-C",
                "--trust-first",
            ],
        ),
        (["token", "--help"], ["USER", "--hours", "local and test"]),
        (["migrate", "--help"], ["--database-url", "--data"]),
        (["rebuild", "--help"], ["NAME", "--database-url", "--data"]),
        (["plan", "--help"], ["USER", "PLAN", "free, creator or team", "--database-url", "--data"]),
        (["replay", "--help"], ["print", "state", "export", "check", "diff"]),
        (["replay", "print", "--help"], ["--draft", "--actor", "--since", "--database-url", "--data"]),
        (["epoch", "--help"], ["show", "bump"]),
        (["keys", "--help"], ["new", "show", "rotate", "new-log"]),
    ],
)
def test_help_names_what_there_is(run: Run, arguments: list[str], words: list[str]) -> None:
    code, out, _ = run(*arguments)
    assert code == 0
    assert [word for word in words if word not in out] == []


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version") == (0, f"onering {__version__}\n", "")


@pytest.mark.parametrize("arguments", [["srv"], ["serve", "--prt", "1"], ["token"], ["serve", "--workers", "0"]])
def test_wrong_usage_ends_with_2(run: Run, arguments: list[str]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("options", "environment", "sentence"),
    [
        (["--host", "0.0.0.0"], {}, "ONERING_ENV=local lets anyone be anyone"),
        ([], {"ONERING_ENV": "production"}, "Nobody could sign in to production"),
        ([], {"ONERING_ENV": "prod"}, "ONERING_ENV is wrong"),
        ([], {"ONERING_PORT": "http"}, "ONERING_PORT"),
        ([], {"ONERING_POOL_CONNECTIONS": "1"}, "ONERING_POOL_CONNECTIONS is wrong"),
        ([], {"DATABASE_URL": "mysql://root:hidden@there/x"}, "DATABASE_URL must be like postgresql://"),
    ],
)
def test_a_wrong_configuration_is_told_in_sentences(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    environment: dict[str, str],
    sentence: str,
) -> None:
    """Before anything was made or bound."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    code, out, err = run("serve", "--data", str(tmp_path / "data"), *options)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "hidden" not in err
    assert not (tmp_path / "data").exists()


def test_a_token_names_its_person(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("token", "alice", "--data", str(tmp_path / "data"), "--hours", "2")
    claims = jwt.get_unverified_claims(out.strip())
    assert code == 0
    assert (claims["iss"], claims["sub"], claims["exp"] - claims["iat"]) == (ISSUER, "alice", 7200)


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["two words"], "local", "1 to 255 visible characters"),
        (["alice", "--hours", "0"], "local", "at most 24 hours"),
        (["alice", "--hours", "24.1"], "local", "at most 24 hours"),
        (["alice", "--hours", "nan"], "local", "at most 24 hours"),
        (["alice"], "production", "for local and test; ONERING_ENV is production"),
        (["alice"], "somewhere", "ONERING_ENV is wrong"),
    ],
)
def test_a_token_that_may_not_be_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], environment: str, sentence: str
) -> None:
    monkeypatch.setenv("ONERING_ENV", environment)
    code, out, err = run("token", *arguments, "--data", str(tmp_path / "data"))
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", [["replay", "print"], ["rebuild", "drafts"], ["epoch", "show"], ["epoch", "bump"]])
def test_a_folder_without_a_database_is_told(run: Run, parent: Path, command: list[str]) -> None:
    """Reading makes nothing."""
    code, _, err = run(*command, "--data", str(parent / "data"))
    assert code == 1
    assert "`onering serve` makes one" in err
    assert not (parent / "data").exists()


@pytest.mark.parametrize("command", [["migrate"], ["replay", "print"], ["rebuild", "drafts"], ["epoch", "show"]])
def test_a_database_out_of_reach_is_told(run: Run, command: list[str]) -> None:
    code, _, err = run(*command, "--database-url", "postgresql://me:hidden@127.0.0.1:1/none")
    assert code == 1
    assert "can't be used" in err
    assert "hidden" not in err


@pytest.mark.parametrize(
    "url", ["mysql://x:hidden@y/z", "postgresql://x:hidden@y:port/z", "postgresql://x:hidden@[y/z", "hidden"]
)
def test_a_url_that_is_none_is_told(run: Run, url: str) -> None:
    code, _, err = run("migrate", "--database-url", url)
    assert code == 2
    assert "DATABASE_URL must be like postgresql://" in err
    assert "hidden" not in err


@pytest.mark.parametrize("command", [["replay", "print"], ["epoch", "show"]])
def test_a_database_without_a_log_is_told(run: Run, empty_dsn: str, command: list[str]) -> None:
    code, _, err = run(*command, "--database-url", empty_dsn)
    assert code == 1
    assert "run `onering migrate` first" in err


def test_migrate_says_what_it_did(run: Run, empty_dsn: str) -> None:
    assert run("migrate", "--database-url", empty_dsn)[:2] == (0, "The database was empty; it holds a new log now.\n")
    assert run("migrate", "--database-url", empty_dsn)[:2] == (0, "Nothing to do; the database is of this release.\n")


def test_the_variable_names_the_database_too(run: Run, empty_dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_dsn)
    assert run("migrate")[:2] == (0, "The database was empty; it holds a new log now.\n")


def test_rebuild_switches_to_a_new_version(run: Run, admin_dsn: str) -> None:
    assert run("rebuild", "drafts", "--database-url", admin_dsn)[1] == "drafts is live as version 1, at position 0.\n"
    # Position 1 tells who built the first.
    assert run("rebuild", "drafts", "--database-url", admin_dsn)[1] == "drafts is live as version 2, at position 1.\n"


def test_rebuild_names_the_read_models(run: Run, admin_dsn: str) -> None:
    code, _, err = run("rebuild", "darfts", "--database-url", admin_dsn)
    assert code == 2
    assert f"there are {', '.join(projection.name for projection in PROJECTIONS)}." in err


def test_a_new_epoch_stays(run: Run, admin_dsn: str) -> None:
    _, first, _ = run("epoch", "show", "--database-url", admin_dsn)
    code, bumped, _ = run("epoch", "bump", "--database-url", admin_dsn)
    assert code == 0
    assert bumped != first
    assert run("epoch", "show", "--database-url", admin_dsn)[1] == bumped


def test_what_operators_do_is_an_event_of_their_account_and_what_does_nothing_is_none(run: Run, empty_dsn: str) -> None:
    where = ("--database-url", empty_dsn)
    done = [run(*command, *where) for command in (["migrate"], ["migrate"], ["epoch", "show"], ["epoch", "bump"])]
    done.append(run("rebuild", "drafts", *where))
    assert [code for code, _, _ in done] == [0] * 5
    bumped = done[3][1].strip()
    assert run("rebuild", "darfts", *where)[0] == 2
    told = run("replay", "print", *where)[1].splitlines()
    assert [line.split("administered")[1].strip() for line in told] == [
        "action='migrate'  detail='a new log'",
        f"action='epoch bump'  detail='{bumped}'",
        "action='rebuild'  detail='drafts 1'",
    ]
    account = pwd.getpwuid(os.geteuid()).pw_name
    assert [line.split("administered")[0].split()[-1] for line in told] == [account] * 3
    assert run("replay", "check", *where)[0] == 0


def test_a_plan_is_given_to_who_has_signed_in(run: Run, admin_dsn: str, app_dsn: str) -> None:
    def give(plan: str) -> tuple[int, str, str]:
        return run("plan", "alice", plan, "--database-url", admin_dsn)

    assert give("team") == (1, "", "Nobody called alice has signed in yet.\n")
    asyncio.run(sign_in(app_dsn, "alice"))
    for _ in range(2):
        assert give("team")[:2] == (0, "alice has the plan team.\n")
    assert asyncio.run(plan_events(app_dsn)) == [("team", "onering:operator")]
    assert give("gold")[0] == 2


def test_an_operator_signs_somebody_out_and_lets_them_in_again(run: Run, admin_dsn: str, app_dsn: str) -> None:
    asyncio.run(sign_in(app_dsn, "alice"))
    where = ("--database-url", admin_dsn)
    code, out, _ = run("revoke", "alice", "--before", "2026-01-01T12:00:00", *where)
    assert (code, out.split(" issued ")[1]) == (0, "before 2026-01-01T12:00:00+00:00 count no more.\n")
    assert run("revoke", "alice", "--until-restored", *where)[:2][0] == 0
    assert run("restore", "alice", *where)[0] == 0
    code, out, err = run("restore", "--issuer", ISSUER, "--subject", "alice", *where)
    assert (code, out, err.partition(" (")[0]) == (1, "", "No tokens of alice")
    assert run("revoke", *where)[0] == run("revoke", "alice", "--before", "soon", *where)[0] == 2


async def sign_in(dsn: str, name: str) -> None:
    async with node(dsn) as one:
        await Users(one.pool, one.batcher).register(person(name))


async def plan_events(dsn: str) -> list[tuple[str, str]]:
    conn = await Database(dsn).connect("test")
    told = "SELECT u.plan, e.issuer FROM onering.app_users u, onering.events e WHERE e.type = 'plan_changed'"
    rows = [(row["plan"], row["issuer"]) for row in await conn.fetch(told)]
    await conn.close()
    return rows


def test_a_stopped_database_runs_for_the_time_of_a_command(run: Run, folder: DataFolder) -> None:
    data = str(folder.path)
    assert run("migrate", "--data", data)[0] == 0
    assert left_behind(folder.cluster) is None
    assert run("rebuild", "timeline", "--data", data)[0] == 0
    assert len(run("epoch", "show", "--data", data)[1].strip()) == 12
    _, told, counted = run("replay", "print", "--data", data)
    assert ("migrate" in told, "rebuild" in told, counted) == (True, True, "2 events\n")
    assert left_behind(folder.cluster) is None


def test_a_served_database_is_used_as_it_is(start: Callable[..., Service], run: Run, folder: DataFolder) -> None:
    service = start("--port", "0", "--data", str(folder.path)).ready()
    draft = create_draft(service.url, "The served one")
    data = str(folder.path)
    code, out, _ = run("replay", "print", "--data", data)
    assert code == 0
    assert "The served one" in out
    assert draft[:8] in out
    assert run("replay", "print", "--data", data, "--type", "draft_created")[2] == "1 event\n"
    assert run("rebuild", "drafts", "--data", data)[0] == 0
    assert run("migrate", "--data", data)[1] == "Nothing to do; the database is of this release.\n"
    assert run("epoch", "bump", "--data", data)[0] == 0
    assert service.stop() == 0


def test_a_printed_time_finds_its_event_wherever_one_lives(
    start: Callable[..., Service], run: Run, folder: DataFolder, tmp_path: Path
) -> None:
    service = start("--port", "0", "--data", str(folder.path)).ready()
    create_draft(service.url)
    out = run("replay", "print", "--data", str(folder.path))[1]
    command = [*ONERING, "replay", "print", "--data", str(folder.path), "--since", out[10:29]]
    environment = clean_environment(tmp_path) | {"TZ": "America/Los_Angeles"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout == out != ""


def test_a_database_that_does_not_answer_is_told(run: Run, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is held, as by a service whose Postgres does not come up."""
    monkeypatch.setattr("onering.service.database._PATIENCE", 0.2)
    holder = DataFolder(folder.path)
    holder.claim()
    try:
        code, _, err = run("epoch", "show", "--data", str(folder.path))
    finally:
        holder.release()
    assert code == 1
    assert "is in use, but its Postgres does not answer" in err


def test_a_clone_has_a_script_for_replay(tmp_path: Path) -> None:
    """It is found from any folder, and by any Python."""
    command = [sys.executable, str(ROOT / "scripts" / "replay.py"), "print", "--help"]
    done = subprocess.run(command, cwd=tmp_path, env=clean_environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0
    assert "onering replay print" in done.stdout


def test_the_module_is_the_command(tmp_path: Path) -> None:
    done = subprocess.run([*ONERING, "--version"], env=clean_environment(tmp_path), capture_output=True, text=True)
    assert done.stdout == f"onering {__version__}\n"
    assert done.stderr == ""
