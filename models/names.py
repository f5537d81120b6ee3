"""What may be a name of a person or a room."""

from __future__ import annotations

import unicodedata

from models.errors import BadEvent, Empty, TooLong
from models.nfc import composed

LONGEST_USER = 32  # characters
LONGEST_ROOM = 64
LONGEST_TOPIC = 250
DELETED = "deleted user"  # what all are called who are deleted, and nobody else

# Controls and line breaks; and what can't be seen, or turns the direction of the
# text around it, with which one name can be made to look like another.
_REFUSED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Letters and marks by their class that show nothing: fillers and selectors.
_BLANK = {*map(chr, (0x034F, 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x180E)))}
_SELECTORS = [*map(chr, range(0xFE00, 0xFE10))]
_JOINERS = "\u200c\u200d"  # needed in Persian, and in emoji of several parts
_UNSEEN = dict.fromkeys(map(ord, [*_JOINERS, *_SELECTORS]))
_VISIBLE = ("L", "N", "P", "S")


def clean(name: str, longest: int, what: str = "A name") -> str:
    """Normalise a name (Unicode NFC, trimmed), or say what is wrong with it.

    :param longest: in characters
    :raises Empty: nothing that can be seen is left
    :raises TooLong: over ``longest`` characters
    :raises BadEvent: a control character or a line break
    """
    name = clean_line(name, longest, what)
    if not any(unicodedata.category(char)[0] in _VISIBLE for char in name):
        raise Empty(f"{what} needs at least one character that can be seen.")
    return name


def clean_line(text: str, longest: int, what: str) -> str:
    """Normalise one line of text; unlike a name, it may be empty."""
    text = composed(text).strip()
    if len(text) > longest:
        raise TooLong(what, len(text), longest)
    for char in text:
        refused = unicodedata.category(char) in _REFUSED and char not in _JOINERS
        if refused or char in _BLANK:
            raise BadEvent(f"{what} can't contain the character U+{ord(char):04X}.")
    return text


def is_unseen(char: str) -> bool:
    """Tell whether a character shows nothing, in whatever text it stands."""
    nothing = char.isspace() or char in _BLANK or ord(char) in _UNSEEN
    return nothing or unicodedata.category(char) in _REFUSED


def key(name: str) -> str:
    """Give the form in which names that differ only in case are the same."""
    if name.isascii():  # nothing unseen, and its own normal form
        return name.lower()
    seen = name.casefold().translate(_UNSEEN)
    return composed(seen)
