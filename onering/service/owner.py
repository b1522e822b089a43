"""Whom Postgres runs as: ourselves, or a system user of its own, since Postgres refuses to be root."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onering.service.faults import ServiceError

SYSTEM_USER = "onering"


@dataclass(frozen=True, slots=True)
class Owner:
    """The user who owns the cluster and runs its programs; `switch` says whether we must become that user."""

    name: str
    uid: int
    gid: int
    switch: bool

    def options(self) -> dict[str, Any]:
        """Return the arguments with which `subprocess` starts a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def may(self, test: str, path: Path) -> bool:
        """Whether the user passes one of `test(1)`'s file tests, such as `-x`, on `path`."""
        command = ["test", test, str(path)]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL, **self.options()).returncode == 0

    def own(self, folder: Path) -> None:
        """Make a folder that is the user's alone, or take the one that is there. Raises ServiceError."""
        folder.mkdir(mode=0o700, exist_ok=True)
        # In a temporary folder somebody else may have been here first, with a link or a folder of theirs.
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self.uid, os.geteuid()):
            raise ServiceError(f"{folder} belongs to somebody else; remove it.")
        if self.switch:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def postgres_owner() -> Owner:
    """Return whom Postgres runs as; as root that is a system user, made if it is missing. Raises ServiceError."""
    if os.geteuid() != 0:
        return Owner(str(os.geteuid()), os.geteuid(), os.getegid(), switch=False)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _make_system_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _make_system_user() -> None:
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/false"]
    try:
        subprocess.run([*command, SYSTEM_USER], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as fault:
        raise ServiceError(
            f"Postgres does not run as root, and the system user {SYSTEM_USER!r} could not be made ({fault}). "
            "Make it, run as another user, or give --database-url."
        ) from fault
