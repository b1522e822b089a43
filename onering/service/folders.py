"""Where a person's data lives: one folder, the same for the script and the installed command."""

import fcntl
import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import IO

from onering.service.faults import FolderInUse, ServiceError

# A Unix socket's path has at most 107 bytes on Linux and 103 on macOS; Postgres puts this after its folder.
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")
_SECRET_BYTES = 32


def default_folder() -> Path:
    """Return the data folder of whoever runs this: /var/lib/onering for root, else under XDG's data home."""
    if os.geteuid() == 0:
        return Path("/var/lib/onering")
    home = Path(os.environ.get("XDG_DATA_HOME", ""))
    # The XDG specification wants relative values ignored.
    return (home if home.is_absolute() else Path.home() / ".local" / "share") / "onering"


class DataFolder:
    """The folder and what is in it: the Postgres cluster, its socket and log, a lock, the development secret."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.cluster = self.path / "postgres"
        self.log = self.path / "postgres.log"
        self._lock: IO[str] | None = None

    @property
    def sockets(self) -> Path:
        """The folder of Postgres's socket: inside, or where that is too long, in the machine's temporary folder."""
        inside = self.path / "run"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER:
            return inside
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"onering-{name}"

    def claim(self) -> None:
        """Make the folder if need be and hold it until `release`, or the end of this process.

        Raises FolderInUse, and ServiceError where it can't be made or entered.
        """
        try:
            self._make()
            # Who could read it could lock it, and keep us from starting.
            self._lock = open(self.path / "lock", "a", opener=private)  # noqa: SIM115 - held as long as the folder is
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            raise FolderInUse(
                f"{self.path} is in use by another `onering serve`; stop that one, or choose a folder with --data."
            ) from None
        except OSError as fault:
            self.release()
            raise self._unusable(fault) from fault

    def check_free(self) -> None:
        """Raise FolderInUse if another process holds the folder; makes nothing."""
        if os.path.exists(self.path / "lock"):
            self.claim()
            self.release()

    def release(self) -> None:
        """Let the folder go."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def development_secret(self) -> bytes:
        """Return the secret of this folder's development tokens: 32 bytes, made at first use. Raises ServiceError."""
        file = self.path / "development-secret"
        try:
            self._make()
            if not file.exists():
                self._make_secret(file)
            secret = bytes.fromhex(file.read_text("ascii"))
        except OSError as fault:
            raise self._unusable(fault) from fault
        except ValueError:
            secret = b""
        if len(secret) != _SECRET_BYTES:
            raise ServiceError(f"{file} is damaged; remove it, and a new one is made. Older development tokens end.")
        return secret

    def _make(self) -> None:
        # Missing parents get the ordinary mode; those that exist keep theirs.
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Never open to others, not even for a moment: they could put a file of theirs here.
            self.path.mkdir(mode=0o700)
        except FileExistsError:
            return
        # Root's Postgres runs as another user, who must be able to pass through to its cluster. Whatever the umask.
        self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def _make_secret(self, file: Path) -> None:
        """Two processes may come here at once: the file appears whole, closed to others, and the first one stays."""
        handle, made = tempfile.mkstemp(dir=self.path, prefix=".development-secret-")
        try:
            with os.fdopen(handle, "w") as opened:
                opened.write(secrets.token_hex(_SECRET_BYTES))
            os.link(made, file)
        except FileExistsError:
            pass
        finally:
            os.unlink(made)

    def _unusable(self, fault: OSError) -> ServiceError:
        return ServiceError(f"{self.path} can't be used: {fault.strerror}. Choose another folder with --data.")


def private(path: str, flags: int) -> int:
    """Open a file, made for its owner alone if it is new; to be given to `open` as `opener`."""
    return os.open(path, flags, 0o600)
