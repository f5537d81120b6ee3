"""Emoji: what is one, and what they are called."""

from __future__ import annotations

import json
import re
from pathlib import Path

# The page completes names and has a picker from the same file.
_FILE = Path(__file__).parents[1] / "static" / "emoji.json"
TABLE: dict[str, str] = {
    name: symbol
    for group in json.loads(_FILE.read_text("utf-8")).values()
    for name, symbol in group.items()
}
NAMED = re.compile(":([a-z0-9_+-]{1,64}):")
LONGEST = 16  # code points

_BASE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
)
_TAGS = "[\U000e0020-\U000e007e]+\U000e007f"  # England, Scotland, Wales
_PART = f"{_BASE}\ufe0f?[\U0001f3fb-\U0001f3ff]?(?:{_TAGS})?"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_KEY = "[0-9#*]\ufe0f?\u20e3"
_ONE = re.compile(f"{_PART}(?:\u200d{_PART})*|{_FLAG}|{_KEY}")  # UTS #51, 1.4.9
# Atomic: a skin tone is an emoji by itself too, and all ways to divide a text would be tried.
_ONLY = re.compile(rf"(?:(?>{_ONE.pattern})\s*)++")


def is_one(text: str) -> bool:
    """Tell whether a text is just one emoji: one grapheme, however many code points."""
    return len(text) <= LONGEST and _ONE.fullmatch(text) is not None


def only(text: str) -> bool:
    """Tell whether a text is nothing but emoji."""
    return _ONLY.fullmatch(text) is not None


def by_name(text: str) -> str:
    """Put emoji for their names between colons."""
    return NAMED.sub(lambda found: TABLE.get(found[1], found[0]), text)
