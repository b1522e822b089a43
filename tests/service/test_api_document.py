"""docs/API.md is true: it has every route, and its requests work as they are typed, one after the other."""

import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx

from onering.contract.requests import template
from onering.service.folders import DataFolder
from tests.conformance import LINES, check_read_answer
from tests.service.serving import Service, clean_environment

DOCUMENT = (Path(__file__).parents[2] / "docs/API.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))
PREFACE = DOCUMENT.partition("\n## ")[0]
ROUTES = {f"{line.method} {template(line.path)}": line for line in LINES}
DEFAULT_URL = "http://127.0.0.1:8000"

# Stands before what is typed: keeps each answer, and says what was asked and how it went.
LISTENING = """
curl() {
    local kept=$(mktemp)
    command curl --show-error -D $kept.head -o $kept -w "%{stderr}asked %{method} %{url_effective} $kept\\n" "$@"
    cat $kept
}
"""


class Exchange(NamedTuple):
    """One request that was typed under a heading, and the files that its answer is in."""

    heading: str
    method: str
    url: str
    kept: Path

    def answer(self) -> httpx.Response:
        head = Path(f"{self.kept}.head").read_text().splitlines()
        headers = [tuple(line.split(": ", 1)) for line in head[1:] if line]
        request = httpx.Request(self.method, self.url)
        return httpx.Response(int(head[0].split()[1]), headers=headers, content=self.kept.read_bytes(), request=request)


def blocks(text: str) -> str:
    return "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))


def typed(url: str, folder: Path) -> Sequence[Exchange]:
    """Type everything into one bash; return what was asked."""
    parts = [f"echo '## {heading}' >&2\n{blocks(section)}" for heading, section in SECTIONS.items()]
    script = "\n".join([LISTENING, blocks(PREFACE).replace(DEFAULT_URL, url), *parts])
    environment = clean_environment(folder) | {"TMPDIR": str(folder)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-2000:]
    exchanges, heading = [], ""
    for line in done.stderr.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif line.startswith("asked "):
            _, method, asked, kept = line.split()
            exchanges.append(Exchange(heading, method, asked, Path(kept)))
    return exchanges


def test_every_route_has_an_example_and_every_example_a_route() -> None:
    assert set(SECTIONS) == set(ROUTES)


def test_every_example_works_as_it_is_typed(start: Callable[..., Service], folder: DataFolder, tmp_path: Path) -> None:
    # Nobody types as fast as this.
    told = {"ONERING_AUDITORS": "olga", "ONERING_RATE_LIMIT": "off"}
    service = start("--port", "0", "--data", str(folder.path), **told).ready()
    exchanges = typed(service.url, tmp_path)
    shown = {exchange.heading: exchange for exchange in exchanges}
    assert list(shown) == list(SECTIONS)
    for heading, exchange in shown.items():
        line, asked = ROUTES[heading], httpx.URL(exchange.url).path
        pattern = re.sub(r"\\{\w+(:path)?\\}", lambda found: ".+" if found[1] else "[^/]+", re.escape(line.path))
        assert (exchange.method, bool(re.fullmatch(pattern, asked))) == (line.method, True), (heading, asked)
        expected = re.findall(r"# (4\d\d)$", SECTIONS[heading], re.MULTILINE) or ["200"]
        answer = exchange.answer()
        assert str(answer.status_code) in expected, (heading, answer.text)
        check_read_answer(answer)
