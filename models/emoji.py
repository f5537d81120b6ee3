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
_SELECTOR = "\ufe0f"  # asks for the emoji where there is a letter-like character as well
# Emoji that are shown as plain characters without it (emoji-data.txt: Emoji, but not
# Emoji_Presentation).
_PLAIN = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u2328\u23cf\u23ed-\u23ef\u23f1\u23f2"
    "\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb\u25fc\u2600-\u2604\u260e\u2611\u2618\u261d\u2620"
    "\u2622\u2623\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u265f\u2660\u2663\u2665\u2666\u2668"
    "\u267b\u267e\u2692\u2694-\u2697\u2699\u269b\u269c\u26a0\u26a7\u26b0\u26b1\u26c8\u26cf\u26d1\u26d3"
    "\u26e9\u26f0\u26f1\u26f4\u26f7-\u26f9\u2702\u2708\u2709\u270c\u270d\u270f\u2712\u2714\u2716\u271d"
    "\u2721\u2733\u2734\u2744\u2747\u2763\u2764\u27a1\u2934\u2935\u2b05-\u2b07\u3030\u303d\u3297\u3299"
    "\U0001f170\U0001f171\U0001f17e\U0001f17f\U0001f202\U0001f237\U0001f321\U0001f324-\U0001f32c"
    "\U0001f336\U0001f37d\U0001f396\U0001f397\U0001f399-\U0001f39b\U0001f39e\U0001f39f"
    "\U0001f3cb-\U0001f3ce\U0001f3d4-\U0001f3df\U0001f3f3\U0001f3f5\U0001f3f7\U0001f43f\U0001f441"
    "\U0001f4fd\U0001f549\U0001f54a\U0001f56f\U0001f570\U0001f573-\U0001f579\U0001f587"
    "\U0001f58a-\U0001f58d\U0001f590\U0001f5a5\U0001f5a8\U0001f5b1\U0001f5b2\U0001f5bc"
    "\U0001f5c2-\U0001f5c4\U0001f5d1-\U0001f5d3\U0001f5dc-\U0001f5de\U0001f5e1\U0001f5e3\U0001f5e8"
    "\U0001f5ef\U0001f5f3\U0001f5fa\U0001f6cb\U0001f6cd-\U0001f6cf\U0001f6e0-\U0001f6e5\U0001f6e9"
    "\U0001f6f0\U0001f6f3"
)
# A skin tone stands in the selector's place.
_UNQUALIFIED = re.compile(f"(?:[{_PLAIN}](?![\U0001f3fb-\U0001f3ff])|[0-9#*](?=\u20e3))")
# Atomic: a skin tone is an emoji by itself too, and all ways to divide a text would be tried.
_ONLY = re.compile(rf"(?:(?>{_ONE.pattern})\s*)++")


def is_one(text: str) -> bool:
    """Tell whether a text is just one emoji: one grapheme, however many code points."""
    return len(text) <= LONGEST and _ONE.fullmatch(text) is not None


def qualified(text: str) -> str:
    """Give an emoji as keyboards and fonts expect it: with its selectors, and no needless ones.

    ``❤`` and ``❤️`` are one (UTS #51, fully-qualified emoji).
    """
    return _UNQUALIFIED.sub(rf"\g<0>{_SELECTOR}", text.replace(_SELECTOR, ""))


def only(text: str) -> bool:
    """Tell whether a text is nothing but emoji."""
    return _ONLY.fullmatch(text) is not None


def by_name(text: str) -> str:
    """Put emoji for their names between colons."""
    return NAMED.sub(lambda found: TABLE.get(found[1], found[0]), text)
