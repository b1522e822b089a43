"""Keys come over https, from the very addresses that were looked at (threats.md §6, 55 and 58)."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from onering.auth.addresses import AddressRefused, CheckedBackend, CheckedTransport, Reach, is_public
from onering.auth.composition import key_client
from onering.settings import Environment, Settings
from tests.auth.fake_clerk import rsa_key


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2001:4860::8888"]
)
def test_an_address_of_the_public_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


NOT_PUBLIC = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%1",
    "fc00::1",
    "fd12::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "100::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "::7f00:1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1.1.1.1",
    "2002:7f00:1::",
    "2002:101:101::",
    "2001:0:7f00:1::1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_58_no_other_address_is_public_in_whatever_form(address: str) -> None:
    assert not is_public(ip_address(address))


class Names:
    """A resolver whose answers are given, one for each time it is asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.asked = 0
        self._answers = answers

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


@asynccontextmanager
async def listening(host: str = "127.0.0.1", **options: Any) -> AsyncIterator[tuple[int, list[Any]]]:
    """Listen and say OK; give the port, and what connections there were."""
    came: list[Any] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(writer.get_extra_info("peername"))
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, host, 0, **options)
    try:
        yield server.sockets[0].getsockname()[1], came
    finally:
        server.close()


async def test_58_a_name_is_resolved_once_and_what_was_looked_at_is_connected_to() -> None:
    async with listening() as (port, _):
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        backend = CheckedBackend(Reach(frozenset({f"https://idp.internal:{port}"})), names)
        stream = await backend.connect_tcp("idp.internal", port, timeout=5)
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
        await stream.aclose()
    assert names.asked == 1


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["1.1.1.1", "127.0.0.1"]])
async def test_58_a_name_that_stands_for_this_machine_is_not_connected_to(answer: list[str]) -> None:
    async with listening() as (port, came):
        client = httpx.AsyncClient(transport=CheckedTransport(Reach(loopback=True), Names(answer)))
        with pytest.raises(AddressRefused):
            await client.get(f"https://rebound.example:{port}/")
        await client.aclose()
        assert came == []


@pytest.mark.parametrize("port", [443, 8444])
async def test_a_private_origin_is_that_one_port_alone(port: int) -> None:
    backend = CheckedBackend(Reach(frozenset({"https://idp.internal:8443"})), Names(["10.0.0.1"]))
    with pytest.raises(AddressRefused):
        await backend.connect_tcp("idp.internal", port, timeout=1)


async def test_another_address_is_tried_where_one_does_not_answer() -> None:
    async with listening() as (port, _):
        reach = Reach(frozenset({f"https://idp.internal:{port}"}))
        backend = CheckedBackend(reach, Names(["127.0.0.99", "127.0.0.1"]))
        await (await backend.connect_tcp("idp.internal", port, timeout=5)).aclose()
        with pytest.raises(httpcore.ConnectError):
            await CheckedBackend(reach, Names(["127.0.0.99"])).connect_tcp("idp.internal", port, timeout=5)


async def test_a_name_that_stands_for_nothing_is_a_failed_connection() -> None:
    backend = CheckedBackend(Reach())
    with pytest.raises(httpcore.ConnectError):
        await backend.connect_tcp("nobody.invalid", 443, timeout=5)
    with pytest.raises(httpcore.ConnectError):
        await CheckedBackend(Reach(), Names([])).connect_tcp("nobody.invalid", 443, timeout=5)


@pytest.mark.parametrize("env", list(Environment))
async def test_55_plain_http_is_spoken_to_this_machine_alone_and_only_while_developing(env: Environment) -> None:
    async with listening() as (port, came), key_client(Settings(env=env)) as client:
        if env in (Environment.LOCAL, Environment.TEST):
            assert (await client.get(f"http://127.0.0.1:{port}/")).text == "OK"
        else:
            with pytest.raises(AddressRefused):
                await client.get(f"http://127.0.0.1:{port}/")
            with pytest.raises(AddressRefused):
                await client.get(f"https://127.0.0.1:{port}/")
        with pytest.raises(AddressRefused):
            await client.get("http://example.com/")
        assert len(came) == (env in (Environment.LOCAL, Environment.TEST))


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening() as (proxy, asked), listening() as (port, _):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        async with key_client(Settings(env=Environment.TEST)) as client:
            assert (await client.get(f"http://127.0.0.1:{port}/")).text == "OK"
        assert asked == []


# Certificates


@contextmanager
def certified(folder: Path, name: str) -> Iterator[ssl.SSLContext]:
    """Give the TLS of a server with a certificate for `name`, by an authority that SSL_CERT_FILE may name."""
    key = rsa_key("tls")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    yield context


@pytest.mark.parametrize(("name", "passes"), [("idp.internal", True), ("other.internal", False)])
async def test_the_certificate_is_checked_against_the_name_and_not_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, passes: bool
) -> None:
    with certified(tmp_path, name) as tls:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / f"{name}.pem"))
        async with listening(ssl=tls) as (port, _):
            reach = Reach(frozenset({f"https://idp.internal:{port}"}))
            async with httpx.AsyncClient(transport=CheckedTransport(reach, Names(["127.0.0.1"]))) as client:
                if passes:
                    assert (await client.get(f"https://idp.internal:{port}/")).text == "OK"
                else:
                    with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
                        await client.get(f"https://idp.internal:{port}/")
