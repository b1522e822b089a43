"""Several workers on one port answer Prometheus as one service."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.parser import text_string_to_metric_families

from onering.metrics.exposition import Exposed, exposed
from onering.metrics.peers import Peers, Place
from onering.service.folders import DataFolder
from tests.service.serving import Service, create_draft, wait_until


def commands(service: Service) -> dict[str, float]:
    """Return how many drafts each worker created, as one of them answers for all."""
    text = httpx.get(f"{service.url}/metrics").text
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "onering_tail_connected":
                found.setdefault(sample.labels["worker"], 0.0)
            if sample.name == "onering_commands_total" and sample.labels["outcome"] == "accepted":
                found[sample.labels["worker"]] = sample.value
    return found


def test_whichever_worker_is_asked_answers_for_both(start: Callable[..., Service], folder: DataFolder) -> None:
    service = start("--port", "0", "--data", str(folder.path), "--workers", "2").ready()
    wait_until(lambda: set(commands(service)) == {"1", "2"}, "both workers")
    created = 0
    with ThreadPoolExecutor(8) as people:
        while not all(commands(service).values()):
            created += len(list(people.map(lambda _: create_draft(service.url), range(8))))
        asked = list(people.map(lambda _: sum(commands(service).values()), range(8)))
    assert asked == [created] * 8
    assert service.stop() == 0


async def one(worker: int) -> Exposed:
    return exposed([CounterMetricFamily("onering_x", "Xs.", value=worker)], worker)


async def hangs() -> Exposed:
    await asyncio.Event().wait()
    raise AssertionError


async def test_samples_of_a_family_stand_together(tmp_path: Path) -> None:
    peers = [Peers(Place(n, tmp_path), lambda n=n: one(n)) for n in (1, 2)]  # type: ignore[misc]
    async with peers[0].answering(), peers[1].answering():
        for peer in peers:
            lines = (await peer.gathered()).decode().splitlines()
            assert lines[:2] == ["# HELP onering_x_total Xs.", "# TYPE onering_x_total counter"]
            assert sorted(lines[2:4]) == ['onering_x_total{worker="1"} 1.0', 'onering_x_total{worker="2"} 2.0']
            assert lines[-1] == f'onering_workers_silent{{worker="{peers.index(peer) + 1}"}} 0.0'
    assert os.listdir(tmp_path) == []


async def test_one_that_hangs_or_died_costs_the_others_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onering.metrics.peers.PATIENCE_SECONDS", 0.05)
    hanging, alive = Peers(Place(1, tmp_path), hangs), Peers(Place(2, tmp_path), lambda: one(2))
    async with hanging.answering(), alive.answering():
        (tmp_path / "3").touch()
        lines = (await alive.gathered()).decode().splitlines()
    assert 'onering_x_total{worker="2"} 2.0' in lines
    assert lines[-1].endswith(" 2.0")


async def test_without_a_folder_to_meet_in_a_worker_answers_for_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for place in (Place(), Place(1, tmp_path / "gone"), Place(1, tmp_path / ("x" * 120))):
        peers = Peers(place, lambda: one(1))
        async with peers.answering():
            assert b'onering_x_total{worker="1"} 1.0' in await peers.gathered()
    assert caplog.text.count("can be read from itself alone") == 2
