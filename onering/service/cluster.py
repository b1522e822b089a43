"""A Postgres data directory: made whole or not at all, and refused when it is not for us."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from onering.disk import sync_folder
from onering.service.binaries import MAJOR
from onering.service.faults import ServiceError
from onering.service.folders import DataFolder
from onering.service.owner import Owner

_UNFINISHED = "postgres-unfinished-"

# Text compares by code point. Connections are trusted because only the owner can reach the socket.
_INITDB = (
    "--username=postgres",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
    "--auth=trust",
    "--no-instructions",
)


def prepare(folder: DataFolder, owner: Owner, programs: Path, *, durable: bool) -> None:
    """Make the cluster if there is none, and check that `owner` can serve the one there is. Raises ServiceError."""
    if not owner.may("-x", folder.path):
        raise ServiceError(
            f"Postgres runs as the system user {owner.name!r}, which can't enter {folder.path}: "
            "choose a folder it can reach with --data, or open the way to it (chmod o+x)."
        )
    for unfinished in folder.path.glob(_UNFINISHED + "*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    if not folder.cluster.exists():
        _make(folder, owner, programs, durable=durable)
    _check(folder.cluster, owner)


def _make(folder: DataFolder, owner: Owner, programs: Path, *, durable: bool) -> None:
    # An initdb that was killed leaves a folder that looks like a cluster and is none.
    unfinished = Path(tempfile.mkdtemp(dir=folder.path, prefix=_UNFINISHED))
    owner.own(unfinished)
    haste = [] if durable else ["--no-sync"]
    command = [str(programs / "initdb"), *_INITDB, *haste, "-D", str(unfinished)]
    environment = {"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"}
    made = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        # A Ctrl-C is for us alone; half a cluster would be worth nothing.
        start_new_session=True,
        **owner.options(),
    )
    if made.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise ServiceError(f"The database could not be made in {folder.path}: {made.stderr.strip()}")
    unfinished.rename(folder.cluster)
    # Were the new name lost in a crash, the next start would clear all of it away.
    sync_folder(folder.path)


def _check(cluster: Path, owner: Owner) -> None:
    try:
        uid = cluster.stat().st_uid
        major = (cluster / "PG_VERSION").read_text("ascii").strip()
    except PermissionError:
        raise ServiceError(f"{cluster} belongs to another user; choose another folder with --data.") from None
    except OSError as fault:
        raise ServiceError(f"{cluster} holds no Postgres data ({fault.strerror}); move it away.") from fault
    if uid != owner.uid:
        raise ServiceError(f"{cluster} belongs to another user (id {uid}); run as that one, or choose --data.")
    if major != MAJOR:
        raise ServiceError(
            f"{cluster} was written by Postgres {major}; this release serves {MAJOR}. "
            "Bring it over with pg_dump and pg_restore, or choose another folder with --data."
        )
