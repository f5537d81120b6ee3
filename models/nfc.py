"""Letters and their marks, composed (Unicode NFC, UAX #15), in time that grows with the text.

CPython puts the marks on a letter in order in quadratic time: 64 KiB of them took 0.8 s. No
script sets more than a few; UAX #15 takes 30 for the most that mean anything (13.3).
"""

from __future__ import annotations

import re
import unicodedata

MOST_MARKS = 30  # on a letter; where there are more, they are left as they came

# Marks of Tibetan that are of class 0, as letters are, but stand for two that are not.
DOUBLE_MARKS = "\u0f73\u0f75\u0f81"
_MARK = "\u0f71"  # any that is of another class
_TOO_MANY = re.compile(rb"[^\0]{%d,}" % (MOST_MARKS + 1))


def composed(text: str) -> str:
    """Compose a text; the same text, as nearly always, where it is already."""
    if unicodedata.is_normalized("NFC", text):
        return text
    told = text
    for mark in DOUBLE_MARKS:
        told = told.replace(mark, _MARK)
    classes = bytes(map(unicodedata.combining, told))
    parts: list[str] = []
    start = 0
    for run in _TOO_MANY.finditer(classes):
        parts += unicodedata.normalize("NFC", text[start : run.start()]), text[slice(*run.span())]
        start = run.end()
    parts.append(unicodedata.normalize("NFC", text[start:]))
    return "".join(parts)
