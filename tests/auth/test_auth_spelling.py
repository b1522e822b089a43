"""One token, one spelling: whatever reads otherwise than an encoder writes is refused (threats.md §6, 3 to 31)."""

import json
import time

import pytest

from onering.auth.faults import InvalidToken
from onering.auth.strict import Ambiguous, base64url, json_object
from onering.auth.tokens import MAX_CHARACTERS, parse
from tests.auth.fake_clerk import b64, compact, rs256

pytestmark = pytest.mark.asyncio


async def test_a_clerk_session_token_is_accepted(auth, clerk):
    identity = await auth.verifier.verify(clerk.token())
    assert identity.actor.subject == "user_alice"
    assert identity.actor.issuer == clerk.issuer
    assert identity.expires_at is not None


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "none "])
async def test_03_alg_none_without_a_signature_is_refused(refused, clerk, alg):
    token = compact(clerk.header(alg=alg), clerk.claims(), lambda message: b"")
    assert await refused(token) == "spelling"


@pytest.mark.parametrize("alg", ["none", "None", "NONE"])
async def test_04_alg_none_with_a_signature_is_refused(refused, clerk, alg):
    assert await refused(clerk.token(header={"alg": alg})) == "algorithm"


@pytest.mark.parametrize("alg", [..., None, 256, ["RS256"], {"RS256": 1}, ""])
async def test_05_an_alg_that_is_no_name_is_refused(refused, clerk, alg):
    assert await refused(clerk.token(header={"alg": alg})) == "header"


@pytest.mark.parametrize("crit", [["exp"], [], ["unknown"]])
async def test_15_a_critical_header_is_refused(refused, clerk, crit):
    assert await refused(clerk.token(header={"crit": crit})) == "header"


async def test_16_an_unencoded_detached_payload_is_refused(refused, clerk):
    token = clerk.token(header={"b64": False, "crit": ["b64"]})
    head, _, signature = token.split(".")
    assert await refused(token) == "header"
    assert await refused(f"{head}..{signature}") == "spelling"


@pytest.mark.parametrize("second", ["RS256", "none"])
async def test_19_two_alg_members_are_refused_in_either_order(refused, clerk, second):
    other = "none" if second == "RS256" else "RS256"
    raw = f'{{"alg":"{other}","kid":"{clerk.kid}","alg":"{second}"}}'.encode()
    assert await refused(compact(raw, clerk.claims(), rs256(clerk.key))) == "spelling"


@pytest.mark.parametrize("name", ["sub", "exp"])
async def test_20_a_duplicate_claim_is_refused_though_validly_signed(refused, clerk, name):
    claims = clerk.claims()
    raw = json.dumps(claims)[:-1] + f', "{name}": {json.dumps(claims[name])}}}'
    assert await refused(compact(clerk.header(), raw.encode(), rs256(clerk.key))) == "spelling"


async def test_21_any_number_of_segments_but_three_is_refused(refused, clerk):
    head, payload, signature = clerk.token().split(".")
    for text in ("", head, f"{head}.{payload}", f"{head}.{payload}.{signature}.{signature}", "." * 4, ".."):
        assert await refused(text) == "spelling"
    for text in (f"{head}.{payload}.{signature}.", f".{head}.{payload}.{signature}", f"{head}.{payload}."):
        assert await refused(text) == "spelling"


async def test_22_the_json_serialization_is_refused(refused, clerk):
    head, payload, signature = clerk.token().split(".")
    assert await refused(json.dumps({"payload": payload, "protected": head, "signature": signature})) == "spelling"


async def test_23_an_encrypted_token_is_refused_without_opening_it(refused, clerk):
    head = b64(json.dumps({"alg": "dir", "enc": "A256GCM", "zip": "DEF"}).encode())
    assert await refused(".".join([head, "", b64(b"0" * 12), b64(b"0" * 4000), b64(b"0" * 16)])) == "spelling"


@pytest.mark.parametrize("extra", ["=", " ", "\n", "?", "!", "==", "\x00", "é"])
async def test_24_padding_or_stray_characters_are_refused(refused, clerk, extra):
    head, payload, signature = clerk.token().split(".")
    for text in (f"{head}.{payload}.{signature}{extra}", f"{head}.{payload}.{signature[:9]}{extra}{signature[9:]}"):
        assert await refused(text) == "spelling"
    assert await refused(f"{head}{extra}.{payload}.{signature}") == "spelling"


async def test_25_the_other_alphabet_is_refused(refused, clerk):
    token = next(token for n in range(1000) if "-" in (token := clerk.token(n=n)).split(".")[2])
    head, payload, signature = token.split(".")
    assert await refused(f"{head}.{payload}.{signature.replace('-', '+').replace('_', '/')}") == "spelling"


async def test_25_changed_unused_trailing_bits_are_refused(refused, clerk):
    head, payload, signature = clerk.token().split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(signature[-1]) ^ 1]  # 256 bytes leave four unused bits in the last character
    assert await refused(f"{head}.{payload}.{signature[:-1]}{last}") == "spelling"


async def test_26_ten_thousand_spellings_of_one_token_leave_one_cache_entry(auth, clerk):
    token = clerk.token()
    await auth.verifier.verify(token)
    spelling = 0
    for place in range(10_000):
        at = place % len(token)
        with pytest.raises(InvalidToken):
            await auth.verifier.verify(token[:at] + "=!\n +"[place % 5] * (1 + place // len(token)) + token[at:])
        spelling += 1
    assert spelling == sum(auth.verifier.refusals.values()) == 10_000
    assert auth.verifier.cached == 1


async def test_27_a_damaged_signature_is_refused(refused, clerk):
    head, payload, signature = clerk.token().split(".")
    raw = base64url(signature)
    other = clerk.token(sub="user_bob").split(".")[2]
    assert await refused(f"{head}.{payload}.") == "spelling"
    for bad in (raw[:-1], raw[:16], bytes(len(raw)), bytes([raw[0] ^ 1]) + raw[1:], base64url(other)):
        assert await refused(f"{head}.{payload}.{b64(bad)}") == "signature"


_BAD_TEXT = [
    b"\xff\xfe{}",
    '{"a": 1}'.encode("utf-16"),
    b'\xef\xbb\xbf{"a": 1}',
    b'{"a": "\xc0\xaf"}',
    b'{"a": "\xed\xa0\x80"}',
]


@pytest.mark.parametrize("raw", _BAD_TEXT)
async def test_29_text_that_is_not_plain_utf8_is_refused(refused, clerk, raw):
    assert await refused(compact(raw, clerk.claims(), rs256(clerk.key))) == "spelling"
    assert await refused(compact(clerk.header(), raw, rs256(clerk.key))) == "spelling"


async def test_29_a_lone_surrogate_in_a_name_is_refused(refused, clerk):
    assert await refused(clerk.token(sub="user_\ud800")) == "subject"
    assert await refused(clerk.token(header={"kid": "\udfff"})) == "header"
    assert await refused("\ud800.a.b") == "spelling"


_BAD_PAYLOADS = [
    b"[]",
    b'"text"',
    b"7",
    b"",
    b" ",
    b"NaN",
    b'{"exp": NaN}',
    b'{"exp": -Infinity}',
    b'{"exp": 1e999}',
    b'{"exp": ' + b"9" * 5000 + b"}",
    b"[" * 5000,
    b'{"a":' * 800 + b"1" + b"}" * 800,
    b'"' + rb"\"" * 2500,
]


@pytest.mark.parametrize("raw", _BAD_PAYLOADS)
async def test_30_a_payload_that_is_no_strict_json_object_is_refused_quickly(refused, clerk, raw):
    token = compact(clerk.header(), raw, rs256(clerk.key))
    best = min([await _seconds(refused, token) for _ in range(5)])
    assert best < 0.005


async def _seconds(refused, token):
    started = time.perf_counter()
    assert await refused(token) == "spelling"
    return time.perf_counter() - started


async def test_30_nesting_is_counted_outside_strings_only():
    deep = b'{"a": [[[[[[[1]]]]]]]}'
    assert json_object(deep)["a"] is not None
    assert json_object(b'{"a": "[[[[[[[[[[{{{{{{\\"["}')
    assert json_object(b'{"a": [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}]}')
    with pytest.raises(Ambiguous):
        json_object(deep.replace(b"[1]", b"[[1]]"))


async def test_31_a_token_over_8_kib_is_refused_before_it_is_looked_at(refused, clerk):
    assert await refused("a" * (MAX_CHARACTERS + 1)) == "size"
    assert await refused("a" * 1024 * 1024) == "size"
    with pytest.raises(InvalidToken):
        parse("a" * (MAX_CHARACTERS + 1))


async def test_46_an_opaque_token_is_refused_without_asking_anybody(refused, clerk, auth):
    await auth.verifier.verify(clerk.token())
    asked = clerk.requests
    for opaque in ("ak_0123456789abcdef", "oat_0123456789abcdef", "mt_0123456789abcdef"):
        assert await refused(opaque) == "spelling"
    assert clerk.requests == asked


async def test_a_token_never_shows_in_a_representation_or_an_error(clerk):
    token = clerk.token()
    assert token.split(".")[1] not in repr(parse(token))
    with pytest.raises(InvalidToken) as caught:
        parse(token + "=")
    assert token[:20] not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"
