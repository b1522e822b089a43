"""What a command is told by its environment: the settings, and whose account it is."""

import os
import pwd
from typing import Any

from pydantic import ValidationError

from onering.service.faults import Misconfigured
from onering.settings import Settings


def settings_of(**options: Any) -> Settings:
    """Return the settings of the environment, overridden by the options that were given. Raises Misconfigured."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as invalid:
        raise Misconfigured("\n".join(_complaint(error["loc"], error["msg"]) for error in invalid.errors())) from None


def _complaint(place: tuple[int | str, ...], text: str) -> str:
    # What was given is not repeated: it may be a secret.
    name, *within = map(str, place)
    at = f" at {'.'.join(within)}" if within else ""
    return f"{name if name.isupper() else f'ONERING_{name.upper()}'} is wrong{at}: {text}."


def account() -> str:
    """Return the name of who runs this, or their number where they have none."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
