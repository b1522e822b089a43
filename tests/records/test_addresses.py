"""Whom the service turned away most, in bounded memory, however many there are."""

from hypothesis import given
from hypothesis import strategies as st

from onering.records.addresses import Addresses


def test_a_few_addresses_are_counted_exactly_and_most_first() -> None:
    addresses = Addresses(10)
    for address in ("a", "b", "b", "c", "b", "c"):
        addresses.count(address)
    counted = addresses.taken(2)
    assert counted is not None
    assert [(told.address, told.refused) for told in counted.top] == [("b", 3), ("c", 2)]
    assert (counted.refused, counted.others) == (6, 1)
    assert addresses.taken(2) is None


def test_whoever_comes_often_is_found_among_ten_thousand_who_come_once() -> None:
    addresses = Addresses(100)
    for n in range(10_000):
        addresses.count(str(n))
        if n % 10 == 0:
            addresses.count("often")
        assert len(addresses) <= 100
    counted = addresses.taken(20)
    assert counted is not None
    assert counted.top[0].address == "often"
    assert len(counted.top) <= 20
    assert counted.refused == 11_000 == counted.others + sum(told.refused for told in counted.top)


@given(st.lists(st.integers(0, 20), min_size=1), st.integers(1, 6))
def test_no_count_is_above_the_truth_nor_below_it_by_more_than_its_share(came: list[int], most: int) -> None:
    addresses = Addresses(most)
    for number in came:
        addresses.count(str(number))
    counted = addresses.taken(most)
    assert counted is not None
    told = {address.address: address.refused for address in counted.top}
    for number in set(came):
        truth = came.count(number)
        assert truth - len(came) / (most + 1) <= told.get(str(number), 0) <= truth
