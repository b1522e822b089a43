"""What issuers publish about themselves: fetched with limits, read strictly, and where their keys are."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from onering.auth.addresses import AddressRefused
from onering.auth.keys import BoundKey, KeyRefused, from_key_set
from onering.auth.strict import Ambiguous, is_name, json_object

MAX_BYTES = 256 * 1024


class FetchFailed(Exception):
    """What was asked for could not be fetched or is not acceptable; the message never quotes the answer."""


async def keys_of(
    client: httpx.AsyncClient, issuer: str, url: str | None, seconds: float
) -> tuple[dict[str, BoundKey], list[KeyRefused]]:
    """Fetch an issuer's key set, from where its metadata says if `url` is None, all within `seconds`.

    Each answer is 200 without a redirect or compression, of at most 256 KiB. Returns the keys by kid, and why others
    were refused. Raises `FetchFailed`.
    """
    try:
        async with asyncio.timeout(seconds):
            where = await _discovered(client, issuer) if url is None else url
            return from_key_set(await _document(client, where, "key set"))
    except TimeoutError:
        raise FetchFailed(f"no complete answer within {seconds:g} s") from None
    except AddressRefused as refusal:
        raise FetchFailed(str(refusal)) from None
    except httpx.HTTPError as error:
        raise FetchFailed(f"the request failed: {type(error).__name__}") from None
    except KeyRefused as error:
        raise FetchFailed(f"the answer is no key set to trust: {error}") from None


def metadata_url(issuer: str) -> str:
    """Return where an issuer's metadata is (OpenID Connect Discovery 1.0 §4): a slash at its end is not repeated."""
    return f"{issuer.removesuffix('/')}/.well-known/openid-configuration"


async def _discovered(client: httpx.AsyncClient, issuer: str) -> str:
    """Return the `jwks_uri` of metadata that speaks of this very issuer (§4.3, RFC 8414 §3.3)."""
    metadata = await _document(client, metadata_url(issuer), "metadata")
    if metadata.get("issuer") != issuer:
        raise FetchFailed("the metadata is of another issuer")
    where = metadata.get("jwks_uri")
    if not is_name(where, limit=2048) or not _is_absolute(where):
        raise FetchFailed("the metadata has no jwks_uri that is a URL")
    return where


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


async def _document(client: httpx.AsyncClient, url: str, what: str) -> Mapping[str, object]:
    try:
        return json_object(await _body(client, url))
    except Ambiguous as fault:
        raise FetchFailed(f"the answer is no {what} to trust: {fault}") from None


async def _body(client: httpx.AsyncClient, url: str) -> bytes:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    async with client.stream("GET", url, headers=headers, follow_redirects=False) as response:
        if response.status_code != 200:
            raise FetchFailed(f"the answer was {response.status_code}, not 200")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise FetchFailed("the answer is compressed, which was not asked for")
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_BYTES:
                raise FetchFailed(f"the answer is longer than {MAX_BYTES} bytes")
        return bytes(body)
