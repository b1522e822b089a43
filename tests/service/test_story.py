"""scripts/story: it ends well on a service that keeps its promises, and says so where something is otherwise."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from rich.console import Console

from scripts.story import main
from scripts.storytelling.people import Unexpected
from scripts.storytelling.plot import TEXTS, play
from scripts.storytelling.stage import Stage
from tests.serving import serving

ROOT = Path(__file__).parents[2]


class Hurried(Stage):
    """A stage that says hours can pass, and lets none pass."""

    @property
    def hours_pass(self) -> bool:
        return True

    async def later(self) -> None:
        pass


async def test_on_a_service_that_runs_it_is_played_to_the_end_or_to_what_is_not_as_expected(app_dsn: str) -> None:
    async with serving(app_dsn) as service:
        said = io.StringIO()
        await play(Stage(service.url), Console(file=said, width=100))
        for words in (*TEXTS, "ben's turn is not over", "collaborator_removed", "ben reads no more - no:"):
            assert words in said.getvalue()
        with pytest.raises(ExceptionGroup) as failed:
            await play(Hurried(service.url), Console(file=said))
        assert failed.group_contains(Unexpected, match="takes the ring back: 409")


def test_on_a_server_of_its_own_hours_pass_and_the_ring_is_reclaimed() -> None:
    command = [sys.executable, "-m", "scripts.story", "--own-server"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 hours later" in done.stdout
    assert done.stdout.rstrip().endswith("all as expected")


@pytest.mark.parametrize(("url", "own"), [(None, False), ("http://127.0.0.1:1", True)])
def test_it_is_told_where_to_play(url: str | None, own: bool) -> None:
    with pytest.raises(typer.BadParameter, match="or --own-server"):
        main(url, own)


def test_without_a_service_there_it_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        main("http://127.0.0.1:1", False)
    assert (ended.value.exit_code, "not as expected" in capsys.readouterr().out) == (1, True)
