"""A token is judged by its issuer's key and that key's algorithm, whatever it says itself (threats.md §6, 6 to 60)."""

import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onering.auth.keys import KeyRefused, from_key_set, from_secret
from onering.auth.verifier import Issuer
from tests.auth.conftest import DEVELOPMENT_SECRET, HS256_SECRET
from tests.auth.fake_clerk import b64, compact, hs256, number, public_jwk, rs256, rsa_key

pytestmark = pytest.mark.asyncio


def _spki(key, encoding):
    return key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


async def test_a_token_signed_with_another_key_is_refused(refused, clerk):
    assert await refused(compact(clerk.header(), clerk.claims(), rs256(rsa_key("attacker")))) == "signature"


async def test_06_the_public_key_as_an_hmac_secret_is_refused(refused, clerk):
    pem = _spki(clerk.key, Encoding.PEM)
    assert await refused(compact(clerk.header(alg="HS256"), clerk.claims(), hs256(pem))) == "algorithm"


async def test_07_no_other_form_of_the_public_key_is_a_secret_either(refused, clerk):
    pem = _spki(clerk.key, Encoding.PEM)
    jwk = json.dumps(public_jwk(clerk.kid, clerk.key)).encode()
    modulus = number(clerk.key.public_key().public_numbers().n).encode()
    for secret in (_spki(clerk.key, Encoding.DER), jwk, modulus, pem + b"\n", pem.rstrip()):
        assert await refused(compact(clerk.header(alg="HS256"), clerk.claims(), hs256(secret))) == "algorithm"


async def test_08_the_secrets_kid_with_rs256_is_refused(refused, clerk):
    header, claims = {"alg": "RS256", "kid": "hs256"}, clerk.claims(iss="onering:hs256")
    assert await refused(compact(header, claims, rs256(rsa_key("attacker")))) == "algorithm"
    assert await refused(compact(header, claims, hs256(HS256_SECRET.encode()))) == "algorithm"


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256", "ES256", "HS256"])
async def test_09_another_algorithm_with_the_rs256_kid_is_refused(refused, clerk, alg):
    assert await refused(clerk.token(header={"alg": alg})) == "algorithm"


async def test_10_hs256_is_refused_where_it_is_switched_off(make_auth, clerk):
    auth = await make_auth(clerk_issuer=clerk.issuer, clerk_secret_key="s" * 32)
    for issuer in ("onering:hs256", clerk.issuer, "onering:local"):
        token = compact({"alg": "HS256", "kid": "hs256"}, clerk.claims(iss=issuer), hs256(b"s" * 32))
        with pytest.raises(Exception, match="not valid"):
            await auth.verifier.verify(token)


async def test_10_hs256_is_accepted_where_it_is_configured(auth, clerk):
    token = compact({"alg": "HS256", "kid": "hs256"}, clerk.claims(iss="onering:hs256"), hs256(HS256_SECRET.encode()))
    assert (await auth.verifier.verify(token)).actor.user_id == "hs256|user_alice"


async def test_an_hs256_key_of_clerks_own_issuer_lives_beside_its_published_ones(make_auth, clerk):
    auth = await make_auth(clerk_issuer=clerk.issuer, hs256_issuer=clerk.issuer, hs256_secret=HS256_SECRET)
    signed = compact({"alg": "HS256", "kid": "hs256"}, clerk.claims(), hs256(HS256_SECRET.encode()))
    assert await auth.verifier.verify(signed) == await auth.verifier.verify(clerk.token(exp=clerk.claims()["exp"]))


@pytest.mark.parametrize("size", [0, 31])
async def test_11_a_short_secret_makes_no_key_and_signs_nothing(refused, clerk, size):
    with pytest.raises(KeyRefused, match="32 bytes"):
        from_secret(b"s" * size)
    token = compact({"alg": "HS256", "kid": "hs256"}, clerk.claims(iss="onering:hs256"), hs256(b"s" * size or b"\0"))
    assert await refused(token) == "signature"


async def test_12_a_key_inside_the_header_is_refused(refused, clerk):
    attacker = rsa_key("attacker")
    token = compact(clerk.header(jwk=public_jwk(clerk.kid, attacker)), clerk.claims(), rs256(attacker))
    assert await refused(token) == "header"


@pytest.mark.parametrize("member", ["jku", "x5u"])
async def test_13_a_key_url_in_the_header_is_refused_and_never_fetched(refused, clerk, auth, member):
    await auth.verifier.verify(clerk.token())
    asked = clerk.requests
    assert await refused(clerk.token(header={member: clerk.jwks_url})) == "header"
    assert clerk.requests == asked


async def test_14_a_certificate_chain_in_the_header_is_refused(refused, clerk):
    chain = [b64encode(_spki(rsa_key("attacker"), Encoding.DER)).decode()]
    assert await refused(clerk.token(header={"x5c": chain})) == "header"


@pytest.mark.parametrize("kid", ["../../dev/null", "x' OR '1'='1".replace(" ", "+"), "ins_2"])
async def test_17_a_kid_that_names_no_key_is_refused(refused, clerk, kid):
    assert await refused(clerk.token(header={"kid": kid})) == "key"


@pytest.mark.parametrize("kid", ["a b", "\x00", "k" * 5000, 7, None, ..., "", ["ins_1"], "kid\n", "\x1b[31m"])
async def test_17_a_kid_that_is_no_name_is_refused(refused, clerk, kid):
    assert await refused(clerk.token(header={"kid": kid})) == "header"


async def test_28_the_psychic_signature_is_refused(refused, clerk):
    assert await refused(compact(clerk.header(alg="ES256"), clerk.claims(), lambda message: bytes(64))) == "algorithm"


async def test_51_a_cached_token_is_refused_once_its_key_left_the_set(auth, refused, clerk, held):
    token = clerk.token()
    await auth.verifier.verify(token)
    clerk.published = [public_jwk("ins_2", rsa_key("next"))]
    assert await refused(clerk.token(header={"kid": "ins_2"})) == "signature"  # its kid made the keys refresh
    with pytest.raises(Exception, match="not valid"):
        await auth.verifier.verify(token)
    assert auth.verifier.cached == 0


async def test_60_one_issuers_key_signs_nothing_for_another(refused, clerk):
    mine = {"alg": "HS256", "kid": "hs256"}
    for issuer, kid in ((clerk.issuer, "hs256"), ("onering:local", "local"), ("onering:local", "hs256")):
        token = compact(mine | {"kid": kid}, clerk.claims(iss=issuer), hs256(HS256_SECRET.encode()))
        assert await refused(token) in ("key", "signature")
    token = compact(mine, clerk.claims(iss="onering:hs256"), hs256(DEVELOPMENT_SECRET))
    assert await refused(token) == "signature"
    assert await refused(clerk.token(iss="onering:hs256")) == "key"


_GOOD = public_jwk("good", rsa_key("clerk"))
_REFUSED_KEYS = [
    "text",
    {"kty": "oct", "kid": "k", "k": b64(b"s" * 32)},
    _GOOD | {"kid": "k", "d": "AQAB"},
    _GOOD | {"kid": "k", "k": "AQAB"},
    _GOOD | {"kid": "k", "use": "enc"},
    _GOOD | {"kid": "k", "alg": "RS512"},
    _GOOD | {"kid": "k", "key_ops": ["sign"]},
    _GOOD | {"kid": "k", "key_ops": "verify"},
    _GOOD | {"kid": "k", "n": number((1 << 511) + 1)},
    _GOOD | {"kid": "k", "n": number((1 << 1023) + 1)},
    _GOOD | {"kid": "k", "n": number((1 << 2047) + 2)},
    _GOOD | {"kid": "k", "n": number((1 << 8192) + 1)},
    _GOOD | {"kid": "k", "e": number(1)},
    _GOOD | {"kid": "k", "e": number(3)},
    _GOOD | {"kid": "k", "e": number(65538)},
    _GOOD | {"kid": "k", "e": number((1 << 256) + 1)},
    _GOOD | {"kid": "k", "e": 65537},
    _GOOD | {"kid": "k", "e": "AQAB="},
    _GOOD | {"kid": ""},
    _GOOD | {"kid": None},
    _GOOD | {"kid": "k", "kty": "EC"},
]


@pytest.mark.parametrize("bad", _REFUSED_KEYS)
async def test_56_a_key_that_is_not_to_be_trusted_is_refused_beside_a_good_one(bad):
    accepted, refused = from_key_set({"keys": [bad, _GOOD]})
    assert list(accepted) == ["good"]
    assert len(refused) == 1
    with pytest.raises(KeyRefused, match="no usable key"):
        from_key_set({"keys": [bad]})


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"keys": {}},
        {"keys": []},
        {"keys": [_GOOD, _GOOD]},
        {"keys": [_GOOD | {"kid": "k"}] * 2},
        {"keys": [_GOOD | {"kid": "k"}, _GOOD | {"kid": "k", "use": "enc"}]},
        {"keys": [_GOOD | {"kid": f"k{n}"} for n in range(33)]},
    ],
)
async def test_56_a_set_that_is_not_to_be_trusted_is_refused_whole(document):
    with pytest.raises(KeyRefused):
        from_key_set(document)


async def test_a_key_never_shows_in_a_representation():
    key = from_secret(b"secret-of-32-bytes-secret-of-32-")
    assert "secret" not in repr(key)
    assert "secret" not in repr(Issuer(None, {"k": key}))
