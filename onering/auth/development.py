"""Tokens for developing and testing: signed on this machine, accepted in `local` and `test` only."""

from datetime import datetime

from jose import jws

from onering.auth.keys import from_secret
from onering.auth.strict import is_name

ISSUER = "onering:local"
KID = "local"


def mint(user: str, secret: bytes, *, now: datetime, seconds: int = 3600) -> str:
    """Sign an HS256 token for `user` that lives `seconds` from `now` (an aware time).

    Raises `ValueError` for a name that no token may carry, and `KeyRefused` for a secret under 32 bytes.
    """
    if not is_name(user):
        raise ValueError("A user is 1 to 255 visible characters without spaces.")
    issued = int(now.timestamp())
    claims = {"iss": ISSUER, "sub": user, "iat": issued, "exp": issued + seconds}
    return jws.sign(claims, from_secret(secret).prepared, headers={"kid": KID}, algorithm="HS256")
