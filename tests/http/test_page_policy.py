"""Whom the page's policy admits: nobody but us, and Clerk under the origin that its key names."""

import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from onering.clerk import NoPublishableKey, frontend_api
from onering.page import MISSING, OURS, Built, policy


def key(host: str, mode: str = "live", end: str = "$") -> str:
    return f"pk_{mode}_{b64encode((host + end).encode()).decode()}"


def test_without_clerk_it_names_nobody_else() -> None:
    assert "http" not in policy(None).decode()
    assert "unsafe" not in policy(None).decode()


def test_no_script_is_inline_with_clerk_either() -> None:
    directives = dict(part.split(" ", 1) for part in policy("https://clerk.example.com").decode().split("; "))
    assert [name for name, sources in directives.items() if "unsafe" in sources] == ["style-src"]


@pytest.mark.parametrize("mode", ["live", "test"])
@pytest.mark.parametrize("host", ["clerk.example.com", "h.clerk.accounts.dev", "a-1.b.xn--p1ai"])
def test_a_key_names_the_api_it_is_of(host: str, mode: str) -> None:
    assert frontend_api(key(host, mode)) == f"https://{host}"
    assert frontend_api(key(host, mode).rstrip("=")) == f"https://{host}"


@pytest.mark.parametrize(
    "given",
    [
        *("", "pk_live_", "pk_live_x", "pk_live_%%%%", "pk_live_Y2xlcmsu ZXhhbXBsZS5jb20k", "pk_live_/////w=="),
        *("sk_live_Y2xlcmsuZXhhbXBsZS5jb20k", "pk_beta_Y2xlcmsuZXhhbXBsZS5jb20k", "Y2xlcmsuZXhhbXBsZS5jb20k"),
        *(key("clerk.example.com", end=end) for end in ("", "$$", "$\n", "/$", ":8443$")),
        *(key(host) for host in ("", "localhost", "clerk..com", "-a.example.com", "a b.example.com", "ü.example.com")),
        *(
            key(host)
            for host in ("https://clerk.example.com", "a.com; script-src *", "a.com 'unsafe-inline'", "*.a.com")
        ),
        *(key(host) for host in ("a" * 64 + ".com", "a." * 130 + "com", "Clerk.example.com")),
    ],
)
def test_what_is_no_key_of_clerks_is_refused(given: str) -> None:
    with pytest.raises(NoPublishableKey):
        frontend_api(given)


@pytest.mark.attack(81)
def test_our_document_has_nothing_inline_and_all_that_it_names_is_there() -> None:
    ours = Built.read(OURS)
    assert ours is not None, MISSING
    document = ours.document.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|javascript:|https?:", document)
    named = re.findall(r'(?:src|href)="([^"]+)"', document)
    assert {Path(name).suffix for name in named} >= {".js", ".css"}
    assert {name.removeprefix("/assets/") for name in named} <= set(ours.assets)


def test_a_folder_with_nothing_in_it_is_no_page(tmp_path: Path) -> None:
    assert Built.read(tmp_path) is None


def test_a_page_that_is_built_while_it_is_read_is_read_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, newer = tmp_path / "older", tmp_path / "newer"
    for each in (folder, newer):
        (each / "assets").mkdir(parents=True)
        (each / "index.html").write_text(each.name)
        (each / "assets" / f"{each.name}.js").write_text(each.name)
    listed = Path.iterdir

    def moved(assets: Path) -> Iterator[Path]:
        if newer.exists():
            shutil.rmtree(folder)
            newer.rename(folder)
        return listed(assets)

    monkeypatch.setattr(Path, "iterdir", moved)
    built = Built.read(folder)
    assert built is not None
    assert (built.document, list(built.assets)) == (b"newer", ["newer.js"])
