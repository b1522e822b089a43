"""Where people find this service: the links that answers hand out."""

from typing import NamedTuple
from uuid import UUID

from onering.http.call import Call
from onering.subjects import InviteTokens


class Links:
    """`public_url` is where the service is reached from outside; without it, links lead to where the caller did."""

    def __init__(self, public_url: str | None) -> None:
        self._public_url = public_url.rstrip("/") if public_url else None

    def base(self, call: Call) -> str:
        """Return the address without a slash at its end, such as `https://example.com`."""
        return self._public_url or f"{call.scheme}://{call.host}"


class InviteLinks(NamedTuple):
    """The links that let people accept invites: shown to whoever made one, in answer to that alone."""

    tokens: InviteTokens
    links: Links

    def shown(self, call: Call, invite_id: UUID) -> dict[str, str]:
        """Return the invite's token, and the link with it; what follows the `#` is sent to no server."""
        token = self.tokens.token(invite_id)
        return {"token": token, "share_url": f"{self.links.base(call)}/invites/{invite_id}#token={token}"}
