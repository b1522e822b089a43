"""One service soaked: people use it, faults come one after the other, and in the end everything is compared."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.soaking.faults import DEADLY, Fault
from scripts.soaking.lives import live_out
from scripts.soaking.people import READER, Pages, change_much, drafts, follow, take_turns, turn, write
from scripts.soaking.scenes import Scene, victim
from scripts.soaking.score import Score
from scripts.soaking.seen import Reader
from scripts.soaking.signing_in import Entrance
from scripts.soaking.verdict import verdict
from scripts.soaking.verifying import verified
from scripts.soaking.victim import Victim
from scripts.soaking.witness import Witness

BETWEEN = (0.2, 1.0)
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
async def under_load(at: Entrance, score: Score, *, writers: int, readers: int) -> AsyncIterator[Load]:
    """Have people write to and read from drafts of their own until the block ends."""
    made = await drafts(at, readers)
    stop = asyncio.Event()
    following = [Reader(f"reader {n}", READER, draft) for n, draft in enumerate(made)]
    turning = [Pages(draft) for draft in made]
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(follow(at, reader, score)) for reader in following]
        reading += [group.create_task(turn(at, pages, score)) for pages in turning]
        writing = [group.create_task(write(f"w{n}", at, made, score, stop)) for n in range(writers)]
        writing.append(group.create_task(take_turns(at, made[0], score, stop)))
        if len(made) > 1:  # where turns are taken, a strategy might choose whoever comes and goes
            writing.append(group.create_task(change_much(at, made[-1], score, stop)))
        yield Load(following, turning, writing, stop)
        for task in (*reading, *writing):
            task.cancel()


@dataclass(frozen=True)
class Sitting:
    """Faults to be carried out on a service, one after the other, and what is counted; `advance` is told of each, and
    `log` has what the service said.
    """

    plan: Sequence[tuple[str, Fault]]
    score: Score
    chance: random.Random
    advance: Callable[[str], None]
    log: Path | None = None

    async def hold(self, scene: Scene, workers: int, writers: int, readers: int) -> None:
        """Carry out the plan. What breaks it off is a finding, too."""
        # What was told in another sitting is of another log, and judged.
        self.score.told.clear()
        try:
            async with victim(workers, scene, self.log) as target:
                await target.ready()
                await self._used(target, writers, readers)
                await self._audit(target)
                await verified(target, self.score)
                if code := await asyncio.to_thread(target.stop):
                    self.score.wrong.append(f"its exit code is {code}")
        except (RuntimeError, TimeoutError, ExceptionGroup) as fault:
            self.score.wrong.append(f"it was broken off: {fault!r}")

    async def _used(self, target: Victim, writers: int, readers: int) -> None:
        """Have people use the service while it is broken, and compare what they saw with its log."""
        at, score = target.entrance, self.score
        witness = Witness(target.keys, score)
        async with under_load(at, score, writers=writers, readers=readers) as load, asyncio.TaskGroup() as group:
            watching = group.create_task(witness.watch(at), name="witness")
            living = group.create_task(live_out(at, score, load.stop), name="lives")
            await self._break(target)
            await load.written()
            await living
            found = await verdict(target.dsn, score, load.readers, load.pages, at.named)
            watching.cancel()
        score.wrong += found.findings
        if witness.newest is None:
            score.wrong.append("the witness was shown no checkpoint")

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
        for together in (REBUILDS, AUDITS):
            await asyncio.gather(*(self._command(target, words) for words in together))

    async def _command(self, target: Victim, words: Sequence[str]) -> None:
        command = target.command(*words)
        said, _ = await asyncio.to_thread(command.communicate)
        if command.returncode:
            self.score.wrong.append(f"onering {' '.join(words)}: {said.strip()[-2000:]}")
