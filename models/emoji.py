"""Emoji: what is one, and what they are called."""

from __future__ import annotations

import re

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


def is_one(text: str) -> bool:
    """Tell whether a text is just one emoji: one grapheme, however many code points."""
    return len(text) <= LONGEST and _ONE.fullmatch(text) is not None
