"""Where people find this service: the links that answers hand out."""

from onering.http.call import Call


class Links:
    """`public_url` is where the service is reached from outside; without it, links lead to where the caller did."""

    def __init__(self, public_url: str | None) -> None:
        self._public_url = public_url.rstrip("/") if public_url else None

    def base(self, call: Call) -> str:
        """Return the address without a slash at its end, such as `https://example.com`."""
        return self._public_url or f"{call.scheme}://{call.host}"
