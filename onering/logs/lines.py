"""From an entry to the bytes of its line: the processors that every entry goes through."""

import json
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, ExcInfo

Render = Callable[[Any, str, EventDict], bytes]


def described(sink: Any, level: str, entry: EventDict) -> EventDict:
    """Put before what an entry says when, how grave and by whom it is said."""
    return {"timestamp": datetime.now(UTC), "level": level, "logger": sink.name, "event": entry["event"], **entry}


def explained(sink: Any, level: str, entry: EventDict) -> EventDict:
    """Put a traceback in the place of the fault that an entry tells of."""
    # Most entries tell of none, and asking structlog costs as much as the rest of an entry.
    return _with_traceback(sink, level, entry) if "exc_info" in entry else entry


def without_quotes(exc_info: ExcInfo) -> str:
    """Return a traceback that shows of every message its first line alone.

    What follows there quotes what was refused: a row in a DETAIL of Postgres, a value in an error of pydantic, and so
    what people wrote.
    """
    quoted = {line.strip() for each in _chain(exc_info[1], set()) for line in str(each).splitlines()[1:]}
    told = "".join(traceback.format_exception(*exc_info)).splitlines()
    return "\n".join(line for line in told if line.strip(" |") not in quoted or not line.strip(" |"))


_with_traceback = structlog.processors.ExceptionRenderer(without_quotes)


def _chain(fault: BaseException | None, seen: set[int]) -> Iterator[BaseException]:
    """Yield a fault and all that it came from or consists of."""
    if fault is None or id(fault) in seen:
        return
    seen.add(id(fault))
    yield fault
    for other in (fault.__cause__, fault.__context__, *getattr(fault, "exceptions", ())):
        yield from _chain(other, seen)


def as_json(sink: Any, level: str, entry: EventDict) -> bytes:
    """Return an entry as JSON (RFC 8259) in ASCII: no byte of it ends a line or moves a terminal's cursor."""
    try:
        line = orjson.dumps(entry, str, orjson.OPT_UTC_Z)
        if line.isascii() and b"\x7f" not in line:
            return line
        entry = orjson.loads(line)
    except TypeError:  # half a character: something was cut or never was text
        entry["timestamp"] = entry["timestamp"].isoformat().replace("+00:00", "Z")
    return json.dumps(entry, default=str, separators=(",", ":")).replace("\x7f", r"\u007f").encode()


def for_people(*, colours: bool) -> Render:
    """Return what renders an entry for a terminal: what can't be printed is escaped, so that it does nothing to it."""
    # structlog's own tracebacks print variables, and so tokens and what people wrote.
    console = structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback)

    def rendered(sink: Any, level: str, entry: EventDict) -> bytes:
        entry["timestamp"] = entry["timestamp"].isoformat().replace("+00:00", "Z")
        shown = {name: _printable(value, "") for name, value in entry.items()}
        if "exception" in entry:
            shown["exception"] = _printable(entry["exception"], "\n\t")
        return str(console(sink, level, shown)).encode()

    return rendered


def _printable(value: Any, kept: str) -> Any:
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(c if c.isprintable() or c in kept else c.encode("unicode_escape").decode() for c in value)
