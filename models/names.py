"""What may be a name of a person or a room."""

from __future__ import annotations

import unicodedata

from models.errors import BadEvent, Empty, TooLong

LONGEST_USER = 32  # characters
LONGEST_ROOM = 64
LONGEST_TOPIC = 250

# Controls and line breaks; and what can't be seen, or turns the direction of the
# text around it, with which one name can be made to look like another.
_REFUSED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # needed in Persian, and in emoji of several parts
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
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > longest:
        raise TooLong(what, len(text), longest)
    for char in text:
        if unicodedata.category(char) in _REFUSED and char not in _JOINERS:
            raise BadEvent(f"{what} can't contain the character U+{ord(char):04X}.")
    return text


def key(name: str) -> str:
    """Give the form in which names that differ only in case are the same."""
    seen = name.casefold().translate(dict.fromkeys(map(ord, _JOINERS)))
    return unicodedata.normalize("NFC", seen)
