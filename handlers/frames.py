"""Frames on their way out, encoded once for all who are told (RFC 6455, 5.2)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from models.channel import Change
from models.events import encode

TEXT, CLOSE, PING = 0x1, 0x8, 0x9  # opcodes


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """Wrap a payload in one unmasked, unfragmented frame (RFC 6455, 5.2)."""
    length = len(payload)
    if length < 126:
        return bytes((0x80 | opcode, length)) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", 0x80 | opcode, 126, length) + payload
    return struct.pack("!BBQ", 0x80 | opcode, 127, length) + payload


def message_frame(change: Change) -> bytes:
    return frame(b'{"type":"message",' + change.body[1:])


def ack_frame(change: Change) -> bytes:
    return frame(b'{"type":"ack","msgId":%b,"message":%b}' % (encode(change.msg_id), change.body))


def joined(said: Sequence[bytes | Change]) -> tuple[bytes, dict[str, bytes]]:
    """Join the frames of what was said.

    :returns: them, and by key what those get who said some of it: an ``ack`` in
        place of each change of their own
    """
    frames = [s if isinstance(s, bytes) else message_frame(s) for s in said]
    origins = {s.origin for s in said if isinstance(s, Change) and s.origin is not None}
    return b"".join(frames), {key: _own(key, said, frames) for key in origins}


def _own(key: str, said: Sequence[bytes | Change], frames: list[bytes]) -> bytes:
    return b"".join(
        ack_frame(s) if isinstance(s, Change) and s.origin == key else told
        for s, told in zip(said, frames, strict=True)
    )
