"""How far each person's own writes went: what their reads must reflect."""

from onering.http.acknowledged import Acknowledged


def test_a_person_reads_from_their_newest_position_on() -> None:
    acknowledged = Acknowledged()
    acknowledged.note("alice", 5)
    acknowledged.note("bob", 7)
    assert (acknowledged.of("alice"), acknowledged.of("bob"), acknowledged.of("carol")) == (5, 7, 0)


def test_an_old_position_that_is_acknowledged_again_takes_nobody_back() -> None:
    acknowledged = Acknowledged()
    acknowledged.note("alice", 9)
    acknowledged.note("alice", 3)
    assert acknowledged.of("alice") == 9


def test_whoever_was_forgotten_reads_from_the_newest_forgotten_position_on() -> None:
    acknowledged = Acknowledged(entries=2)
    for position, name in enumerate(("alice", "bob", "carol", "dave"), start=1):
        acknowledged.note(name, position)
    assert [acknowledged.of(name) for name in ("alice", "bob", "carol", "dave")] == [2, 2, 3, 4]


def test_a_retry_of_somebody_who_was_forgotten_does_not_take_them_back() -> None:
    acknowledged = Acknowledged(entries=1)
    acknowledged.note("alice", 9)
    acknowledged.note("bob", 10)
    acknowledged.note("alice", 3)
    assert acknowledged.of("alice") >= 9


def test_whoever_wrote_last_is_forgotten_last() -> None:
    acknowledged = Acknowledged(entries=2)
    for name, position in (("alice", 1), ("bob", 2), ("alice", 3), ("carol", 4)):
        acknowledged.note(name, position)
    assert (acknowledged.of("alice"), acknowledged.of("bob")) == (3, 2)


def test_positions_of_a_log_that_was_rewound_mean_nothing() -> None:
    acknowledged = Acknowledged(entries=1)
    acknowledged.note("alice", 1)
    acknowledged.note("bob", 2)
    acknowledged.forget()
    assert (acknowledged.of("alice"), acknowledged.of("bob")) == (0, 0)
