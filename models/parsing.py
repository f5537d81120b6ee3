"""Frames from clients, parsed and checked in one step."""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

from models.errors import BadEvent
from models.events import AnyClientEvent, Post

_decode = msgspec.json.Decoder(AnyClientEvent).decode
# Half a surrogate pair, or a whole one: labels are looked for beside it.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
# What the parser says of half a surrogate pair at the end of a text as well.
_TRUNCATED = {
    "Input data was truncated": "it ends too early, or has half a surrogate pair in a text"
}
_TYPES = ", ".join(str(type.__struct_config__.tag) for type in AnyClientEvent.__args__)


class _Labels(Struct):
    """What an error repeats, as far as it can be read at all."""

    ref: object = None
    msgId: object = None


_decode_labels = msgspec.json.Decoder(_Labels).decode


def parse(frame: str) -> AnyClientEvent:
    """Parse one text frame.

    A frame that does not begin with ``{`` is a message to the lobby, so that the
    plainest client can chat.

    :raises BadEvent: not JSON, an unknown type, a field missing or of the wrong
        type; the sentence says which
    """
    if not frame.startswith("{"):
        return Post(text=frame)
    try:
        event: AnyClientEvent = _decode(frame)
        return event
    except msgspec.ValidationError as error:
        if str(error).endswith("`$.type`"):
            raise BadEvent(f"This type of event is not known; there are {_TYPES}.") from None
        raise BadEvent(f"{error}.") from None
    except msgspec.DecodeError as error:
        if "surrogate" in str(error):
            raise BadEvent("This is not JSON: half a surrogate pair is no character.") from None
        raise BadEvent(f"This is not JSON: {_TRUNCATED.get(str(error), error)}.") from None
    except RecursionError:
        raise BadEvent("This is not an event: it is nested too deeply.") from None


def labels(frame: str) -> tuple[str | None, str | None]:
    """Find ``ref`` and ``msgId`` in a frame that could not be parsed.

    A client that pipelines must be able to tell which of its events an error
    is about.

    :returns: each one, or None where it is absent or itself malformed
    """
    try:
        found = _decode_labels(_SURROGATE.sub("?", frame))
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None, None
    return _as_label(found.ref), _as_label(found.msgId)


def _as_label(found: object) -> str | None:
    return found if isinstance(found, str) and 0 < len(found) <= 64 else None
