"""Whatever processes do to the log, in any order and however they die: it is a list that only grows."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from onering.log.append import Append, Counter, Guard
from tests.log.compared import POISON, Submission, TwoProcesses
from tests.log.writing import command, stream, write
from tests.node import check_dense, log_of

PATIENCE = 30
STREAMS = ("a", "b", "c")
COUNTERS = (Counter("x"), Counter("y"))

processes = st.integers(0, 1)
names = st.sampled_from(STREAMS)
shares = st.floats(0, 1)
# Each stream of a command: how far from its version it was decided, and how many events it appends there.
writes = st.lists(
    st.tuples(names, st.sampled_from([0, 0, 0, 0, -1, 1, 2]), st.integers(0, 3)),
    min_size=1,
    max_size=2,
    unique_by=lambda planned: planned[0],
)
# What each command uses up, or gives back, and the most that there may be.
guards = st.lists(
    st.builds(Guard, st.sampled_from(COUNTERS), st.sampled_from([1, 1, 2, -1]), st.sampled_from([None, 3, 6])),
    max_size=2,
    unique_by=lambda guard: guard.counter,
)
plans = st.lists(st.tuples(processes, writes, guards), min_size=1, max_size=5)
Writes = list[tuple[str, int, int]]
Plan = list[tuple[int, Writes, list[Guard]]]


class LogOfTwoProcesses(RuleBasedStateMachine):
    """Commands by either process, sent once or again, while processes and connections come and go."""

    database: Callable[[], AbstractContextManager[str]]
    sent: Bundle[Append] = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.closing = ExitStack()
        dsn = self.closing.enter_context(self.database())
        self.runner = self.closing.enter_context(asyncio.Runner())
        self.two: TwoProcesses = self.run(TwoProcesses.started(dsn))
        self.log = self.two.log

    @rule(target=sent, planned=plans, held=st.booleans())
    def append(self, planned: Plan, held: bool) -> Any:
        commands = self.decided(planned)
        self.run(self.two.commit(commands, held=held))
        return to_send_again(commands)

    @rule(target=sent, again=sent, where=st.sampled_from([(0,), (1,), (0, 1), (0, 0)]), planned=plans)
    def retry(self, again: Append, where: tuple[int, ...], planned: Plan) -> Any:
        """Send a command again, whatever became of it, perhaps on both processes, together with new ones."""
        commands = self.decided(planned)
        middle = len(commands) // 2
        repeated = [(process, again) for process in where]
        self.run(self.two.commit([*commands[:middle], *repeated, *commands[middle:]], held=True))
        return to_send_again(commands)

    @rule(target=sent, again=sent, process=processes, other=writes)
    def reuse(self, again: Append, process: int, other: Writes) -> Any:
        """Send something else under the identity of a command."""
        commands = self.decided([(process, other, [])])
        changed = [(process, c._replace(command_id=again.command_id, fingerprint=b"\x02" * 33)) for _, c in commands]
        self.run(self.two.commit(changed))
        return to_send_again(changed)

    @rule(target=sent, planned=plans, process=processes, name=names)
    def poison(self, planned: Plan, process: int, name: str) -> Any:
        """Submit a command that the log can't take, together with others."""
        commands = self.decided(planned)
        bad = command(write(name, self.log.version(stream(name)), "x"))._replace(issuer=POISON)
        middle = len(commands) // 2
        self.run(self.two.commit([*commands[:middle], (process, bad), *commands[middle:]], held=True))
        return to_send_again(commands)

    @rule(target=sent, planned=plans, by_the_server=st.booleans())
    def cut_before_the_commit(self, planned: Plan, by_the_server: bool) -> Any:
        commands = self.decided(planned)
        self.run(self.two.commit_cut_before(commands, by_the_server=by_the_server))
        return to_send_again(commands)

    @rule(target=sent, planned=plans)
    def cut_after_the_commit(self, planned: Plan) -> Any:
        commands = self.decided(planned)
        self.run(self.two.commit_cut_after(commands))
        return to_send_again(commands)

    @rule(target=sent, planned=plans, process=processes, ghost=st.booleans())
    def crash(self, planned: Plan, process: int, ghost: bool) -> Any:
        commands = self.decided([(process, parts, uses) for _, parts, uses in planned])
        self.run(self.two.crash([appended for _, appended in commands], process, ghost=ghost))
        return to_send_again(commands)

    @rule(share=shares, deaf=st.booleans())
    def subscribe(self, share: float, deaf: bool) -> None:
        """Follow the log from anywhere in it, with or without hints."""
        self.run(self.two.follow(int(share * len(self.log.events)), deaf=deaf))

    @rule()
    def deafen(self) -> None:
        self.run(self.two.deafen())

    @rule(process=processes, name=names, share=shares, limit=st.integers(1, 20))
    def read(self, process: int, name: str, share: float, limit: int) -> None:
        self.run(self.two.read(process, stream(name), int(share * len(self.log.events)), limit))

    @rule(again=sent)
    def look_up(self, again: Append) -> None:
        self.run(self.two.look_up(again))

    @invariant()
    def the_log_is_the_list(self) -> None:
        stored = self.run(log_of(self.two.conn))
        assert stored == self.log.events
        check_dense(stored)
        times = [event.recorded_at for event in stored]
        assert times == sorted(times)

    @invariant()
    def the_counters_are_what_the_list_used(self) -> None:
        self.run(self.two.check_usage())

    @invariant()
    def everybody_saw_it_once_and_in_order(self) -> None:
        for follower in self.two.followers:
            assert follower.seen == self.log.events[follower.start :][: len(follower.seen)]

    def teardown(self) -> None:
        try:
            self.run(self.two.see_the_end())
            self.run(self.two.check_leaves())
        finally:
            self.run(self.two.stop())
            self.closing.close()

    def decided(self, planned: Plan) -> list[Submission]:
        """Return commands, decided one after the other: each process knows of its own what has not committed yet."""
        known = [{name: self.log.version(stream(name)) for name in STREAMS} for _ in range(2)]
        commands: list[Submission] = []
        for process, parts, uses in planned:
            versions = known[process]
            made = [write(name, max(0, versions[name] + off), *map(str, range(n))) for name, off, n in parts]
            # In the order of the log's commands, one that appends nothing has no place of its own.
            uses = uses if any(n for _, _, n in parts) else []
            commands.append((process, command(*made, guards=tuple(uses))))
            if all(off == 0 for _, off, _ in parts):
                versions.update({name: versions[name] + n for name, _, n in parts})
        return commands

    def run(self, doing: Awaitable[Any]) -> Any:
        async def bounded() -> Any:
            async with asyncio.timeout(PATIENCE):
                return await doing

        return self.runner.run(bounded())


def to_send_again(commands: list[Submission]) -> Any:
    return multiple(*(appended for _, appended in commands))


@pytest.mark.timeout(3600)  # every step is bounded by itself
def test_the_log_is_a_list_whatever_its_processes_do(
    another_database: Callable[[], AbstractContextManager[str]], long: bool
) -> None:
    class OnThisServer(LogOfTwoProcesses):
        database = staticmethod(another_database)

    bounded = settings(
        max_examples=500 if long else 10,
        stateful_step_count=50,
        derandomize=not long,
        deadline=None,
        # Making a failing run shorter takes minutes on a real database.
        phases=[Phase.generate, Phase.shrink] if long else [Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(OnThisServer, settings=bounded)
