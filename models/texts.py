"""What the text of a message may be."""

from __future__ import annotations

from models import nfc
from models.errors import BadEvent, TooLong
from models.names import is_unseen


def check(text: str, limit: int) -> None:
    """Check a text that somebody wants to say; whether it may be empty is for others.

    :param limit: the most that is taken, in characters
    :raises ChatError: it is too long, or no database takes it
    """
    if len(text) > limit:
        raise TooLong("This message", len(text), limit, "text-limit")
    if "\0" in text:
        raise BadEvent("A message can't contain the character U+0000.")


def is_blank(text: str) -> bool:
    """Tell whether nothing of a text can be seen."""
    return all(map(is_unseen, text))


def composed(text: str) -> str | None:
    """Give a text with its letters and marks composed (NFC); None: they are, as nearly always."""
    form = nfc.composed(text)
    return None if form == text else form
