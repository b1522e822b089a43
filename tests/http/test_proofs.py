"""Proofs over HTTP: files that prove single events, and the tree as any client of transparency logs reads it."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from jose import jwt

from onering.auth.development import ISSUER, KID
from onering.auth.principals import organisation_workspace
from onering.domain.system import LogKeyAdded, LogOpened
from onering.log.leaf import leaf, payload_hash
from onering.proofs.merkle import verify_consistency, verify_inclusion
from onering.proofs.notes import Checkpoint, SigningKey, opened
from onering.replay.lines import decoded
from onering.system import record
from tests.http.checks import check_problem, shared_draft, signed_in
from tests.proofs.by_hand import ORIGIN, new_key, sign
from tests.proofs.client import ProofFile, TileClient, read_proof
from tests.serving import SECRET, Person, Service, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = new_key()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(shared_dsn: str) -> AsyncIterator[Service]:
    async with serving(shared_dsn, auditors=("ida",), anonymous_read=False, read_wait=10.0) as service:
        yield service


class Signer:
    """Signs what is in the log now."""

    def __init__(self, log: Any, key: SigningKey) -> None:
        self._log = log
        self._key = key

    async def sign(self) -> Checkpoint:
        return await sign(self._log, self._key)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def signer(log: Any) -> Signer:
    return Signer(log, KEY)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ida(service: Service) -> Person:
    """Return an auditor."""
    return await signed_in(service, "ida")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def many(alice: Person, signer: Signer) -> Checkpoint:
    """Return the checkpoint of a log that has full tiles."""
    draft = await alice.create()
    for _ in range(6):
        add = {"type": "add-segment", "draft_id": draft, "content": "On"}
        added = [add | {"idempotency_key": uuid4().hex} for _ in range(100)]
        assert (await alice.http.post("/v1/commands", json=added)).status_code == 200
    return await signer.sign()


def proof_of(draft: str, version: int) -> str:
    return f"/v1/collab/drafts/{draft}/events/{version}/proof"


def segment_proof(draft: str, segment: str) -> str:
    return f"/v1/collab/drafts/{draft}/segments/{segment}/proof"


async def proved(person: Person, path: str) -> dict[str, Any]:
    """Fetch a proof, verify it as somebody who has nothing but the file and the key, and return the event's line."""
    answer = await person.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return check(read_proof(answer.text))


def check(file: ProofFile) -> dict[str, Any]:
    checkpoint = opened(file.note, [KEY.verifier])
    record = decoded(file.extra)
    if record.event.payload is not None:
        assert payload_hash(record.salt or b"", record.event.payload) == record.payload_hash
    assert leaf(record.event, record.payload_hash) == record.leaf
    assert file.index == record.event.position - 1
    assert verify_inclusion(record.leaf, file.index, checkpoint.size, file.proof, checkpoint.root)
    line: dict[str, Any] = json.loads(file.extra)
    return line


def said(line: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(line["payload"])["data"]
    return data


def member(service: Service, user: str, organisation: str, role: str) -> Person:
    """Return somebody whose token names an organisation and a role in it."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": ISSUER, "sub": user, "iat": now, "exp": now + 600, "org_id": organisation, "org_role": role}
    token = jwt.encode(claims, SECRET, algorithm="HS256", headers={"kid": KID})
    return Person(service.client(Authorization=f"Bearer {token}"))


# ---------------------------------------------------------------------------------------------------------------------
# One event


async def test_an_event_is_proved_by_one_file_and_the_key(alice: Person, signer: Signer) -> None:
    draft = await alice.create(initial_segment="We left at dawn.")
    await signer.sign()
    line = await proved(alice, proof_of(draft, 2))
    assert (line["stream_id"], line["version"], line["subject"]) == (draft, 2, "alice")
    assert said(line)["content"] == "We left at dawn."
    answer = await alice.http.get(proof_of(draft, 2))
    assert answer.headers["content-disposition"] == f'attachment; filename="{draft}.2.tlog-proof"'
    size = opened(read_proof(answer.text).note, [KEY.verifier]).size
    assert answer.headers["onering-position"] == f"0.{size}"
    head = await alice.http.head(proof_of(draft, 2))
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(answer.content)))


async def test_every_event_of_a_log_with_full_tiles_is_proved(ida: Person, many: Checkpoint, nobody: Person) -> None:
    tiles = TileClient(nobody.http, KEY.verifier)
    assert await tiles.checkpoint() == many
    assert await tiles.root(many.size) == many.root
    for index in (0, 1, 255, 256, 300, 511, 512, many.size - 1):
        answer = await ida.http.get(f"/v1/audit/{index + 1}/proof")
        file = read_proof(answer.text)
        line = check(file)
        assert file.proof == await tiles.inclusion(index, many.size)
        assert line["leaf"] == (await tiles.leaf(index, many.size)).hex()


async def test_a_segments_proof_is_that_of_its_newest_text(alice: Person, signer: Signer) -> None:
    draft = await alice.create(initial_segment="It raned.")
    segment = (await alice.draft(draft)).json()["data"]["segments"][0]["segment_id"]
    await alice.add(draft, f"Not {segment}")
    await signer.sign()
    assert said(await proved(alice, segment_proof(draft, segment)))["content"] == "It raned."
    await alice.http.patch(f"/v1/collab/drafts/{draft}/segments/{segment}", json={"content": "It rained."})
    await signer.sign()
    line = await proved(alice, segment_proof(draft, segment.upper()))
    assert (line["type"], said(line)["content"]) == ("segment_amended", "It rained.")
    await alice.http.delete(f"/v1/collab/drafts/{draft}/segments/{segment}")
    await signer.sign()
    assert await proved(alice, segment_proof(draft, segment)) == line


async def test_what_was_erased_is_still_proved(alice: Person, signer: Signer, log: Any) -> None:
    draft = await alice.create(initial_segment="My secret")
    segment = (await alice.draft(draft)).json()["data"]["segments"][0]["segment_id"]
    await signer.sign()
    before = await proved(alice, proof_of(draft, 2))
    async with log.transaction():
        await log.execute("ALTER TABLE onering.events DISABLE TRIGGER events_never_change")
        await log.execute("UPDATE onering.events SET payload = NULL, salt = NULL WHERE stream_id = $1", draft)
        await log.execute("ALTER TABLE onering.events ENABLE ALWAYS TRIGGER events_never_change")
    line = await proved(alice, proof_of(draft, 2))
    assert line == before | {"payload": None, "salt": None}
    check_problem(await alice.http.get(segment_proof(draft, segment)), 404, "not_found")


async def test_members_and_auditors_get_proofs_and_nobody_else(
    alice: Person, bob: Person, eve: Person, ida: Person, nobody: Person, signer: Signer
) -> None:
    for visibility, refused in (("private", (404, "not_found")), ("public", (403, "forbidden"))):
        draft = await shared_draft(alice, viewer="bob", visibility=visibility, initial_segment="Once")
        segment = (await alice.draft(draft)).json()["data"]["segments"][0]["segment_id"]
        await signer.sign()
        for path in (proof_of(draft, 2), segment_proof(draft, segment)):
            for person in (alice, bob, ida):
                assert said(await proved(person, path))["content"] == "Once"
            check_problem(await eve.http.get(path), *refused)
            check_problem(await nobody.http.get(path), 401, "unauthorized")
    await alice.take_out(draft, "bob")
    check_problem(await bob.http.get(proof_of(draft, 2)), 403, "forbidden")


async def test_a_stranger_learns_nothing_of_what_there_is_to_prove(alice: Person, eve: Person, signer: Signer) -> None:
    draft = await alice.create(visibility="private")
    await signer.sign()
    there, not_there, no_draft = [
        check_problem(await eve.http.get(path), 404, "not_found")
        for path in (proof_of(draft, 1), proof_of(draft, 9), proof_of(str(uuid4()), 1))
    ]
    assert there["detail"] == not_there["detail"] == no_draft["detail"]


async def test_what_there_is_not_is_not_found(alice: Person, ida: Person, signer: Signer) -> None:
    draft, other = await alice.create(initial_segment="Once"), await alice.create()
    segment = (await alice.draft(draft)).json()["data"]["segments"][0]["segment_id"]
    invite = await alice.http.post(f"/v1/collab/drafts/{draft}/invites", json={"target_user_id": "carol"})
    await signer.sign()
    paths = [proof_of(draft, version) for version in (0, -1, 99, 2**31, 10**18)]
    paths += [f"/v1/collab/drafts/{draft}/events/{version}/proof" for version in ("02", "x", "1.0", "%31x")]
    paths += [segment_proof(draft, str(uuid4())), segment_proof(other, segment), segment_proof(draft, "x")]
    for path in paths:
        check_problem(await alice.http.get(path), 404, "not_found")
    unknown = [str(uuid4()), invite.json()["data"]["invite_id"]]
    for path in [proof_of(name, 1) for name in unknown] + [f"/v1/audit/{n}/proof" for n in ("0", "x", "7.1", 10**17)]:
        check_problem(await ida.http.get(path), 404, "not_found")


async def test_auditors_get_the_proof_of_any_event(ida: Person, alice: Person, nobody: Person, signer: Signer) -> None:
    await signer.sign()
    line = await proved(ida, "/v1/audit/0.1/proof")
    assert line == await proved(ida, "/v1/audit/1/proof")
    assert (line["position"], line["stream_type"]) == (1, "user")
    check_problem(await alice.http.get("/v1/audit/1/proof"), 403, "forbidden")
    check_problem(await nobody.http.get("/v1/audit/1/proof"), 401, "unauthorized")


async def test_an_organisations_auditor_gets_proofs_of_its_own_workspace_alone(
    service: Service, alice: Person, signer: Signer, log: Any
) -> None:
    writer = member(service, "wim", "acme", "org:member")
    own, foreign = await writer.create(), await alice.create()
    await signer.sign()
    auditor = member(service, "ada", "acme", "org:auditor")
    found = "SELECT position FROM onering.events WHERE stream_id = $1"
    line = await proved(auditor, f"/v1/audit/{await log.fetchval(found, own)}/proof")
    assert line["workspace_id"] == str(organisation_workspace(ISSUER, "acme"))
    answer = await auditor.http.get(f"/v1/audit/{await log.fetchval(found, foreign)}/proof")
    check_problem(answer, 404, "not_found")


async def test_a_proof_waits_for_the_signer(alice: Person, signer: Signer) -> None:
    draft = await alice.create()
    asked = [asyncio.create_task(proved(alice, proof_of(draft, 1))) for _ in range(5)]
    done, _ = await asyncio.wait(asked, timeout=0.2)
    assert not done
    await signer.sign()
    assert {line["stream_id"] for line in await asyncio.gather(*asked)} == {draft}


async def test_what_is_not_signed_in_time_can_be_asked_for_again(
    shared_dsn: str, signer: Signer, many: Checkpoint
) -> None:
    async with serving(shared_dsn, read_wait=0.1) as hasty:
        alice = Person(hasty.client("alice"))
        draft = await alice.create()
        position = (await alice.add(draft)).headers["onering-position"]
        newer = {"OneRing-Min-Position": position}
        for answer in (
            await alice.http.get(proof_of(draft, 1)),
            await alice.http.get("/v1/log/checkpoint", headers=newer),
            await alice.http.get("/v1/log/consistency?from=1", headers=newer),
        ):
            check_problem(answer, 503, "unavailable", "The log is not signed so far yet; try again shortly.")
            assert answer.headers["retry-after"] == "1"
        await signer.sign()
        await proved(alice, proof_of(draft, 1))


async def test_of_a_log_that_nobody_signs_nothing_is_proved(app_dsn: str) -> None:
    async with serving(app_dsn, auditors=("alice",)) as unsigned:
        alice = Person(unsigned.client("alice"))
        draft = await alice.create(initial_segment="Once")
        segment = (await alice.draft(draft)).json()["data"]["segments"][0]["segment_id"]
        paths = [proof_of(draft, 1), segment_proof(draft, segment), "/v1/audit/1/proof"]
        paths += [f"/v1/log/{path}" for path in ("checkpoint", "keys", "consistency?from=1", "tile/0/000.p/1")]
        for path in [*paths, "/v1/log/tile/entries/000.p/1"]:
            answer = await alice.http.get(path)
            check_problem(answer, 404, "not_found", "This log is not signed, so nothing of it can be proved.")
        assert (await alice.http.get("/v1/config")).json()["data"]["proofs"] is None


# ---------------------------------------------------------------------------------------------------------------------
# The tree


async def test_the_checkpoint_is_a_note_for_anybody_and_not_kept_for_long(
    nobody: Person, signer: Signer, many: Checkpoint
) -> None:
    checkpoint = await signer.sign()
    answer = await nobody.http.get("/v1/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert opened(answer.text, [KEY.verifier]) == checkpoint
    assert answer.headers.get_list("cache-control") == ["public, max-age=1"]
    assert answer.headers["onering-position"] == f"0.{checkpoint.size}"
    again = await nobody.http.get("/v1/log/checkpoint")
    assert again.headers["etag"] == answer.headers["etag"]
    head = await nobody.http.head("/v1/log/checkpoint")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])


async def test_a_checkpoint_can_be_asked_for_that_covers_ones_own_write(
    alice: Person, nobody: Person, signer: Signer
) -> None:
    position = (await alice.add(await alice.create())).headers["onering-position"]
    asked = asyncio.create_task(TileClient(nobody.http, KEY.verifier).checkpoint(position))
    done, _ = await asyncio.wait([asked], timeout=0.2)
    assert not done
    checkpoint = await signer.sign()
    assert await asked == checkpoint
    assert checkpoint.size >= int(position.partition(".")[2])


async def test_a_front_end_is_told_whose_log_it_is(nobody: Person, many: Checkpoint) -> None:
    async with asyncio.timeout(10):  # it is looked at again after a second
        while (await nobody.http.get("/v1/config")).json()["data"]["proofs"] != {"origin": ORIGIN}:
            await asyncio.sleep(0.05)


async def test_the_keys_that_sign_are_told_as_the_log_tells_of_them(nobody: Person, log: Any, many: Checkpoint) -> None:
    first, second, third = new_key(), new_key(), new_key()
    await record(log, LogOpened(origin=ORIGIN, key=str(first.verifier)), "ops")
    await record(log, LogKeyAdded(origin=ORIGIN, key=str(second.verifier)), "ops")
    signed: list[tuple[list[SigningKey], str]] = [
        ([first], f"{first.verifier}\n"),
        ([first, second], f"{first.verifier}\n{second.verifier}\n"),
        ([second, third], f"{second.verifier}\n"),
    ]
    for keys, told in signed:
        checkpoint = await sign(log, keys[0])
        await log.execute("UPDATE onering.checkpoints SET note = $1", checkpoint.signed(keys))
        answer = await nobody.http.get("/v1/log/keys")
        assert (answer.headers["content-type"], answer.text) == ("text/plain; charset=utf-8", told)
    await sign(log, third)
    problem = await nobody.http.get("/v1/log/keys")
    check_problem(problem, 404, "not_found", "The log does not tell of the keys that sign it.")


async def tile(person: Person, path: str) -> httpx.Response:
    return await person.http.get(f"/v1/log/tile/{path}")


async def test_tiles_are_for_anybody_and_for_ever(nobody: Person, many: Checkpoint) -> None:
    full, part, above = [await tile(nobody, path) for path in ("0/000", "0/000.p/7", "1/000.p/2")]
    for answer in (full, part, above):
        assert answer.status_code == 200
        assert answer.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"]
        assert answer.headers["content-type"] == "application/octet-stream"
    assert (len(full.content), part.content, len(above.content)) == (8192, full.content[: 7 * 32], 64)


async def test_nothing_is_told_that_was_not_signed(nobody: Person, alice: Person, signer: Signer) -> None:
    checkpoint = await signer.sign()
    await alice.create()
    number, width = divmod(checkpoint.size, 256)
    assert (await tile(nobody, f"0/{number:03}.p/{width}" if width else f"0/{number - 1:03}")).status_code == 200
    check_problem(await tile(nobody, f"0/{number:03}.p/{width + 1}"), 404, "not_found", "The log has no such tile.")
    beyond = await nobody.http.get(f"/v1/log/consistency?from=1&to={checkpoint.size + 1}")
    check_problem(beyond, 404, "not_found", "The newest checkpoint does not go so far.")
    await signer.sign()
    assert (await tile(nobody, f"0/{number:03}.p/{width + 1}")).status_code == 200


async def test_a_tree_that_is_not_complete_is_not_served(nobody: Person, many: Checkpoint, log: Any) -> None:
    removed = await log.fetchrow("DELETE FROM onering.tree WHERE level = 1 AND index = 1 RETURNING *")
    answers = [await tile(nobody, "1/000.p/2"), await nobody.http.get("/v1/log/consistency?from=256&to=512")]
    await log.execute("INSERT INTO onering.tree SELECT ($1::onering.tree).*", removed)
    for answer in answers:
        check_problem(answer, 503, "unavailable", "The tree of the log is not complete at the moment.")


async def test_consistency_is_proved_between_any_two_sizes(
    nobody: Person, alice: Person, many: Checkpoint, signer: Signer
) -> None:
    tiles = TileClient(nobody.http, KEY.verifier)
    await alice.create()
    newest = await signer.sign()
    for first, second in ((1, 2), (255, 256), (256, 512), (300, 513), (many.size, newest.size), (7, 7), (0, 5)):
        answer = await nobody.http.get("/v1/log/consistency", params={"from": first, "to": second})
        told = answer.json()["data"]
        assert (told["origin"], told["from"], told["to"]) == (ORIGIN, first, second)
        old, new = [await tiles.root(size) if size else sha256().digest() for size in (first, second)]
        assert verify_consistency(first, old, second, new, [b64decode(value) for value in told["hashes"]])
        assert opened(told["checkpoint"], [KEY.verifier]) == newest
    told = (await nobody.http.get(f"/v1/log/consistency?from={many.size}")).json()["data"]
    proof = [b64decode(value) for value in told["hashes"]]
    assert told["to"] == newest.size
    assert verify_consistency(many.size, many.root, newest.size, newest.root, proof)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "validation_error"),
        ("from=-1", 422, "validation_error"),
        ("from=x", 422, "validation_error"),
        ("from=1&from=1", 400, "validation_error"),
        ("from=3&to=2", 400, "validation_error"),
        ("from=9999999999", 404, "not_found"),
        ("from=1&to=9999999999", 404, "not_found"),
    ],
)
async def test_a_consistency_that_there_is_not_is_refused(
    nobody: Person, many: Checkpoint, query: str, status: int, code: str
) -> None:
    check_problem(await nobody.http.get(f"/v1/log/consistency?{query}"), status, code)


async def test_entries_hash_to_the_leaves_of_their_tile(ida: Person, many: Checkpoint) -> None:
    for path, width in (("000", 256), ("001.p/9", 9)):
        bundle, hashes = await tile(ida, f"entries/{path}"), (await tile(ida, f"0/{path}")).content
        assert bundle.headers["content-type"] == "application/octet-stream"
        assert bundle.headers.get_list("cache-control") == ["no-store"]
        entries, rest = [], bundle.content
        while rest:
            length = int.from_bytes(rest[:2], "big")
            entries.append(rest[2 : 2 + length])
            rest = rest[2 + length :]
        assert len(entries) == width
        assert b"".join(sha256(b"\x00" + entry).digest() for entry in entries) == hashes
    check_problem(await tile(ida, "entries/999"), 404, "not_found")
    check_problem(await tile(ida, "entries/000.p/0"), 404, "not_found")


async def test_entries_are_for_auditors_of_everything(
    alice: Person, nobody: Person, service: Service, many: Checkpoint
) -> None:
    check_problem(await tile(nobody, "entries/000"), 401, "unauthorized")
    for person in (alice, member(service, "ada", "acme", "org:auditor")):
        check_problem(await tile(person, "entries/000"), 403, "forbidden")
        check_problem(await tile(person, "entries/999"), 403, "forbidden")
