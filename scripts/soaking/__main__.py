"""`scripts/soak`: break things for so many rounds, print what was sent, stored and seen, and fail on any finding."""

import asyncio
import random
from collections import Counter
from typing import Annotated

import typer
from rich.console import Console

from scripts.soaking.people import Observed, Written, drafts, read, write
from scripts.soaking.verdict import Verdict, verdict
from scripts.soaking.victim import Victim, victim

BETWEEN = (0.5, 2.0)


def main(
    rounds: Annotated[int, typer.Option(min=1, help="How many times something is killed.")] = 20,
    writers: Annotated[int, typer.Option(min=1, help="People who write all the time.")] = 8,
    readers: Annotated[int, typer.Option(min=1, help="Drafts, each with somebody who follows it.")] = 6,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 2,
    seed: Annotated[int | None, typer.Option(help="Repeat the blows of an earlier run.", show_default="random")] = None,
) -> None:
    """Kill the service, its workers and its Postgres at random points under load; what was acknowledged must be there.

    Runs on loopback and a data folder of its own, and ends by itself; a round takes one to four seconds.
    """
    chosen = random.randrange(1 << 32) if seed is None else seed
    console = Console(highlight=False)
    console.print(f"{rounds} rounds, --seed {chosen}")
    with victim(workers) as target:
        found, written = asyncio.run(_soaked(target, rounds, writers, readers, random.Random(chosen), console))
        code = target.stop()
    _show(console, found, written, target, code)
    raise typer.Exit(0 if found.clean and not written.wrong and code == 0 else 1)


async def _soaked(
    target: Victim, rounds: int, writers: int, readers: int, chance: random.Random, console: Console
) -> tuple[Verdict, Written]:
    await target.ready()
    url = f"http://127.0.0.1:{target.port}"
    made = await drafts(url, readers)
    written, stop = Written(), asyncio.Event()
    seeing = [Observed(draft) for draft in made]
    async with asyncio.TaskGroup() as group:
        following = [group.create_task(read(target.port, observed)) for observed in seeing]
        writing = [group.create_task(write(f"w{n}", url, made, written, stop)) for n in range(writers)]
        blows = await _blows(target, rounds, chance)
        stop.set()
        await asyncio.wait(writing)
        found = await verdict(target.dsn, written, seeing)
        for task in following:
            task.cancel()
    console.print("killed: " + ", ".join(f"{what} {n}" for what, n in sorted(blows.items())))
    return found, written


async def _blows(target: Victim, rounds: int, chance: random.Random) -> Counter[str]:
    blows: Counter[str] = Counter()
    for _ in range(rounds):
        await asyncio.sleep(chance.uniform(*BETWEEN))
        blows[await target.hurt(chance)] += 1
        await target.ready()
    return blows


def _show(console: Console, found: Verdict, written: Written, target: Victim, code: int) -> None:
    console.print(f"processes killed {target.kills}, requests broken off {written.broken}, put off {written.put_off}")
    console.print(f"sent {written.sent}, acknowledged {len(written.acknowledged)}, stored {found.stored}")
    console.print(
        f"lost {found.lost}, stored twice {found.repeated}, told another version {found.misplaced}, "
        f"gaps {found.gaps}, wrong leaves {found.wrong_leaves}"
    )
    console.print(f"events readers saw otherwise {found.unseen}, out of order {found.disorder}; exit code {code}")
    for line in written.wrong[:10]:
        console.print(f"unexpected answer: {line}")


if __name__ == "__main__":
    typer.run(main)
