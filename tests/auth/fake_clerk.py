"""An issuer like Clerk: real RSA keys, a real HTTP server for its key set and metadata, and the ways that one fails."""

import asyncio
import gzip
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Sign = Callable[[bytes], bytes]
PARTY = "https://app.example.com"
SESSION = "cl_B7d4PD111AAA"


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return the RSA key of that name, made once a test run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8 or 1, "big"))


def rs256(key: rsa.RSAPrivateKey) -> Sign:
    return lambda message: key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def hs256(secret: bytes) -> Sign:
    def sign(message: bytes) -> bytes:
        mac = hmac.HMAC(secret, hashes.SHA256())
        mac.update(message)
        return mac.finalize()

    return sign


def compact(header: object, payload: object, sign: Sign) -> str:
    """Sign a token whose header and payload are JSON values, or raw bytes where JSON would be too polite."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    message = f"{b64(parts[0])}.{b64(parts[1])}"
    return f"{message}.{b64(sign(message.encode()))}"


def public_jwk(kid: str, key: rsa.RSAPrivateKey, **members: object) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid} | {
        "n": number(numbers.n),
        "e": number(numbers.e),
        **members,
    }


class FakeClerk:
    """Counts requests for its key set in `requests`, for its metadata in `discoveries`; `mode` chooses how it answers
    for the keys, `metadata` is what it says of itself beside its name and where they are.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.kid = "ins_1"
        self.key = rsa_key("clerk")
        self.published: list[dict[str, Any]] = [public_jwk(self.kid, self.key)]
        self.metadata: dict[str, object] = {}
        self.requests = 0
        self.discoveries = 0
        self.mode = "keys"
        self.location = ""
        self.now: Callable[[], float] = time.time
        self.paused = asyncio.Event()
        self.paused.set()

    @property
    def jwks_url(self) -> str:
        return f"{self.issuer}/.well-known/jwks.json"

    def claims(self, **changes: object) -> dict[str, object]:
        now = int(self.now())
        claims = {"iss": self.issuer, "sub": "user_alice", "azp": PARTY, "iat": now, "nbf": now - 5, "exp": now + 60}
        return {name: value for name, value in (claims | changes).items() if value is not ...}

    def header(self, **changes: object) -> dict[str, object]:
        header = {"alg": "RS256", "kid": self.kid, "typ": "JWT", "cat": SESSION} | changes
        return {name: value for name, value in header.items() if value is not ...}

    def token(self, *, header: dict[str, object] | None = None, **claims: object) -> str:
        """Sign a session token; `...` leaves a claim or header member out."""
        return compact(self.header(**(header or {})), self.claims(**claims), rs256(self.key))

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.split()[1].endswith(b"/openid-configuration"):
                self.discoveries += 1
                _write(writer, json.dumps({"issuer": self.issuer, "jwks_uri": self.jwks_url} | self.metadata).encode())
                return
            self.requests += 1
            await self.paused.wait()
            await self._write(writer)
        except (ConnectionError, asyncio.IncompleteReadError):  # the client is gone
            pass
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter) -> None:
        body, status, extra = json.dumps({"keys": self.published}).encode(), "200 OK", ""
        match self.mode:
            case "500":
                status = "500 Internal Server Error"
            case "redirect":
                status, extra = "302 Found", f"Location: {self.location or f'{self.issuer}/elsewhere'}\r\n"
            case "html":
                body = b"<html>sign in</html>"
            case "empty":
                body = b'{"keys": []}'
            case "duplicate member":
                body = b'{"keys": [], ' + body[1:]
            case "huge":
                body = b'{"keys": [' + b" " * 10 * 1024 * 1024 + b"]}"
            case "gzip":
                body, extra = gzip.compress(b" " * 10 * 1024 * 1024 + body), "Content-Encoding: gzip\r\n"
            case "cut":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                return
        if self.mode == "slow":
            _write(writer, b"", status, extra, length=len(body))
            for byte in body:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.05)
        else:
            _write(writer, body, status, extra)
            await writer.drain()


def _write(
    writer: asyncio.StreamWriter, body: bytes, status: str = "200 OK", extra: str = "", length: int | None = None
) -> None:
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\nConnection: close\r\n{extra}\r\n"
    writer.write(head.encode() + body)


@asynccontextmanager
async def serving() -> AsyncIterator[FakeClerk]:
    """Serve a fake Clerk on a free port of loopback."""
    clerk = FakeClerk()
    server = await asyncio.start_server(clerk.answer, "127.0.0.1", 0)
    clerk.issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield clerk
    finally:
        clerk.paused.set()
        server.close()
