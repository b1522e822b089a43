"""Plays a story on a service, as one of three people sees it live, and fails if anything is not as it should be.

`scripts/story http://127.0.0.1:8000` plays it on a server that runs, in local or test, where anyone is whoever they say
they are. With `--own-server` it starts one, in a folder of its own, and lets two hours pass where the story needs them:
the server is started again with a clock that is ahead. Exits with 1 if anything is not as expected.
"""

import asyncio
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.text import Text

from scripts.storytelling.people import Unexpected
from scripts.storytelling.plot import play
from scripts.storytelling.stage import Stage, own_stage


def main(
    url: Annotated[str | None, typer.Argument(help="The service, such as http://127.0.0.1:8000.")] = None,
    own_server: Annotated[
        bool, typer.Option("--own-server", help="Start one, and let hours pass where the story needs them.")
    ] = False,
) -> None:
    """Play a story of three people on a service, and print what happens as one of them sees it."""
    if (url is None) != own_server:
        raise typer.BadParameter("Give the URL of a service, or --own-server.")
    console = Console(highlight=False, soft_wrap=False)
    try:
        asyncio.run(_on_stage(url, console))
    except* (Unexpected, httpx.HTTPError, TimeoutError) as failed:
        for fault in _leaves(failed):
            console.print(Text(f"not as expected: {fault}", style="bold red"))
        raise typer.Exit(1) from None
    console.print(Text("all as expected", style="bold green"))


async def _on_stage(url: str | None, console: Console) -> None:
    if url is not None:
        await play(Stage(url.rstrip("/")), console)
        return
    async with own_stage() as stage:
        await play(stage, console)


def _leaves(failed: BaseExceptionGroup[Any]) -> list[BaseException]:
    return [
        leaf
        for fault in failed.exceptions
        for leaf in (_leaves(fault) if isinstance(fault, BaseExceptionGroup) else [fault])
    ]


if __name__ == "__main__":
    typer.run(main)
