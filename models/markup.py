"""A message's text as safe HTML, rendered once, when it is posted."""

from __future__ import annotations

import re
from html import escape

_PARAGRAPHS = re.compile(r"\n(?:[ \t]*\n)+")


def render(text: str) -> str:
    """Render plain text: paragraphs and line breaks; everything else is escaped."""
    paragraphs = _PARAGRAPHS.split(escape(text.strip("\n")))
    return "".join(f"<p>{part}</p>" for part in paragraphs).replace("\n", "<br>")
