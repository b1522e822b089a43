"""Tokens that two readers could understand in two ways (docs/ATTACKS.md, 3 to 5, 15, 16 and 19 to 31)."""

import json
import zlib

import pytest

from onering.auth.faults import InvalidToken
from onering.auth.strict import base64url
from onering.auth.tokens import MAX_CHARACTERS
from tests.attacks.target import Target, memory_below
from tests.auth.fake_clerk import b64, compact, rs256

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.attack(3)
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "none "])
async def test_alg_none_without_a_signature(target: Target, alg: str) -> None:
    await target.refused(compact(target.clerk.header(alg=alg), target.clerk.claims(), lambda _: b""), "spelling")


@pytest.mark.attack(4)
@pytest.mark.parametrize(("alg", "reason"), [("none", "algorithm"), ("nOnE", "algorithm"), ("none ", "header")])
async def test_alg_none_with_a_good_signature(target: Target, alg: str, reason: str) -> None:
    await target.refused(target.clerk.token(header={"alg": alg}), reason)


@pytest.mark.attack(5)
@pytest.mark.parametrize("alg", [..., None, 256, ["RS256"], {"RS256": 1}], ids=repr)
async def test_an_alg_that_is_no_name(target: Target, alg: object) -> None:
    await target.refused(target.clerk.token(header={"alg": alg}), "header")


@pytest.mark.attack(15)
@pytest.mark.parametrize("crit", [["exp"], [], ["unknown"]], ids=repr)
async def test_a_critical_header(target: Target, crit: list[str]) -> None:
    await target.refused(target.clerk.token(header={"crit": crit}), "header")


@pytest.mark.attack(16)
async def test_an_unencoded_and_detached_payload(target: Target) -> None:
    token = target.clerk.token(header={"b64": False, "crit": ["b64"]})
    head, _, signature = token.split(".")
    await target.refused(token, "header")
    await target.refused(f"{head}..{signature}", "spelling")
    raw = json.dumps(target.clerk.claims(), separators=(",", ":"))
    await target.refused_in_a_message(f"{head}.{raw}.{signature}", "spelling")


@pytest.mark.attack(19)
@pytest.mark.parametrize("order", [("none", "RS256"), ("RS256", "none")], ids="-".join)
async def test_two_algs_in_one_header(target: Target, order: tuple[str, str]) -> None:
    header = '{"alg":"%s","kid":"%s","alg":"%s"}' % (order[0], target.clerk.kid, order[1])  # noqa: UP031
    await target.refused(compact(header.encode(), target.clerk.claims(), rs256(target.clerk.key)), "spelling")


@pytest.mark.attack(20)
@pytest.mark.parametrize("name", ["sub", "exp", "s\\u0075b"])
async def test_a_claim_that_is_there_twice_in_a_validly_signed_payload(target: Target, name: str) -> None:
    claims = target.clerk.claims()
    value = json.dumps(claims.get(name, claims["sub"]))
    raw = f'{json.dumps(claims)[:-1]}, "{name}": {value}}}'
    await target.refused(compact(target.clerk.header(), raw.encode(), rs256(target.clerk.key)), "spelling")


@pytest.mark.attack(21)
async def test_any_number_of_segments_but_three(target: Target) -> None:
    token = target.clerk.token()
    head, payload, signature = token.split(".")
    for segments in ([head], [head, payload], [head, payload, signature, signature], [head, payload, "", "", ""]):
        await target.refused(".".join(segments), "spelling")
    await target.refused_all([f"{token}.", f".{token}", "..", f"{head}..{signature}", f".{payload}."], "spelling")


@pytest.mark.attack(22)
async def test_the_json_serialization(target: Target) -> None:
    head, payload, signature = target.clerk.token().split(".")
    flat = {"payload": payload, "protected": head, "signature": signature}
    general = {"payload": payload, "signatures": [{"protected": head, "signature": signature}]}
    for form in (flat, general):
        await target.refused_in_a_message(json.dumps(form), "spelling")


@pytest.mark.attack(23)
async def test_an_encrypted_token_is_not_even_unpacked(target: Target) -> None:
    packed = zlib.compress(bytes(4 << 20))[2:-4]
    head = b64(json.dumps({"alg": "dir", "enc": "A256GCM", "zip": "DEF", "kid": target.clerk.kid}).encode())
    bomb = ".".join([head, "", b64(bytes(12)), b64(packed), b64(bytes(16))])
    assert len(bomb) < MAX_CHARACTERS
    await target.refused(bomb, "spelling")
    with memory_below(1 << 20):
        await target.read(bomb)


@pytest.mark.attack(24)
@pytest.mark.parametrize("stray", ["=", "==", "?", "!", "%3D", "\x7f", "é"], ids=ascii)
async def test_a_stray_character_in_a_good_token(target: Target, stray: str) -> None:
    head, payload, signature = target.clerk.token().split(".")
    for segments in ((head, payload, signature + stray), (head, payload, signature[:9] + stray + signature[9:])):
        token = ".".join(segments)
        if stray == "\x7f":  # no header holds one
            await target.refused_in_a_message(token, "spelling")
        else:
            await target.refused(token.encode("latin-1"), "spelling")


@pytest.mark.attack(24)
@pytest.mark.parametrize(
    ("space", "status"), [(" ", b"401"), ("\t", b"401"), ("\n", b"400"), ("\r\n", b"400"), ("\x00", b"400")], ids=ascii
)
async def test_white_space_in_a_good_token(target: Target, space: str, status: bytes) -> None:
    """What no header can hold is no HTTP (400); in a message it is a token like any other bad one."""
    token = target.clerk.token()
    for text in (f"{token[:-9]}{space}{token[-9:]}", f"{token}{space}", f"{space}{token}"):
        await target.refused_in_a_message(text, "spelling")
    request = (
        f"GET /v1/me HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token[:-9]}{space}{token[-9:]}"
    )
    answer = await target.exchange(request.encode() + b"\r\n\r\n")
    assert answer.split(b" ")[1] == status


@pytest.mark.attack(25)
async def test_the_other_alphabet_of_base64(target: Target) -> None:
    tokens = (target.clerk.token(n=n) for n in range(1000))
    token = next(token for token in tokens if {"-", "_"} & set(token.rpartition(".")[2]))
    await target.refused(token.replace("-", "+").replace("_", "/"), "spelling")


@pytest.mark.attack(25)
async def test_unused_trailing_bits(target: Target) -> None:
    token = target.clerk.token()
    for bit in (1, 2, 4, 8):  # 256 bytes leave four bits of the last character unused
        await target.refused(token[:-1] + ALPHABET[ALPHABET.index(token[-1]) ^ bit], "spelling")


@pytest.mark.attack(26)
async def test_ten_thousand_spellings_of_one_good_token_are_remembered_as_one(target: Target) -> None:
    """Those that a header can carry go through the server one in a hundred: all of them would take half a minute."""
    token, verifier = target.clerk.token(), target.service.process.auth.verifier
    await target.accepted(token)
    remembered, refused = verifier.cached, verifier.refusals.total()
    for n in range(10_000):
        at, stray = n % len(token), "=!\n +"[n % 5] * (1 + n // len(token))
        with pytest.raises(InvalidToken):
            await verifier.verify(f"{token[:at]}{stray}{token[at:]}")
        if n % 100 == 0:
            assert (await target.read(f"{token[:at]}{stray}{token[at:]}")).status_code == 401
    assert verifier.refusals.total() == refused + 10_100
    assert verifier.cached == remembered


@pytest.mark.attack(27)
async def test_a_damaged_signature(target: Target) -> None:
    head, payload, signature = target.clerk.token().split(".")
    raw = base64url(signature)
    bob = base64url(target.clerk.token(sub="user_bob").split(".")[2])
    bad = [raw[:-1], raw[:16], raw + b"\0", bytes(len(raw)), bytes([raw[0] ^ 1]) + raw[1:], bob]
    await target.refused_all([f"{head}.{payload}.{b64(each)}" for each in bad], "signature")
    await target.refused(f"{head}.{payload}.", "spelling")


@pytest.mark.attack(28)
async def test_the_psychic_signature(target: Target) -> None:
    for signature in (bytes(64), bytes.fromhex("3006020100020100")):
        token = compact(target.clerk.header(alg="ES256"), target.clerk.claims(), lambda _, s=signature: s)
        await target.refused(token, "algorithm")


NO_UTF8 = {
    "bytes": b"\xff\xfe{}",
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"a": 1}',
    "overlong": b'{"a": "\xc0\xaf"}',
    "surrogate": b'{"a": "\xed\xa0\x80"}',
}


@pytest.mark.attack(29)
@pytest.mark.parametrize("raw", NO_UTF8.values(), ids=NO_UTF8)
async def test_json_that_is_not_plain_utf8(target: Target, raw: bytes) -> None:
    await target.refused(compact(raw, target.clerk.claims(), rs256(target.clerk.key)), "spelling")
    await target.refused(compact(target.clerk.header(), raw, rs256(target.clerk.key)), "spelling")


@pytest.mark.attack(29)
async def test_a_lone_surrogate_in_a_name(target: Target) -> None:
    await target.refused(target.clerk.token(sub="user_\ud800"), "subject")
    await target.refused(target.clerk.token(header={"kid": "\udfff"}), "header")


NO_OBJECTS = {
    "array": b"[]",
    "string": b'"text"',
    "number": b"7",
    "empty": b"",
    "nan": b'{"exp": NaN}',
    "infinite": b'{"exp": 1e999}',
    "long number": b'{"exp": ' + b"9" * 5000 + b"}",
    "deep arrays": b'{"a": ' + b"[" * 2500 + b"]" * 2500 + b"}",
    "deep objects": b'{"a":' * 800 + b"1" + b"}" * 800,
    "quotes": b'"' + rb"\"" * 2500,
}


@pytest.mark.attack(30)
@pytest.mark.parametrize("raw", NO_OBJECTS.values(), ids=NO_OBJECTS)
async def test_a_payload_that_is_no_strict_json_object(target: Target, raw: bytes) -> None:
    """What "under 5 ms" comes to is that work is bounded by the size: nothing over 8 KiB is decoded, and nesting is
    counted in one pass, before anything follows it. Memory shows both without a clock.
    """
    token = compact(target.clerk.header(), raw, rs256(target.clerk.key)) if raw else target.clerk.token()
    if not raw:
        head, _, signature = token.split(".")
        token = f"{head}..{signature}"
    await target.refused(token, "spelling")
    with memory_below(1 << 20):
        await target.read(token)


@pytest.mark.attack(30)
async def test_a_payload_ten_thousand_levels_deep_is_not_decoded(target: Target) -> None:
    raw = b'{"a": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    await target.refused_in_a_message(compact(target.clerk.header(), raw[:8000], rs256(target.clerk.key)), "size")
    assert (await target.greet(compact(target.clerk.header(), raw, rs256(target.clerk.key))))[0] == 4413


@pytest.mark.attack(31)
async def test_a_token_too_long_for_us_or_for_any_header(target: Target) -> None:
    token = target.clerk.token()
    await target.refused(f"{token}{'A' * (MAX_CHARACTERS + 1 - len(token))}", "size")
    async with target.appended_nothing():
        for length in (64 << 10, 1 << 20):
            head = b"GET /v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + b"A" * length + b"\r\n\r\n"
            answer = await target.exchange(head)
            assert answer.split(b" ")[1:2] in ([b"431"], [])
            assert answer or length > 64 << 10
