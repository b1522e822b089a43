"""The five minutes of docs/TRUST.md, as somebody types them who does not trust us; and what a changed letter does."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from onering.service.folders import DataFolder
from tests.service.serving import ONERING, Service, clean_environment

ROOT = Path(__file__).parents[2]
TRUST = (ROOT / "docs" / "TRUST.md").read_text(encoding="utf-8")
SHOW, WRITE, VERIFY, WHOLE = re.findall(r"```sh\n(.*?)```", TRUST.partition("in five minutes")[2], re.DOTALL)


def typed(block: str, url: str, folder: DataFolder, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a block of the document in bash, in a folder of one's own."""
    command = block.replace("http://127.0.0.1:8000", url).replace("scripts/verify.py", str(ROOT / "scripts/verify.py"))
    command = command.replace(".venv/bin/python", ONERING[0]).replace(".venv/bin/onering", " ".join(ONERING))
    environment = clean_environment(home) | {"ONERING_DATA": str(folder.path)}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_one_line_and_the_whole_log_are_verified_without_the_server(
    start: Callable[..., Service], folder: DataFolder, parent: Path
) -> None:
    service = start("--port", "0", "--data", str(folder.path)).ready()
    assert "key onering.local/" in typed(SHOW, service.url, folder, parent).stdout
    written = typed(WRITE, service.url, folder, parent)
    assert written.returncode == 0, written.stderr
    export, verify_export = WHOLE.strip().splitlines()
    assert typed(export, service.url, folder, parent).returncode == 0
    key, verify_line = VERIFY.strip().splitlines()
    assert typed(key, service.url, folder, parent).returncode == 0
    assert service.stop() == 0
    line = typed(verify_line, service.url, folder, parent)
    assert (line.returncode, "We left at dawn." in line.stdout, "alice" in line.stdout) == (0, True, True), line
    whole = typed(verify_export, service.url, folder, parent)
    assert whole.returncode == 0, whole.stdout + whole.stderr
    changed(parent / "log.ndjson", "left at dawn", "left at noon")
    damaged = typed(verify_export, service.url, folder, parent)
    assert (damaged.returncode, "position" in damaged.stdout) == (1, True), damaged


def changed(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
