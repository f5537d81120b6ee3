"""Remove what is not the picture, without touching a pixel.

Each format is a row of labelled pieces. Those that are needed to show the picture
are kept, by their names; all others go, known or not: Exif, XMP, IPTC, comments,
embedded previews, makers' notes, and whatever stands behind the end.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator


class Malformed(ValueError):
    """Say where a file is not as its format demands."""


def strip(data: bytes, type: str) -> bytes:
    """Give the same picture with nothing else in it.

    :param type: ``image/jpeg``, ``image/png``, ``image/gif`` or ``image/webp``
    :raises Malformed: it is not as the format demands, or ends too early
    """
    try:
        return b"".join(_STRIPPERS[type](data))
    except (IndexError, struct.error):
        raise Malformed("it ends too early") from None


# ---------------------------------------------------------------- JPEG (ITU-T T.81, annex B)

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # that ends the entropy-coded data
_EOI, _SOS = 0xD9, 0xDA
_APP0, _APP2, _APP14, _APP15, _COM = 0xE0, 0xE2, 0xEE, 0xEF, 0xFE


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    at = 2
    while True:
        if data[at] != 0xFF:
            raise Malformed("a marker is missing")
        while data[at + 1] == 0xFF:  # filling
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            yield b"\xff\xd9"
            return
        end = at + 2 + _length(data, at + 2)
        if marker == _SOS:
            found = _MARKER.search(data, end)
            if found is None:
                raise Malformed("it ends too early")
            end = found.start()
        yield _kept_segment(marker, data[at:end])
        at = end


def _kept_segment(marker: int, segment: bytes) -> bytes:
    if marker == _APP0:
        # The resolution; not the preview that may follow it.
        if segment[4:9] == b"JFIF\0" and len(segment) >= 18:
            return b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"
        return b""
    if marker == _APP2:
        return segment if segment[4:16] == b"ICC_PROFILE\0" else b""
    if marker == _APP14:
        return segment if segment[4:9] == b"Adobe" else b""
    return b"" if _APP0 <= marker <= _APP15 or marker == _COM else segment


def _length(data: bytes, at: int) -> int:
    length: int = struct.unpack_from("!H", data, at)[0]
    if length < 2 or at + length > len(data):
        raise Malformed("a length is wrong")
    return length


# ---------------------------------------------------------------- PNG (W3C, third edition)

_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD pHYs "
    b"acTL fcTL fdAT".split()
)


_LARGEST_PROFILE = 4 << 20  # bytes


def _png(data: bytes) -> Iterator[bytes]:
    yield data[:8]
    at = 8
    name = b""
    while name != b"IEND":
        length, name = struct.unpack_from("!I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise Malformed("it ends too early")
        if name in _PNG_KEPT and not (name == b"iCCP" and _bursts(data[at + 8 : end - 4])):
            yield data[at:end]
        at = end


def _bursts(profile: bytes) -> bool:
    """Tell whether a compressed colour profile is larger than any is, or broken."""
    _, _, compressed = profile.partition(b"\0")
    inflate = zlib.decompressobj()
    try:
        inflate.decompress(compressed[1:], _LARGEST_PROFILE)
    except zlib.error:
        return True
    return not inflate.eof


# ---------------------------------------------------------------- GIF (GIF89a)

_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _gif(data: bytes) -> Iterator[bytes]:
    at = 13 + _colours(data[10])
    yield data[:at]
    while data[at] != 0x3B:
        if data[at] == 0x21:
            end = _blocks(data, at + 2)
            label, application = data[at + 1], data[at + 3 : at + 14]
            if label == 0xF9 or (label == 0xFF and application in _LOOPS):
                yield data[at:end]
        elif data[at] == 0x2C:
            end = _blocks(data, at + 11 + _colours(data[at + 9]))
            yield data[at:end]
        else:
            raise Malformed("a block is of no known kind")
        at = end
    yield b"\x3b"


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> int:
    """Find the end of a row of blocks, each with its length before it."""
    while length := data[at]:
        at += 1 + length
    return at + 1


# ---------------------------------------------------------------- WebP (RFC 9649)

_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_EXIF_AND_XMP = 0x0C  # in the flags of VP8X


def _webp(data: bytes) -> Iterator[bytes]:
    kept = b"".join(_webp_chunks(data))
    yield b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WEBP" + kept


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    whole = 8 + struct.unpack_from("<I", data, 4)[0]
    if whole > len(data):
        raise Malformed("it ends too early")
    at = 12
    while at + 8 <= whole:
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        if end > whole:
            raise Malformed("a length is wrong")
        chunk = bytearray(data[at:end])
        if name == b"VP8X":
            chunk[8] &= ~_EXIF_AND_XMP
        if name in _WEBP_KEPT:
            yield bytes(chunk) + b"\0" * (length & 1)
        at = end + (length & 1)


_STRIPPERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/gif": _gif,
    "image/webp": _webp,
}
