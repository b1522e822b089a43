"""The arithmetic of limits, without clock or database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onering.limits.gcra import MINUTE, Rate, Verdict, granted, verdict, verdicts

COMMANDS = Rate("commands", 60, 15)
SECOND = 1_000_000

rates = st.builds(Rate, st.just("any"), st.integers(1, 100_000), st.integers(1, 1000))


class Bucket:
    """One caller's, at a clock that the test moves."""

    def __init__(self, rate: Rate) -> None:
        self.rate, self.now, self.tat = rate, 0, 0

    def take(self, asked: int = 1) -> Verdict:
        debt = max(self.tat - self.now, 0)
        given = granted(self.rate, debt, asked)
        self.tat = self.now + debt + given * self.rate.step
        return verdict(self.rate, given, self.tat - self.now)


def test_the_burst_passes_at_once_and_not_one_more() -> None:
    bucket = Bucket(COMMANDS)
    taken = [bucket.take() for _ in range(16)]
    assert [one.granted for one in taken] == [1] * 15 + [0]
    assert [one.remaining for one in taken] == [*range(14, -1, -1), 0]


def test_whoever_waits_as_told_gets_one_and_a_microsecond_less_is_too_little() -> None:
    bucket = Bucket(COMMANDS)
    bucket.take(15)
    wait = bucket.take().wait
    assert wait == SECOND
    bucket.now += wait - 1
    assert bucket.take() == (0, 0, 1)
    bucket.now += 1
    assert bucket.take() == (1, 0, SECOND)


def test_at_most_the_burst_and_a_minutes_worth_pass_in_any_minute() -> None:
    bucket = Bucket(COMMANDS)
    passed = []
    for _ in range(3 * 60 * 10):
        passed += [bucket.now] * bucket.take(5).granted
        bucket.now += SECOND // 10
    for start in passed:
        assert sum(start <= at < start + MINUTE for at in passed) <= 75


def test_many_at_once_get_what_there_is() -> None:
    bucket = Bucket(COMMANDS)
    assert bucket.take(10).granted == 10
    assert bucket.take(10).granted == 5
    assert bucket.take(10).granted == 0


def test_a_caller_without_debt_waits_for_nothing() -> None:
    assert verdict(COMMANDS, 0, 0) == (0, 15, 0)


def test_a_debt_above_the_burst_of_limits_that_were_lowered_is_waited_for() -> None:
    assert granted(COMMANDS, 100 * SECOND, 1) == 0
    assert verdict(COMMANDS, 0, 100 * SECOND) == (0, 0, 86 * SECOND)


@given(rates, st.lists(st.tuples(st.integers(0, 2 * MINUTE), st.integers(1, 50)), max_size=60))
def test_no_minute_has_more_than_the_burst_and_the_rate(rate: Rate, asks: list[tuple[int, int]]) -> None:
    bucket = Bucket(rate)
    passed: list[tuple[int, int]] = []
    for pause, asked in asks:
        bucket.now += pause
        passed.append((bucket.now, bucket.take(asked).granted))
    for start, _ in passed:
        assert sum(number for at, number in passed if start <= at < start + MINUTE) <= rate.burst + rate.per_minute


@given(rates, st.integers(0, 10 * MINUTE))
def test_what_a_verdict_says_can_be_had_and_nothing_more(rate: Rate, debt: int) -> None:
    told = verdict(rate, 0, debt)
    assert granted(rate, debt, 2 * rate.burst) == told.remaining
    if told.wait:
        assert granted(rate, debt - told.wait, 2 * rate.burst) == told.remaining + 1
        assert granted(rate, debt - told.wait + 1, 2 * rate.burst) == told.remaining
    else:
        assert told.remaining == rate.burst


@given(rates, st.integers(0, MINUTE), st.lists(st.integers(1, 20), min_size=1, max_size=10))
def test_those_who_ask_together_get_what_they_would_get_one_after_the_other(
    rate: Rate, debt: int, asks: list[int]
) -> None:
    bucket = Bucket(rate)
    bucket.tat = debt
    given = granted(rate, debt, sum(asks))
    together = verdicts(rate, given, debt + given * rate.step, asks)
    assert together == [bucket.take(asked) for asked in asks]


@pytest.mark.parametrize(("per_minute", "step"), [(60, SECOND), (7, 8_571_429), (60_000_000, 1)])
def test_a_step_is_never_too_short(per_minute: int, step: int) -> None:
    assert Rate("any", per_minute, 1).step == step
