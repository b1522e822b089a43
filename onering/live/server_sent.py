"""What the server says as Server-Sent Events (HTML, §9.2): the frames of the feed, one block of text for each event."""

import random
import re
from functools import lru_cache

import orjson

from onering.live import frames
from onering.live.ends import End

_TYPE = re.compile(r'\{"type":"(\w+)"')
_VERSION = re.compile(r'\{"type":"snapshot","version":(\d+)')
_LINE_ENDS = re.compile(r"\r\n|\r|\n")


class Speech:
    """One reader's stream. What ids it gives leads a reader who sends the last one back to where it was."""

    def __init__(self) -> None:
        self._epoch = ""

    def told(self, frame: bytes) -> bytes:
        """Return a frame as blocks."""
        if frames.is_events(frame):
            return _events(frame, self._epoch)
        text = frames.text_of(frame)
        kind = _TYPE.match(text)
        assert kind is not None
        match kind[1]:
            case "welcome":
                return self._welcome(text)
            case "snapshot":
                version = _VERSION.match(text)
                assert version is not None
                return _block("snapshot", text, f"id: {self._epoch}.{version[1]}\n")
            case "goaway":
                # The client connects again by itself, after this time: not all at once.
                window = orjson.loads(text)["window"]
                return _block("goaway", text, f"retry: {random.uniform(0, window) * 1000:.0f}\n")
        return _block(kind[1], text)

    def _welcome(self, text: str) -> bytes:
        fields = orjson.loads(text)
        self._epoch = fields["epoch"]
        # Who is cut off between this and the snapshot has nothing yet, and must not resume there.
        place = f"id: {self._epoch}.{fields['from']}\n" if fields["mode"] != "snapshot" else ""
        return _block("welcome", text, place)


def last_words(end: End) -> bytes:
    """Return the block that says how the stream ends: the close code of a socket, and its reason."""
    said = {"type": "end", "code": end.close_code, "reason": end.reason}
    return _block("end", orjson.dumps(said).decode())


# Readers of a draft who are live get the same frame, one after the other.
@lru_cache(maxsize=16)
def _events(frame: bytes, epoch: str) -> bytes:
    return b"".join(_block(kind, event, f"id: {epoch}.{version}\n") for version, kind, event in frames.events_in(frame))


def _block(kind: str, text: str, before: str = "") -> bytes:
    # The client joins the lines of a block with line feeds: to JSON that is the same.
    return f"{before}event: {kind}\ndata: {_LINE_ENDS.sub(_NEXT, text)}\n\n".encode()


_NEXT = "\ndata: "
