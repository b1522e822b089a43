"""The templates of what is more than JSON; whatever is put into one is escaped, unless it says otherwise."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

_environment = Environment(
    loader=PackageLoader("onering.http", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def rendered(template: str, values: Mapping[str, Any]) -> str:
    """Return a template of this package's folder with these values in it."""
    return _environment.get_template(template).render(values)
