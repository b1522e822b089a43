"""Tokens bent out of shape at random: headers, claims, signatures, spelling; a seed makes the same ones again."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.auth.fake_clerk import PARTY, SESSION, b64, hs256, public_jwk, rsa_key

NOW = 1_800_000_000
SECRET = b"h" * 32
AUDIENCES = ("onering", "api")
Json = Mapping[str, object]


class Signer(NamedTuple):
    """Somebody whose tokens are accepted, as both opinions are configured; `verifying` is the key as PyJWT takes it."""

    issuer: str
    kid: str
    algorithm: str
    key: str
    verifying: Any
    audiences: tuple[str, ...] | None = None


CLERK = Signer("https://clerk.example.com", "ins_1", "RS256", "clerk", rsa_key("clerk").public_key())
ACME = Signer("https://acme.example.com/", "ins_1", "RS256", "acme", rsa_key("acme").public_key(), AUDIENCES)
OWN = Signer("onering:hs256", "hs256", "HS256", "", SECRET)
SIGNERS = (CLERK, ACME, OWN)


_TIMES = (
    NOW - 86_401,
    NOW - 60,
    NOW - 6,
    NOW - 5,
    NOW - 4,
    NOW,
    NOW + 5,
    NOW + 6,
    NOW + 30.5,
    NOW + 86_400,
    NOW + 86_401,
)
_ODD: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    7,
    1 << 63,
    1e300,
    "",
    "x",
    str(NOW + 60),
    [],
    {},
    [7],
    ["x"],
    {"sub": "x"},
)
_HEADERS: Mapping[str, Sequence[object]] = {
    "alg": ("none", "None", "HS256", "HS384", "RS256", "RS512", "PS256", "ES256", "rs256", "RS256 "),
    "kid": ("ins_1", "hs256", "ins_2", "../../dev/null", "' OR 1=1", "\0", "k" * 2000),
    "typ": ("JWT", "jwt", "at+jwt", "JWS"),
    "cat": (SESSION, "cl_B7d4PD222AAA"),
    "crit": (["exp"], [], ["b64"]),
    "b64": (False, True),
    "jwk": (public_jwk("ins_1", rsa_key("attacker")),),
    "jku": ("https://evil.example/jwks",),
    "x5c": (["MIIB"],),
    "zip": ("DEF",),
}
_CLAIMS: Mapping[str, Sequence[object]] = {
    "iss": (*(signer.issuer for signer in SIGNERS), "https://clerk.example.com/", "HTTPS://CLERK.EXAMPLE.COM", "evil"),
    "sub": ("user_bob", "mch_1", "alice", "user_\0", "user_a b", "user_\u202e", "u" * 256, "acme|user_alice", "\ud800"),
    "aud": (*AUDIENCES, ["api", "other"], ["other"], "ONERING", ["api", 7], [["api"]]),
    "azp": (PARTY, PARTY + "/", "https://app.example.com.evil.example", [PARTY]),
    "exp": _TIMES,
    "iat": _TIMES,
    "nbf": _TIMES,
    "sts": ("active", "pending"),
    "act": ({"sub": "user_support"}, {"sub": ""}, "user_support"),
    "o": ({"id": "org_1", "rol": "admin"}, {"rol": "admin"}, {"id": 7}),
    "org_id": ("org_1",),
    "org_role": ("org:admin",),
    "jti": ("id", 7),
}


@dataclass
class Draft:
    """A token in the making: `double` has members that are said twice, the second time as here."""

    signer: Signer
    header: dict[str, object]
    claims: dict[str, object]
    double: dict[str, tuple[str, object]] = field(default_factory=dict)

    @classmethod
    def good(cls, signer: Signer, subject: str) -> "Draft":
        header: dict[str, object] = {"alg": signer.algorithm, "kid": signer.kid, "typ": "JWT"}
        claims: dict[str, object] = {"iss": signer.issuer, "sub": subject, "iat": NOW - 10, "exp": NOW + 60}
        claims |= {"azp": PARTY} if signer is CLERK else {"aud": "onering"} if signer is ACME else {}
        return cls(signer, header, claims)

    def message(self, encode: Callable[[str], bytes]) -> str:
        return ".".join(b64(encode(self._text(part, members))) for part, members in self._parts())

    def _parts(self) -> Iterator[tuple[str, Json]]:
        yield from (("header", self.header), ("claims", self.claims))

    def _text(self, part: str, members: Json) -> str:
        text = json.dumps(members)
        if part not in self.double:
            return text
        name, value = self.double[part]
        return f"{text[:-1]}, {json.dumps(name)}: {json.dumps(value)}}}"


def mutated(chance: random.Random) -> str:
    """Return a token: a good one at times, mostly one with something wrong in it, now and then with much."""
    draft = Draft.good(chance.choice(SIGNERS), chance.choice(("user_alice", "user_bob")))
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        chance.choice((_bend_header, _bend_claims, _bend_claims, _bend_claims, _say_twice))(draft, chance)
    message = draft.message(chance.choice(_ENCODINGS) if chance.random() < 0.05 else str.encode)
    token = f"{message}.{b64(_signature(draft.signer, message, chance))}"
    return _respelled(token, chance) if chance.random() < 0.25 else token


def _bend_header(draft: Draft, chance: random.Random) -> None:
    _bend(draft.header, _HEADERS, chance)


def _bend_claims(draft: Draft, chance: random.Random) -> None:
    _bend(draft.claims, _CLAIMS, chance)


def _bend(members: dict[str, object], values: Mapping[str, Sequence[object]], chance: random.Random) -> None:
    name = chance.choice(list(values))
    if chance.random() < 0.15:
        members.pop(name, None)
    else:
        members[name] = chance.choice(values[name] if chance.random() < 0.7 else _ODD)


def _say_twice(draft: Draft, chance: random.Random) -> None:
    part, values = chance.choice((("header", _HEADERS), ("claims", _CLAIMS)))
    name = chance.choice(list(values))
    draft.double[part] = (name, chance.choice(values[name]))


_ENCODINGS: Sequence[Callable[[str], bytes]] = (
    lambda text: text.encode("utf-16"),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.encode("latin-1") + b"\xff",
    lambda text: text.replace("{", "{ ", 1).encode() + b" \n",
    lambda text: text.replace(str(NOW + 60), "NaN").encode(),
    lambda text: text.replace(str(NOW + 60), "1e999").encode(),
    lambda text: f"[{text}]".encode(),
    lambda text: b'{"deep": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    lambda text: b"",
)


@lru_cache(maxsize=20_000)
def _rsa(name: str, message: str) -> bytes:
    return rsa_key(name).sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())


def rightly(signer: Signer, message: str) -> bytes:
    return _rsa(signer.key, message) if signer.key else hs256(SECRET)(message.encode())


def _pem() -> bytes:
    return rsa_key("clerk").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _flipped(right: bytes, chance: random.Random) -> bytes:
    bit = 1 << chance.randrange(8 * len(right))
    return (int.from_bytes(right, "big") ^ bit).to_bytes(len(right), "big")


_WRONG: Sequence[Callable[[Signer, str, random.Random], bytes]] = (
    lambda signer, message, chance: b"",
    lambda signer, message, chance: bytes(len(rightly(signer, message))),
    lambda signer, message, chance: rightly(signer, message)[:-1],
    lambda signer, message, chance: rightly(signer, message) + b"\0",
    lambda signer, message, chance: _flipped(rightly(signer, message), chance),
    lambda signer, message, chance: rightly(signer, "another.message"),
    lambda signer, message, chance: rightly(chance.choice(SIGNERS), message),
    lambda signer, message, chance: _rsa("attacker", message),
    lambda signer, message, chance: hs256(_pem())(message.encode()),
    lambda signer, message, chance: hs256(_pem().strip())(message.encode()),
    lambda signer, message, chance: hs256(b"\0")(message.encode()),
    lambda signer, message, chance: rsa_key("clerk").sign(message.encode(), padding.PKCS1v15(), hashes.SHA512()),
)


def _signature(signer: Signer, message: str, chance: random.Random) -> bytes:
    make = chance.choice(_WRONG) if chance.random() < 0.2 else None
    return rightly(signer, message) if make is None else make(signer, message, chance)


_FOREIGN = "=+/ \n\t.?!~é\0"


def _respelled(token: str, chance: random.Random) -> str:
    at = chance.randrange(len(token))
    header, claims, signature = token.split(".")
    return chance.choice(
        (
            token + chance.choice(_FOREIGN),
            chance.choice(_FOREIGN) + token,
            token[:at] + chance.choice(_FOREIGN) + token[at:],
            token[:at] + token[at + 1 :],
            token[:at] + chance.choice("ABab01-_") + token[at + 1 :],
            token.replace("-", "+").replace("_", "/"),
            token + "=" * (-len(signature) % 4),
            token[:-1] + chr(ord(token[-1]) ^ 1),
            f"{header}.{claims}",
            f"{header}.{claims}.",
            f"{header}..{signature}",
            f"{token}.{signature}",
            json.dumps({"protected": header, "payload": claims, "signature": signature}),
            token.upper(),
            "ey" + token,
        )
    )
