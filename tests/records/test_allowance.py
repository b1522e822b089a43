"""How much is told of refusals: of each person and of all, and how many were not is never forgotten."""

from onering.records.allowance import Allowance

ALICE, BOB = ("issuer", "alice"), ("issuer", "bob")


def test_what_is_over_a_persons_minute_is_told_by_the_first_of_the_next() -> None:
    allowance = Allowance(per_minute=2, per_second=100)
    assert [allowance.take(ALICE, now) for now in (0, 1, 2, 3)] == [0, 0, None, None]
    assert allowance.take(BOB, 3) == 0
    assert [allowance.take(ALICE, now) for now in (59, 60, 61)] == [None, 3, 0]


def test_all_together_are_told_so_many_a_second_and_none_is_forgotten() -> None:
    allowance = Allowance(per_minute=100, per_second=3)
    told = [allowance.take(("issuer", str(n)), 0.5) for n in range(5)]
    assert told == [0, 0, 0, None, None]
    assert [allowance.take(("issuer", str(n)), 1.6) for n in range(3, 5)] == [1, 1]


def test_what_was_to_be_told_and_was_lost_is_told_by_the_next() -> None:
    allowance = Allowance(per_minute=5, per_second=5)
    assert allowance.take(ALICE, 0) == 0
    allowance.lost(ALICE, 1, 0)
    assert [allowance.take(ALICE, 1), allowance.take(ALICE, 1)] == [1, 0]


def test_whoever_was_refused_long_ago_makes_room_for_others() -> None:
    allowance = Allowance(per_minute=1, per_second=1000, people=2)
    for name in ("a", "b", "a", "c"):
        allowance.take(("issuer", name), 0)
    assert allowance.take(("issuer", "a"), 0) is None
    assert allowance.take(("issuer", "b"), 0) == 0


def test_nothing_is_told_where_nothing_may_be() -> None:
    assert Allowance(per_minute=0, per_second=1).take(ALICE, 0) is None
    assert Allowance(per_minute=1, per_second=0).take(ALICE, 0) is None
