"""What a file is, by its bytes: what its name or its sender says counts for nothing.

The list is short on purpose. What matters is which types a browser may show inside
the page's origin; everything else is only told to people, and downloaded.
"""

from __future__ import annotations

import re
import struct

HEAD = 4096  # bytes of a file that are looked at

UNKNOWN = "application/octet-stream"
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"})
# What a browser shows without running anything.
INLINE = PICTURES | {
    "audio/aac", "audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav",
    "text/plain",
    "video/mp4", "video/ogg", "video/quicktime", "video/webm",
}  # fmt: skip

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"%PDF-", "application/pdf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-executable"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {
    b"avif": "image/avif", b"avis": "image/avif",
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"msf1": "image/heic",
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime",
}  # fmt: skip
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIPPED = (
    (b"word/", _OFFICE + "wordprocessingml.document"),
    (b"xl/", _OFFICE + "spreadsheetml.sheet"),
    (b"ppt/", _OFFICE + "presentationml.presentation"),
)
_MEDIA_TYPE = re.compile(rb"application/[\w.+-]{1,80}")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = (
    (re.compile(rb"<svg\b", re.IGNORECASE), "image/svg+xml"),
    (re.compile(rb"<(?:!doctype html|html|head|body|script)\b", re.IGNORECASE), "text/html"),
    (re.compile(rb"<\?xml\b"), "application/xml"),
)


def sniff(head: bytes) -> str:
    """Tell the type of a file.

    :param head: its first :data:`HEAD` bytes, or all of it
    :returns: a media type; :data:`UNKNOWN` where nothing fits
    """
    for beginning, type in _BEGINNINGS:
        if head.startswith(beginning):
            return type
    return _container(head) or _mpeg_audio(head) or _text(head) or UNKNOWN


def _container(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:4] == b"OggS":
        sound = b"OpusHead" in head[:128] or b"\x01vorbis" in head[:128]
        return "audio/ogg" if sound else "video/ogg"
    if head[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    return _zip(head) if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") else None


def _zip(head: bytes) -> str:
    size, name, extra = struct.unpack_from("<18xI4xHH", head.ljust(30))
    if head[30 : 30 + name] == b"mimetype":  # OpenDocument, EPUB: the first entry says it
        begin = 30 + name + extra
        if told := _MEDIA_TYPE.fullmatch(head[begin : begin + size]):
            return told[0].decode("ascii")
    return next((type for part, type in _ZIPPED if part in head), "application/zip")


def _mpeg_audio(head: bytes) -> str | None:
    """Know sound that begins with a frame: eleven bits that are set, then its layer."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    return "audio/mpeg" if head[1] & 0x06 == 0x02 and head[2] & 0xF0 != 0xF0 else None


def _text(head: bytes) -> str | None:
    if _CONTROLS.search(head):
        return None
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(head) < HEAD or error.start < len(head) - 3:  # not merely cut off at the end
            return None
    return next((type for sign, type in _MARKUP if sign.search(head)), "text/plain")
