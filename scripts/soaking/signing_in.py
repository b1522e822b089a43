"""How people of a soak sign in: by name, or with short tokens of an issuer that changes its key."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Generator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

# Each person's token expires again and again; nobody looks at the clock to have another one before.
TOKEN_SECONDS = 8
KEYS_SECONDS = 1
PARTY = "https://soak.example.com"
# In local and test, people of an issuer have its name before theirs.
PREFIX = "clerk|"


class Person(httpx.Auth):
    """Somebody who keeps a token until it is refused, and then signs in again."""

    def __init__(self, user: str, credentials: Callable[[str], Mapping[str, str]]) -> None:
        self.user = user
        self._credentials = credentials
        self._held: Mapping[str, str] | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes with a request."""
        if self._held is None:
            self._held = self._credentials(self.user)
        return self._held

    @property
    def token(self) -> str | None:
        """The bearer's token, if there is one."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ") or None

    def sign_in_again(self) -> None:
        """Have another token from now on."""
        self._held = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send who this is with a request."""
        sent = self.headers
        request.headers.update(sent)
        response = yield request
        # Of several requests at once the first to be refused signs in.
        if response.status_code == httpx.codes.UNAUTHORIZED and self._held is sent:
            self.sign_in_again()


@dataclass(frozen=True)
class Entrance:
    """Where people use a service, how they say who they are, and what that makes of their names there."""

    url: str
    credentials: Callable[[str], Mapping[str, str]]
    prefix: str = ""

    def person(self, user: str) -> Person:
        """Return somebody who signs in here."""
        return Person(user, self.credentials)

    def named(self, user: str) -> str:
        """Return the user id of somebody."""
        return f"{self.prefix}{user}"


def by_name(user: str) -> Mapping[str, str]:
    """Return what a service believes in local and test."""
    return {"X-User-Id": user}


class Issuer:
    """An issuer as Clerk is one: RS256 session tokens, and a key set that has the one key it signs with."""

    def __init__(self) -> None:
        self.url = ""
        self._number = 0
        self._key = _made()

    @property
    def settings(self) -> Mapping[str, str]:
        """The environment of a service that trusts it."""
        return {
            "ONERING_ENV": "test",
            "CLERK_ISSUER": self.url,
            "CLERK_JWKS_URL": f"{self.url}/keys",
            "CLERK_AUTHORIZED_PARTIES": PARTY,
            "ONERING_JWKS_SOFT_SECONDS": str(KEYS_SECONDS),
            "ONERING_REVOCATION_SECONDS": "1",
            "ONERING_TOKEN_GRACE_SECONDS": "1",
        }

    async def change_key(self) -> None:
        """Sign with another key from now on; the one before is published no more."""
        self._key = await asyncio.to_thread(_made)
        self._number += 1

    def credentials(self, user: str) -> Mapping[str, str]:
        """Return a new token of somebody."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": user, "azp": PARTY, "iat": now, "nbf": now - 1, "exp": now + TOKEN_SECONDS}
        header = {"alg": "RS256", "kid": self._kid, "typ": "JWT"}
        message = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
        signature = self._key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())
        return {"Authorization": f"Bearer {message}.{_b64(signature)}"}

    @property
    def _kid(self) -> str:
        return f"key-{self._number}"

    def _key_set(self) -> bytes:
        numbers = self._key.public_key().public_numbers()
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self._kid}
        return json.dumps({"keys": [key | {"n": _number(numbers.n), "e": _number(numbers.e)}]}).encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Give the key set to whoever asks."""
        try:
            await reader.readuntil(b"\r\n\r\n")
            body = self._key_set()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):  # whoever asked was killed
            pass
        finally:
            writer.close()


def _made() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _number(value: int) -> str:
    return _b64(value.to_bytes((value.bit_length() + 7) // 8))


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """Run an issuer on a port of loopback until the block ends."""
    issuer = Issuer()
    server = await asyncio.start_server(issuer.answer, "127.0.0.1", 0)
    issuer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield issuer
    finally:
        server.close()
