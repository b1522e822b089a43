"""The wheel: built, installed into an empty environment from the locked requirements, serving from anywhere."""

import re
import shutil
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from onering import __version__
from tests.service.serving import Service, clean_environment, create_draft, draft_exists

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # The build backend is installed with the tests: nothing is fetched.
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


def test_everything_is_in_the_wheel(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {"onering/cli.py", "onering/schema.sql", "onering/verify.py", "onering/py.typed"} <= names
    assert "onering/log/migrations/0001_first.sql" in names
    assert "onering/http/templates/share-card.svg.jinja" in names
    pages = {name for name in names if name.startswith("onering/page/built/")}
    assert {Path(name).suffix for name in pages} >= {".html", ".js", ".css", ".br", ".gz"}
    assert not [name for name in pages if "/." in name]
    tops = {name.split("/")[0] for name in names}
    assert tops == {"onering", "projections", f"onering-{__version__}.dist-info"}


def test_a_wheel_without_the_page_is_refused_and_the_reason_told(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    left_out = shutil.ignore_patterns("built", "node_modules", "__pycache__")
    for folder in ("onering", "projections", "scripts"):
        shutil.copytree(ROOT / folder, clone / folder, ignore=left_out)
    for file in ("pyproject.toml", "schema.sql", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, clone)
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path / "dist"),
        str(clone),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    assert "The page is not built, and a wheel brings it" in done.stdout + done.stderr
    assert not list(tmp_path.glob("*.whl"))


def test_whoever_has_the_sources_alone_has_those_of_the_page_and_the_page(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = tmp_path.iterdir()
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"web/package-lock.json", "web/vite.config.ts", "web/app/main.tsx", "requirements-node.lock"} <= names
    assert "onering/page/built/index.html" in names
    assert not [name for name in names if "node_modules" in name or "/dist/" in name]


@pytest.fixture
def installed(wheel: Path, parent: Path) -> Path:
    """Return the folder of programs of an empty environment with the wheel in it."""
    environment = parent / "an environment"
    venv.create(environment)
    for arguments in (["--require-hashes", "-r", str(ROOT / "requirements.lock")], [str(wheel)]):
        command = [*pip(), "--python", str(environment / "bin" / "python"), "install", "--quiet", "--no-deps"]
        subprocess.run([*command, "--disable-pip-version-check", *arguments], check=True)
    return environment / "bin"


def pip() -> list[str]:
    """Return a pip: our environment may have been made by that of the machine, and have none."""
    return [sys.executable if find_spec("pip") else getattr(sys, "_base_executable", "python3"), "-m", "pip"]


@pytest.fixture
def service(installed: Path, parent: Path) -> Iterator[Service]:
    options = ["--port", "0", "--data", str(parent / "data")]
    started = Service(options, {}, home=parent, command=[str(installed / "onering")])
    yield started
    started.end()


@pytest.mark.timeout(600)  # packages are installed, on whatever machine and network this is
def test_the_wheel_serves_from_another_folder(service: Service, installed: Path, parent: Path) -> None:
    draft = create_draft(service.ready().url)
    assert draft_exists(service.url, draft)
    document = httpx.get(f"{service.url}/drafts/{draft}")
    (script,) = re.findall(r'<script type="module" crossorigin src="([^"]+)"', document.text)
    assert httpx.get(service.url + script).headers["content-encoding"] == "gzip"
    command = [str(installed / "onering"), "replay", "print", "--data", str(parent / "data")]
    shown = subprocess.run(command, cwd=parent, env=clean_environment(parent), capture_output=True, text=True)
    assert "draft_created" in shown.stdout
    command = [str(installed / "onering"), "replay", "verify", "--no-memory", "--data", str(parent / "data")]
    shown = subprocess.run(command, cwd=parent, env=clean_environment(parent), capture_output=True, text=True)
    assert (shown.returncode, "ok: " in shown.stdout) == (0, True), shown.stdout + shown.stderr
    assert service.stop() == 0
    (line,) = service.err
    assert " command " in line
