"""What somebody searches for: words, "phrases", ``from:ada in:den before:2026-11-01``."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from models.errors import BadEvent, Empty, TooLong
from models.nfc import composed

LONGEST = 200  # characters of a query
EXCERPT = 240  # characters of a found text
_BEFORE_HIT = 60  # of these, before the first hit

_PART = re.compile(r'(?:(from|in|before):)?(?:"([^"]*)"?|(\S+))', re.I)


class Query(NamedTuple):
    """A query that has been understood.

    :ivar words: all of them are to be found, anywhere in the text, in any case
    :ivar author: a name
    :ivar room: a name
    :ivar before: a moment, in ms
    """

    words: tuple[str, ...]
    author: str | None = None
    room: str | None = None
    before: int | None = None


def parse(text: str, author: str = "") -> Query:
    """Understand what was typed.

    :param author: a name that was given beside it
    :raises ChatError: there is nothing to look for, or a date that is none
    """
    if len(text) > LONGEST:
        raise TooLong("This search", len(text), LONGEST)
    if "\0" in text:
        raise BadEvent("A search can't contain the character U+0000.")
    text = composed(text)
    words: list[str] = []
    named: dict[str, str] = {"from": author} if author else {}
    for key, phrase, word in _PART.findall(text):
        if key:
            named[key.lower()] = phrase or word
        elif phrase.strip() or word:
            words.append(phrase.strip() or word)
    if not words and not named:
        raise Empty("There is nothing to search for.")
    before = named.get("before")
    return Query(
        tuple(words),
        named.get("from"),
        named.get("in"),
        None if before is None else _midnight(before),
    )


def mark(shown: str, written: str, words: Sequence[str]) -> str:
    """Give what was found as HTML: the part around the first hit, every hit marked.

    :param shown: it as one sees it
    :param written: it as it was written, which is given where the words are only there: in
        the address of a link, or as a sign of Markdown
    """
    shown = composed(shown)
    if not words:
        return escape(shown[:EXCERPT])
    longest_first = sorted(words, key=len, reverse=True)
    hit = re.compile("|".join(map(re.escape, longest_first)), re.I)
    text = shown if hit.search(shown) else composed(written)
    return _marked(text, hit)


def _marked(text: str, hit: re.Pattern[str]) -> str:
    first = hit.search(text)
    begin = max(0, first.start() - _BEFORE_HIT) if first else 0
    part = text[begin : begin + EXCERPT]
    parts, at = ["…" if begin else ""], 0
    for found in hit.finditer(part):
        parts += [escape(part[at : found.start()]), f"<mark>{escape(found[0])}</mark>"]
        at = found.end()
    end = "…" if begin + EXCERPT < len(text) else ""
    return "".join([*parts, escape(part[at:]), end])


def _midnight(date: str) -> int:
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        raise BadEvent(f"“before:{date}” must be a date, as in before:2026-11-01.") from None
    begin = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return int(begin.timestamp()) * 1000
