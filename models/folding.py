"""How the word filter reads a text: as it is seen, and as words.

What can't be seen is left out, and full-width or otherwise styled letters are plain ones
(NFKC). Among words, case and the accents of Latin and Greek letters don't count either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from models.nfc import composed

MOST_KEPT = 1 << 15  # characters whose reading is remembered

# Marks that can be set on letters of any script: accents, and those that pile up. The marks
# of Devanagari, Thai or kana are part of what is written.
_LOOSE_MARKS = [
    range(0x0300, 0x0370),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
    range(0x20D0, 0x2100),
    range(0xFE20, 0xFE30),
    # Points of Hebrew and Arabic, which are usually left out.
    range(0x0591, 0x05BE),
    range(0x064B, 0x0660),
]
# Scripts that are written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED = [
    range(0x0E00, 0x0F00),
    range(0x1000, 0x10A0),
    range(0x1780, 0x1800),
    range(0x3040, 0x3100),
    range(0x31F0, 0x3200),
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xF900, 0xFB00),
    range(0x20000, 0x40000),
]
_INVISIBLE = {"Cf", "Cc", "Cs"}
# Letters and marks by their class that show nothing: fillers, joiners and selectors.
_FILLERS = {
    *map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)),
    *map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))),
}
_CONTROL = re.compile(r"[^\t\n\r -~]")
_ASCII_TOKEN = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")


class Table(dict[int, str]):
    """A table for :meth:`str.translate`, filled in as characters are met."""

    def __init__(self, read: Callable[[str], str]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, point: int) -> str:
        if len(self) >= MOST_KEPT:  # somebody sends every character there is
            self.clear()
        self[point] = read = self._read(chr(point))
        return read


def seen(text: str) -> str:
    """Give a text as it is seen."""
    return text if _is_simple(text) else composed(text).translate(_SEEN)


def origins(text: str) -> list[int]:
    """Tell where each character of what is seen stands in a composed text; and the end."""
    if _is_simple(text):
        return list(range(len(text) + 1))
    return [*(at for at, char in enumerate(text) for _ in _SEEN[ord(char)]), len(text)]


def tokens(text: str) -> list[str]:
    """Split a text into words; what belongs to none, each character of it, is one as well."""
    if _is_simple(text):
        return _ASCII_TOKEN.findall(text.lower())
    return composed(text).translate(_FOLDED).split()


def token_spans(text: str) -> list[tuple[int, int]]:
    """Tell where each token begins and ends in a composed text."""
    return list(_spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = None
    end = 0
    for at, char in enumerate(text):
        read = _FOLDED[ord(char)]
        inner = read.split()
        if read[:1].isspace() or len(inner) > 1:
            if start is not None:
                yield start, end
            start = None
            for _ in inner[:-1]:
                yield at, at + 1
        if not read and start is not None:
            end = at + 1  # a mark or a joiner belongs to what it follows
        if inner:
            start, end = (at if start is None else start), at + 1
            if read[-1].isspace():
                yield start, end
                start = None
    if start is not None:
        yield start, end


def _is_simple(text: str) -> bool:
    return text.isascii() and _CONTROL.search(text) is None


def _as_seen(char: str) -> str:
    unseen = char in _FILLERS or unicodedata.category(char) in _INVISIBLE
    return "" if unseen and not char.isspace() else unicodedata.normalize("NFKC", char)


def _folded(char: str) -> str:
    """Read one character: what stands alone has spaces around it."""
    if _is_in(char, _LOOSE_MARKS):
        return ""
    parts = unicodedata.normalize("NFKD", _as_seen(char).casefold()).casefold()
    if parts and ord(parts[0]) < 0x400:  # Latin or Greek, where accents don't count
        parts = "".join(part for part in parts if not _is_in(part, _LOOSE_MARKS))
    read = ""
    for part in parts:
        if read.endswith(" ") and unicodedata.category(part)[0] == "M":
            read = f"{read[:-1]}{part} "  # が is か with a mark, and another letter
        else:
            read += f" {part} " if _stands_alone(part) else part
    return read


def _stands_alone(char: str) -> bool:
    return unicodedata.category(char)[0] not in "LNM" or _is_in(char, _UNSPACED)


def _is_in(char: str, ranges: list[range]) -> bool:
    return any(ord(char) in points for points in ranges)


_SEEN = Table(_as_seen)
_FOLDED = Table(_folded)
