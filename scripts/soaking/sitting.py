"""One service soaked: people use it, faults come one after the other, and in the end everything is compared."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from scripts.soaking.faults import DEADLY, Fault
from scripts.soaking.people import Pages, change_much, drafts, follow, take_turns, turn, write
from scripts.soaking.score import Score
from scripts.soaking.seen import Reader
from scripts.soaking.verdict import verdict
from scripts.soaking.victim import Victim, victim

BETWEEN = (0.3, 1.5)
# For writers to have everything acknowledged in the end.
PATIENCE_SECONDS = 120.0
# What auditors run in the end, and what is to be done before: a rebuild that was killed goes on where it stopped.
REBUILDS = (("rebuild", "access"), ("rebuild", "drafts"), ("rebuild", "timeline"))
AUDITS = (("replay", "check"), ("replay", "diff"))


@dataclass
class Load:
    """What people see while they write and read; those who write stop when `stop` is set."""

    readers: Sequence[Reader]
    pages: Sequence[Pages]
    writing: Sequence["asyncio.Task[None]"]
    stop: asyncio.Event

    async def written(self) -> None:
        """Wait until everything that was sent is acknowledged. Raises TimeoutError."""
        self.stop.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*self.writing)


@asynccontextmanager
async def under_load(port: int, score: Score, *, writers: int, readers: int) -> AsyncIterator[Load]:
    """Have people write to and read from drafts of their own until the block ends."""
    url = f"http://127.0.0.1:{port}"
    made = await drafts(url, readers)
    stop = asyncio.Event()
    following = [Reader(f"reader {n}", "reader", draft) for n, draft in enumerate(made)]
    turning = [Pages(draft) for draft in made]
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(follow(port, reader, score)) for reader in following]
        reading += [group.create_task(turn(url, pages, score)) for pages in turning]
        writing = [group.create_task(write(f"w{n}", url, made, score, stop)) for n in range(writers)]
        writing.append(group.create_task(take_turns(url, made[0], score, stop)))
        if len(made) > 1:  # where turns are taken, a strategy might choose whoever comes and goes
            writing.append(group.create_task(change_much(url, made[-1], score, stop)))
        yield Load(following, turning, writing, stop)
        for task in (*reading, *writing):
            task.cancel()


@dataclass(frozen=True)
class Sitting:
    """Faults to be carried out on a service, one after the other, and what is counted; `advance` is told of each."""

    plan: Sequence[tuple[str, Fault]]
    score: Score
    chance: random.Random
    advance: Callable[[str], None]

    async def hold(self, workers: int, writers: int, readers: int, *, behind_proxy: bool) -> None:
        """Carry out the plan. What breaks it off is a finding, too."""
        # What was told in another sitting is of another log, and judged.
        self.score.told.clear()
        try:
            async with victim(workers, behind_proxy=behind_proxy) as target:
                await target.ready()
                async with under_load(target.port, self.score, writers=writers, readers=readers) as load:
                    await self._break(target)
                    await load.written()
                    found = await verdict(target.dsn, self.score, load.readers, load.pages)
                self.score.wrong += found.findings
                await self._audit(target)
                if code := await asyncio.to_thread(target.stop):
                    self.score.wrong.append(f"its exit code is {code}")
        except (RuntimeError, TimeoutError, ExceptionGroup) as fault:
            self.score.wrong.append(f"it was broken off: {fault!r}")

    async def _break(self, target: Victim) -> None:
        for kind, fault in self.plan:
            await asyncio.sleep(self.chance.uniform(*BETWEEN))
            self.score.begin(kind)
            try:
                await self._round(target, kind, fault)
            except (RuntimeError, TimeoutError) as stuck:
                raise RuntimeError(f"{kind}: {stuck}") from stuck
            self.advance(kind)

    async def _round(self, target: Victim, kind: str, fault: Fault) -> None:
        before = target.settled()
        await fault(target, self.chance)
        await asyncio.sleep(self.chance.uniform(0, 0.3))
        if target.service.poll() is not None and kind != "kill -9 everything":
            self.score.wrong.append(f"{kind}: the service ended with {target.service.returncode}")
        await target.revive()
        await target.ready()
        if kind not in DEADLY and (ended := before - set(target.workers())):
            self.score.wrong.append(f"{kind}: the server processes {sorted(ended)} ended")

    async def _audit(self, target: Victim) -> None:
        for words in (*REBUILDS, *AUDITS):
            command = target.command(*words)
            said, _ = await asyncio.to_thread(command.communicate)
            if command.returncode:
                self.score.wrong.append(f"onering {' '.join(words)}: {said.strip()[-2000:]}")
