"""docs/LIVE.md is true: its client works, its tables name what the code names."""

import asyncio
import inspect
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import orjson

from onering.domain.events import EVENT_TYPES
from onering.live import ends, frames, messages
from onering.live.ends import End
from onering.live.limits import Limits
from onering.log.wire import encode_event
from onering.settings import Settings
from tests.live.serving import eventually, private, serving

DOCUMENT = (Path(__file__).parents[2] / "docs" / "LIVE.md").read_text(encoding="utf-8")

NOW = datetime.now(UTC)
SAID = [
    frames.welcome(
        connection_id=uuid4(),
        draft_id=uuid4(),
        user_id=None,
        epoch="e",
        start=1,
        head=2,
        mode="resume",
        heartbeat_seconds=25,
        token_expires_at=NOW,
    ),
    frames.snapshot(1, {}),
    frames.events([b"{}"]),
    frames.live(1),
    frames.ping(1),
    frames.pong(1),
    frames.people({"bob": "Bob"}),
    frames.presence(mode="state", people=[], left=[], count=0, anonymous=0),
    frames.typing("bob", 6.0),
    frames.token_expiring(NOW),
    frames.token_accepted(NOW),
    frames.goaway("restart", 3.0),
    frames.error("code", "message", retry=True),
]


def _rows(after, before):
    """Return the rows of the table between two texts, without its head."""
    part = DOCUMENT.partition(after)[2].partition(before)[0]
    rows = [re.split(r"\s*\|\s*", line)[1:-1] for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


def _names(cell):
    return re.findall(r"`(\w+)`", cell)


def test_the_table_of_server_frames_has_every_frame_and_field():
    table = {_names(kind)[0]: _names(names) for kind, names, _ in _rows("The server says:", "You say:")}
    said = {}
    for frame in SAID:
        message = orjson.loads(frames.text_of(frame))
        kind, *rest = message
        assert kind == "type"
        said[message["type"]] = rest
    assert table == said
    made = [
        f
        for name, f in inspect.getmembers(frames, inspect.isfunction)
        if inspect.signature(f).return_annotation is bytes
    ]
    assert {f.__name__ for f in made} - {"text_frame", "_frame"} == set(said)


def test_the_table_of_client_messages_has_every_message_and_field():
    table = {row[0].strip("` "): _names(row[1]) for row in _rows("You say:", "An event,")}
    known = {
        kind for kind in table if not isinstance(messages.parse(f'{{"type":"{kind}","token":"t"}}'), messages.Ignored)
    }
    assert known == set(table)
    hello = messages.parse('{"type":"hello","token":"t","after":1,"epoch":"e","mode":"events"}')
    assert hello == messages.Hello("t", 1, "e", True)
    assert table["hello"] == ["token", "after", "epoch", "mode"]


async def test_the_table_of_an_event_has_every_field(server):
    draft = await private(server)
    event = orjson.loads(encode_event(server.node.seen[-1], lambda issuer, subject: subject))
    table = [name for row in _rows("An event, in bytes", "## Server-Sent Events") for name in _names(row[0])]
    assert sorted(table) == sorted(event)
    assert event["draft_id"] == str(draft)
    assert set(_names(_rows("An event, in bytes", "## Server-Sent Events")[0][1])) == set(EVENT_TYPES)


def test_the_table_of_close_codes_has_every_end():
    declared = {(end.close_code, end.status) for end in vars(ends).values() if isinstance(end, End)}
    table = {}
    for codes, status, *_ in _rows("## Close codes", "## Limits"):
        for code in re.findall(r"\d+", codes):
            table[int(code)] = int(status) if status.strip() else None
    # The server stack closes an oversized message itself.
    assert {code for code, _ in declared} | {1001, 1006, 1009} == set(table)
    for code, status in declared:
        assert status in (None, table[code])
    assert all(table[code] in {s for c, s in declared if c == code} | {None} for code in table)


def test_the_table_of_limits_has_every_limit_with_its_default():
    table = {_names(name)[0]: float(default) for name, default, _ in _rows("## Limits", "## How it works")}
    limits = {f"ONERING_{field.name.upper()}": field.default for field in fields(Limits)}
    assert table == limits
    assert limits == {
        f"ONERING_{name.upper()}": field.default
        for name, field in Settings.model_fields.items()
        if name in Limits.__dataclass_fields__
    }


async def test_the_client_of_the_page_observes_everything_across_a_restart(app_dsn):
    names = {}
    exec(re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)[1], names)
    seen, snapshots = [], []

    async def apply_snapshot(version, draft):
        snapshots.append(version)

    async def apply_event(event):
        seen.append(event["version"])

    async with serving(app_dsn) as other:
        draft = await private(other, "bob")
        async with serving(app_dsn) as first:
            port, url = first.port, first.url(draft)

            async def get_token():
                return first.token("bob")

            following = asyncio.ensure_future(names["follow"](url, get_token, apply_snapshot, apply_event))
            await eventually(lambda: first.hub.joins)
            await other.node.add(draft)
            await eventually(lambda: seen == [3])
            await first.hub.drain()
        await other.node.add(draft)
        async with serving(app_dsn, port=port) as again:
            await eventually(lambda: seen == [3, 4])
            await again.node.add(draft)
            await eventually(lambda: seen == [3, 4, 5])
            await again.node.take_out(draft, "bob")
            assert await asyncio.wait_for(following, 10) == 4403
            assert again.hub.joins == {"resume": 1}
    assert (snapshots, seen) == ([2], [3, 4, 5, 6])


async def test_the_client_of_the_page_outlives_a_broken_handshake_and_heeds_a_refused_one():
    """As when a worker is killed in the middle, or a proxy answers for a service that restarts."""
    names = {}
    exec(re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)[1], names)
    answers = [b"", b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"HTTP/1.1 404 Not Found\r\n\r\n"]

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        writer.close()

    async def get_token():
        return None

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        code = await asyncio.wait_for(names["follow"](f"ws://127.0.0.1:{port}/", get_token, None, None), 30)
    assert code == 4404
    assert not answers
