"""The address that links lead to is one that can be opened, and has the page."""

import pytest
from pydantic import ValidationError

from onering.settings import Settings


@pytest.mark.parametrize("url", ["https://write.example", "http://localhost:8000/", "https://[::1]:8443"])
def test_a_scheme_and_a_host_are_an_address(url: str) -> None:
    assert Settings(public_url=url).public_url == url


@pytest.mark.parametrize("url", ["write.example", "ftp://write.example", "https://", "https://write.example/app"])
def test_what_links_would_lead_nowhere_with_does_not_start(url: str) -> None:
    with pytest.raises(ValidationError, match="without a path"):
        Settings(public_url=url)
