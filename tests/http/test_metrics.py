"""Prometheus is told what happens and how it stands, nothing of anybody's, and only who may ask."""

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from onering.auth.boot import UnsafeConfiguration, check
from onering.auth.faults import Forbidden
from onering.http.call import Call
from onering.http.faults import NoSuchRoute
from onering.http.metrics import Metrics
from onering.instruments import BATCH, Distribution
from onering.metrics import readings
from onering.settings import Settings
from tests.http.checks import check_problem
from tests.serving import Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATIONS = (Path(__file__).parents[2] / "docs" / "OPERATIONS.md").read_text("utf-8")
TOKEN = "t" * 32


def of(name: str, **labels: str) -> str:
    return name + (json.dumps(labels, sort_keys=True) if labels else "")


async def samples(service: Service) -> dict[str, float]:
    """Return every sample by its name and labels as they are written, the worker left out."""
    answer = await service.client().get("/metrics")
    assert answer.status_code == 200, answer.text
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if name != "worker"}
            found[of(sample.name, **labels)] = sample.value
    return found


async def grown(service: Service, before: Mapping[str, float]) -> dict[str, float]:
    """Return what changed since."""
    return {
        name: value - before.get(name, 0.0)
        for name, value in (await samples(service)).items()
        if value != before.get(name, 0.0)
    }


class TestWhatIsTold:
    async def test_is_what_the_document_says(self, app_dsn: str) -> None:
        rows = re.findall(r"^\| `(onering_\w+)` \| (\w+) \| (.*?) \| (.*?) \|$", OPERATIONS, re.MULTILINE)
        documented = {name: (kind, set(re.findall(r"\w+", labels)), about) for name, kind, labels, about in rows}
        async with serving(app_dsn, rate_limit="on") as service:
            await Person(service.client("alice")).create()
            answer = await service.client().get("/metrics")
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        told = {}
        for family in text_string_to_metric_families(answer.text):
            name = family.name + ("_total" if family.type == "counter" else "")
            labels = {label for sample in family.samples for label in sample.labels} - {"worker", "le"}
            told[name] = (family.type, labels, family.documentation)
        ours = {name: said for name, said in told.items() if name.startswith("onering_")}
        assert documented
        assert set(documented) == set(ours)
        for name, (kind, labels, about) in documented.items():
            assert (ours[name][0], ours[name][2]) == (kind, about), name
            # One that has no samples yet has no labels either.
            assert ours[name][1] in (labels, set()), name
        assert {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"} <= set(told)

    async def test_every_alert_asks_for_what_there_is(self) -> None:
        rules = OPERATIONS.partition("### Alerts")[2]
        asked = re.findall(r"onering_[a-z_]+", rules)
        documented = set(re.findall(r"^\| `(onering_\w+)`", OPERATIONS, re.MULTILINE))
        assert len(asked) >= 9
        assert {name.removesuffix("_bucket") for name in asked} <= documented

    async def test_a_command_is_counted_by_type_and_outcome(self, service: Service, alice: Person) -> None:
        draft = await alice.create()
        before = await samples(service)
        await alice.submit("add-segment", "counted", draft_id=draft, content="x")
        await alice.submit("add-segment", "counted", draft_id=draft, content="x")
        await alice.submit("add-segment", draft_id=str(uuid4()), content="x")
        await alice.submit("sing", draft_id=draft)
        change = await grown(service, before)
        told = {name: count for name, count in change.items() if name.startswith("onering_commands_total")}
        assert told == {
            of("onering_commands_total", type="add-segment", outcome="accepted"): 1,
            of("onering_commands_total", type="add-segment", outcome="repeated"): 1,
            of("onering_commands_total", type="add-segment", outcome="not_found"): 1,
            of("onering_commands_total", type="unknown", outcome="validation_error"): 1,
        }
        assert change["onering_append_batch_commands_count"] == change["onering_append_commit_duration_seconds_count"]
        assert change["onering_append_batch_commands_sum"] == 2
        assert change["onering_append_commit_duration_seconds_sum"] > 0
        assert change["onering_tail_position"] == 1

    async def test_a_request_is_timed_by_the_template_of_its_route(self, service: Service, alice: Person) -> None:
        draft = await alice.create()
        before = await samples(service)
        await alice.draft(draft)
        await alice.draft(str(uuid4()))
        await alice.http.get(f"/nowhere/{draft}")
        await alice.http.request("PROPFIND", "/v1/config")
        change = await grown(service, before)
        counted = "onering_http_request_duration_seconds_count"
        template = "/v1/collab/drafts/{draft_id}"
        told = {name: count for name, count in change.items() if name.startswith(counted)}
        assert told == {
            of(counted, method="GET", route=template, status="2xx"): 1,
            of(counted, method="GET", route=template, status="4xx"): 1,
            of(counted, method="GET", route="none", status="4xx"): 1,
            of(counted, method="other", route="/v1/config", status="4xx"): 1,
            of(counted, method="GET", route="/metrics", status="2xx"): 1,
        }

    async def test_sockets_are_counted_by_state_mode_and_close_code(self, service: Service, alice: Person) -> None:
        draft = await alice.create()
        before = await samples(service)
        url = f"ws://127.0.0.1:{service.port}/v1/ws/drafts/{draft}"
        async with connect(url) as silent, connect(url, additional_headers={"X-User-Id": "alice"}) as reader:
            while json.loads(await reader.recv())["type"] != "live":
                pass
            change = await grown(service, before)
            assert change[of("onering_live_sockets", state="live")] == 1
            assert change[of("onering_live_sockets", state="joining")] == 1
            assert change[of("onering_live_joins_total", mode="snapshot")] == 1
            assert change["onering_live_feeds"] == 1
            assert "onering_live_reader_lag_events" not in change
            await silent.send("nonsense")
            await silent.wait_closed()
        async with asyncio.timeout(10):
            while service.process.hub.sockets:
                await asyncio.sleep(0.001)
        change = await grown(service, before)
        assert change[of("onering_live_closes_total", code="4400")] == 1
        assert change[of("onering_live_closes_total", code="1000")] == 1
        assert of("onering_live_sockets", state="live") not in change

    async def test_a_refused_token_is_counted_by_its_reason(self, service: Service) -> None:
        before = await samples(service)
        await service.client(Authorization="Bearer x.y.z").get("/v1/collab/drafts")
        (told,) = [n for n in await grown(service, before) if n.startswith("onering_token_refusals_total")]
        assert json.loads(told.removeprefix("onering_token_refusals_total"))["reason"]

    async def test_it_says_how_far_everything_is(self, service: Service, alice: Person) -> None:
        await alice.create()
        told = await samples(service)
        assert told["onering_tail_connected"] == told["onering_database_reachable"] == 1
        assert told["onering_tail_position"] > 0
        assert told["onering_append_waiting_commands"] == told["onering_tail_lag_events"] == 0
        for model in (await service.client().get("/readyz")).json()["projections"]:
            label = {"projection": model["name"]}
            assert told[of("onering_projection_stuck", **label)] == 0
            assert told[of("onering_projection_leading", **label)] in (0, 1)
            assert told[of("onering_projection_position", **label)] <= model["position"]

    async def test_without_a_database_it_says_what_it_knows(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(*_: Any) -> int:
            raise asyncpg.InterfaceError("away")

        monkeypatch.setattr(readings, "head", away)
        told = await samples(service)
        assert told["onering_database_reachable"] == 0
        assert "onering_tail_position" in told
        assert not [name for name in told if name.startswith(("onering_projection", "onering_tail_lag"))]

    async def test_nothing_of_anybody_is_in_it(self, service: Service, somebody: Person) -> None:
        draft = await somebody.create(title="A secret walk", initial_segment="We left at dawn.")
        await somebody.let_in(draft, "zoe-the-guest")
        await somebody.http.get(f"/v1/collab/drafts/{draft}/nothing?x=zoe-the-guest")
        await somebody.http.request(f"X-{draft}", f"/{draft}")
        text = (await service.client().get("/metrics")).text
        for private in (draft, "zoe", "secret", "dawn", somebody.http.headers["x-user-id"]):
            assert private not in text


async def test_a_distribution_counts_up_to_and_including_each_bound() -> None:
    counted = Distribution(BATCH)
    for value in (1, 1, 2, 3, 1000, 1001):
        counted.observe(value)
    buckets = dict(counted.buckets())
    assert (buckets["1.0"], buckets["2.0"], buckets["4.0"], buckets["256.0"]) == (2, 3, 4, 4)
    assert (buckets["1000.0"], buckets["+Inf"], counted.sum) == (5, 6, 2008)


async def answered(
    audience: Any = "loopback", token: str | None = None, client: str | None = "127.0.0.1", **headers: str
) -> str:
    """Return what a caller at that address is told: the text, or the fault's name."""
    fields = {"host": "127.0.0.1:8000", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in fields.items()],
        "client": client and (client, 1),
    }

    async def gathered() -> bytes:
        return b"metrics"

    call = Call(scope, None, limit=1, depth=1, seconds=1)  # type: ignore[arg-type]
    try:
        return (await Metrics(gathered, audience, token).answer(call)).body.decode()
    except (Forbidden, NoSuchRoute) as fault:
        return type(fault).__name__


class TestWhoMayAsk:
    @pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
    async def test_callers_on_this_machine_may(self, client: str) -> None:
        assert await answered(client=client) == "metrics"
        assert await answered(client=client, host="localhost") == "metrics"

    @pytest.mark.parametrize("client", ["10.0.0.1", "192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "", "unix", None])
    async def test_others_may_not(self, client: str | None) -> None:
        assert await answered(client=client) == "Forbidden"

    @pytest.mark.parametrize(
        "headers",
        [
            {"x_forwarded_for": "127.0.0.1"},
            {"forwarded": "for=127.0.0.1"},
            {"via": "1.1 proxy"},
            {"x_real_ip": "127.0.0.1"},
            {"x_forwarded_host": "localhost"},
            {"host": "onering.example.com"},
            {"host": "rebound.example.com:8000"},
        ],
    )
    async def test_whoever_comes_by_a_proxy_or_another_name_is_another(self, headers: dict[str, str]) -> None:
        assert await answered(**headers) == "Forbidden"

    async def test_anybody_may_where_it_is_public_and_nobody_where_it_is_off(self) -> None:
        assert await answered("public", client="192.0.2.7", host="onering.example.com") == "metrics"
        assert await answered("off") == "NoSuchRoute"

    @pytest.mark.parametrize("audience", ["loopback", "off"])
    async def test_whoever_has_the_secret_may_from_anywhere(self, audience: str) -> None:
        refused = "Forbidden" if audience == "loopback" else "NoSuchRoute"
        for given in (f"Bearer {TOKEN}", f"bearer {TOKEN}"):
            assert await answered(audience, TOKEN, "192.0.2.7", authorization=given) == "metrics"
        for given in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer", TOKEN, "Bearer ü"):
            assert await answered(audience, TOKEN, "192.0.2.7", authorization=given) == refused
        assert await answered(audience, None, "192.0.2.7", authorization="Bearer ") == refused

    async def test_a_short_secret_is_not_started_with(self) -> None:
        with pytest.raises(UnsafeConfiguration, match="ONERING_METRICS_TOKEN is shorter than 32 bytes"):
            check(Settings.model_validate({"metrics_token": "t" * 31}), development_secret=None)
        check(Settings.model_validate({"metrics_token": TOKEN}), development_secret=None)

    async def test_it_is_no_matter_of_signing_in(self, app_dsn: str) -> None:
        """The secret is nobody's token, and a token is no secret."""
        async with serving(app_dsn, metrics="off", metrics_token=TOKEN) as service:
            assert (await service.client(Authorization=f"Bearer {TOKEN}").get("/metrics")).status_code == 200
            check_problem(await service.client(Authorization="Bearer x.y.z").get("/metrics"), 404, "not_found")
            check_problem(await service.client("alice").get("/metrics"), 404, "not_found")
            refused = await service.client(Authorization=f"Bearer {TOKEN}").get("/v1/collab/drafts")
            check_problem(refused, 401, "unauthorized")
            check_problem(await service.client().post("/metrics"), 405, "method_not_allowed")
