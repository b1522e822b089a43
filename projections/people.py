"""How people are called: display names, resolved when something is read."""

from collections.abc import Collection, Mapping
from hashlib import sha1

from onering.log.reader import Reader

NAMES = """
    SELECT u.user_id, u.display_name FROM onering.app_users u
     WHERE u.user_id = ANY ($1) AND u.display_name IS NOT NULL"""


async def display_names(conn: Reader, user_ids: Collection[str]) -> Mapping[str, str]:
    """Return a display name for each person, by one query. Raises DATABASE_FAULTS."""
    people = set(user_ids)
    chosen: dict[str, str] = {row[0]: row[1] for row in await conn.fetch(NAMES, list(people))} if people else {}
    return {user_id: chosen.get(user_id) or default_name(user_id) for user_id in people}


def default_name(user_id: str) -> str:
    """Return the name of somebody who chose none: `@u_` and the last 6 hex digits of SHA-1 of the user id."""
    return "@u_" + sha1(user_id.encode(), usedforsecurity=False).hexdigest()[-6:]
