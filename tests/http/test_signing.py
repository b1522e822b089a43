"""Whether the log is signed is told to whoever runs the service, and what is written is served all the same."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from onering.proofs.notes import opened
from tests.proofs.signed_log import cut, signed_log, until
from tests.serving import Person, Service, serving


async def standing(service: Service) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (await service.client().get("/readyz")).json()["signing"]
    return found


async def measured(service: Service) -> dict[str, float]:
    """Return what Prometheus is told of signing."""
    text = (await service.client().get("/metrics")).text
    families = text_string_to_metric_families(text)
    return {s.name: s.value for family in families for s in family.samples if s.name.startswith("onering_sign")}


async def _signed_to(service: Service, head: int) -> bool:
    return bool((await standing(service))["size"] == head)


async def all_signed(service: Service) -> bool:
    found = await standing(service)
    return found["lag"] == 0 and found["size"] > 0


async def test_what_people_write_is_signed_and_how_far_is_told(app_dsn: str, tmp_path: Path) -> None:
    async with (
        signed_log(app_dsn, tmp_path / "keys") as log,
        serving(app_dsn, keys=log.path, checkpoint_seconds=0.02) as service,
    ):
        await Person(service.client("alice")).create()
        # The draft, and that she signed in, which is recorded beside her request.
        await until(lambda: _signed_to(service, 4))
        head = await log.head()
        found = await standing(service)
        assert found == {"state": "on", "origin": "example.com/log", "size": head, "lag": 0, "detail": None}
        told = await measured(service)
        assert 0 <= told.pop("onering_signed_age_seconds") < 60
        assert told == {"onering_signed_events": head, "onering_signed_lag_events": 0, "onering_signing_refused": 0}


async def test_before_a_process_ends_everything_is_signed(app_dsn: str, tmp_path: Path) -> None:
    async with signed_log(app_dsn, tmp_path / "keys") as log:
        async with serving(app_dsn, keys=log.path, checkpoint_seconds=3600) as service:
            alice = Person(service.client("alice"))
            await asyncio.gather(*[alice.create() for _ in range(20)])
            await service.process.drain()
            newest = await log.newest()
        assert newest.size == await log.head()
        assert opened(newest.note, log.pinned()).size == newest.size


async def test_a_service_that_refuses_to_sign_goes_on_serving(app_dsn: str, tmp_path: Path, owner: Any) -> None:
    async with signed_log(app_dsn, tmp_path / "keys") as log:
        async with serving(app_dsn, keys=log.path, checkpoint_seconds=0.02) as service:
            await Person(service.client("alice")).create()
            await until(lambda: all_signed(service))
        await cut(owner, 1)
        async with serving(app_dsn, keys=log.path, checkpoint_seconds=0.02) as service:
            await until(lambda: _refused(service))
            found = await standing(service)
            assert found["detail"].startswith("refused: the log has")
            assert (await measured(service))["onering_signing_refused"] == 1
            await Person(service.client("bob")).create()


async def _refused(service: Service) -> bool:
    return bool((await standing(service))["state"] == "refused")


async def test_a_service_without_a_key_says_so(app_dsn: str, tmp_path: Path) -> None:
    async with serving(app_dsn, keys=tmp_path / "none") as service:
        found = await standing(service)
        assert (found["state"], found["size"]) == ("unsigned", 0)
        assert "`onering keys new` makes one" in found["detail"]


async def test_a_service_that_is_not_to_sign_says_so(app_dsn: str, tmp_path: Path) -> None:
    async with signed_log(app_dsn, tmp_path / "keys") as log:
        async with serving(app_dsn, keys=log.path, sign="off", checkpoint_seconds=0.02) as service:
            assert (await standing(service))["state"] == "off"
            await service.process.drain()
        assert (await log.newest()).size == 0
