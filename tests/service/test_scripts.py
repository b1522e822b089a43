"""The scripts of a clone where something is missing: they say what, and leave a state that the next run repairs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.serving import clean_environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with all that the installation looks at, on a path with spaces; its page is built."""
    made = tmp_path / "a clone of mine"
    shutil.copytree(ROOT / "scripts", made / "scripts", ignore=shutil.ignore_patterns("benchmark", "__pycache__"))
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, made)
    for name in ("package.json", "package-lock.json", "client/package.json"):
        (made / "web" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "web" / name, made / "web" / name)
    (made / "web" / "app").mkdir()
    (made / "web" / "index.html").write_text("<script type=module src=/app/main.ts></script>")
    (made / "onering" / "page" / "built").mkdir(parents=True)
    (made / "onering" / "page" / "built" / ".fingerprint").write_text(sourced(made, "page_fingerprint"))
    return made


def sourced(clone: Path, command: str) -> str:
    """Run a function of the scripts' in a clone; return what it prints."""
    script = f". scripts/environment.sh; . scripts/page.sh; {command}"
    return subprocess.run(["bash", "-c", script], cwd=clone, capture_output=True, text=True, check=True).stdout


def run(clone: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = clean_environment(clone.parent)
    del kept["PYTHONWARNINGS"]
    command = [str(clone / "scripts" / "run"), "--version"]
    return subprocess.run(command, cwd="/", env=kept | environment, capture_output=True, text=True)


def install(clone: Path) -> None:
    """Fill .venv with programs that run, and have nothing: as if it were installed."""
    programs = {"python": f'exec {sys.executable} -I "$@"', "onering": 'echo "as installed: $*"'}
    (clone / ".venv" / "bin").mkdir(parents=True)
    for name, does in programs.items():
        (clone / ".venv" / "bin" / name).write_text(f"#!/usr/bin/env bash\n{does}\n")
        (clone / ".venv" / "bin" / name).chmod(0o755)
    (clone / ".venv" / ".onering-installed").write_text(f"requirements.lock {sourced(clone, 'fingerprint')}")


def give(clone: Path, programs: dict[str, str]) -> str:
    """Return a path on which these programs come first."""
    tools = clone.parent / "tools"
    tools.mkdir()
    for name, does in programs.items():
        (tools / name).write_text(f"#!/usr/bin/env bash\n{does}\n")
        (tools / name).chmod(0o755)
    return f"{tools}:{os.environ['PATH']}"


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
    install(clone)
    assert run(clone).stdout == "as installed: serve --version\n"
    python = clone / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/no/such/python3")
    assert subprocess.run(["bash", "-c", ". scripts/environment.sh; is_filled"], cwd=clone).returncode != 0


NODE = {"node": "exit 0"}
BUILDS = """
case $1 in
    ci) mkdir node_modules ;;
    run) mkdir -p "$ONERING_PAGE_OUT" && cp index.html "$ONERING_PAGE_OUT" ;;
esac
echo "$*" >>../asked
"""


def test_a_page_whose_sources_changed_is_built_once_and_takes_the_place_of_the_older(clone: Path) -> None:
    install(clone)
    path = give(clone, NODE | {"npm": BUILDS})
    assert run(clone, PATH=path).stderr == ""
    (clone / "web" / "index.html").write_text("newer")
    (clone / "web" / "app" / "a.test.ts").write_text("not of the page")
    said = run(clone, PATH=path)
    assert said.stdout == "as installed: serve --version\n"
    assert [line.split(",")[0].split()[0] for line in said.stderr.splitlines()] == ["Installing", "Building"]
    built = clone / "onering" / "page" / "built"
    assert (built / "index.html").read_text() == "newer"
    assert [name.name for name in built.parent.iterdir()] == ["built"]
    assert run(clone, PATH=path).stderr == ""
    assert (clone / "asked").read_text().splitlines() == [
        "ci --include=dev --ignore-scripts --no-progress",
        "run build",
    ]


@pytest.mark.parametrize(
    ("programs", "reason"),
    [
        ({"node": "exit 1"}, "it needs Node 20.19, 22.12 or newer with npm, and none can be installed"),
        (NODE | {"npm": "exit 1"}, "its packages can't be installed"),
        (NODE | {"npm": '[ "$1" = ci ] && mkdir node_modules'}, "Vite does not take what is in web/"),
    ],
)
def test_without_what_the_page_is_built_with_the_service_starts_and_one_line_says_so(
    clone: Path, programs: dict[str, str], reason: str
) -> None:
    install(clone)
    (clone / "web" / "index.html").write_text("newer")
    none = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(clone / "nothing")}
    said = run(clone, PATH=give(clone, programs), **none)
    assert said.stdout == "as installed: serve --version\n"
    last = said.stderr.splitlines()[-1]
    assert last == f"The page is not built: {reason}; .venv/.onering-page.log has the reason."
    assert [file.name for file in (clone / "onering" / "page").rglob("*")] == ["built", ".fingerprint"]


@pytest.mark.parametrize("script", ["run", "test", "check", "environment.sh", "page.sh", "lock"])
def test_every_script_is_understood_by_bash(script: str) -> None:
    subprocess.run(["bash", "-n", str(ROOT / "scripts" / script)], check=True)
