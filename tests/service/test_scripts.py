"""The scripts of a clone where something is missing: they say what, and leave a state that the next run repairs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.service.serving import clean_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with all that the installation looks at, on a path with spaces."""
    made = tmp_path / "a clone of mine"
    shutil.copytree(ROOT / "scripts", made / "scripts", ignore=shutil.ignore_patterns("benchmark", "__pycache__"))
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, made)
    return made


def run(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = clean_environment(clone.parent)
    del kept["PYTHONWARNINGS"]
    command = [str(clone / "scripts" / "run"), "--version"]
    return subprocess.run(command, cwd="/", env=kept | environment, capture_output=True, text=True)


def test_a_machine_without_a_fitting_python_is_told(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "cat", "cksum", "dirname", "env", "grep"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    old = tools / "python3"
    old.write_text("#!/usr/bin/env bash\nexit 1\n")
    old.chmod(0o755)
    done = run(clone, PATH=str(tools))
    assert done.returncode == 1
    assert "OneRing needs Python 3.11 to 3.14" in done.stderr


def test_a_failed_installation_shows_its_reason_and_nothing_else(clone: Path, tmp_path: Path) -> None:
    """Nothing is marked as installed, so the next run starts afresh."""
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "nothing")}
    done = run(clone, **nowhere)
    assert done.returncode == 1
    assert "No matching distribution found" in done.stderr
    assert "is ignored" not in done.stderr
    assert done.stderr.endswith("Run it again to try again.\n")
    assert not (clone / ".venv" / ".onering-installed").exists()


def test_what_is_installed_is_not_installed_again(clone: Path) -> None:
    """A .venv that was filled from these files is used at once; one whose Python is gone is made anew."""
    (clone / ".venv" / "bin").mkdir(parents=True)
    python, onering = (clone / ".venv" / "bin" / name for name in ("python", "onering"))
    for program, does in ((python, "true"), (onering, 'echo "as installed: $*"')):
        program.write_text(f"#!/usr/bin/env bash\n{does}\n")
        program.chmod(0o755)
    fingerprint = subprocess.run(
        ["bash", "-c", ". scripts/environment.sh; fingerprint"], cwd=clone, capture_output=True, text=True, check=True
    )
    (clone / ".venv" / ".onering-installed").write_text(f"requirements.lock {fingerprint.stdout}")
    assert run(clone).stdout == "as installed: serve --version\n"
    python.unlink()
    python.symlink_to("/no/such/python3")
    assert subprocess.run(["bash", "-c", ". scripts/environment.sh; is_filled"], cwd=clone).returncode != 0


@pytest.mark.parametrize("script", ["run", "test", "check", "environment.sh", "lock"])
def test_every_script_is_understood_by_bash(script: str) -> None:
    subprocess.run(["bash", "-n", str(ROOT / "scripts" / script)], check=True)
