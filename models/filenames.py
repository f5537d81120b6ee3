"""Names of files: shown to people, never trusted.

A file is stored under its content and found under its id; its name is only ever a
text. So what is dangerous in a path is merely cut off here, and what could make a
name look like another is taken out; nothing is refused.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from models.nfc import composed

LONGEST = 120  # characters

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SPACES = re.compile(r"\s+")
_EXTENSION = re.compile(r"\.\w{1,10}$")


def clean(name: str) -> str:
    """Give a name that can be shown: one line, no folders, at most 120 characters.

    Controls and what turns the direction of the text are left out; from a long name
    the end of the stem. Where nothing is left it is called “file”.
    """
    name = re.split(r"[/\\]", name)[-1]
    spaced = _SPACES.sub(" ", composed(name))
    seen = "".join(char for char in spaced if unicodedata.category(char) not in _UNSEEN)
    seen = seen.strip(" .") if seen.strip(" .") == "" else seen.strip()
    if len(seen) > LONGEST:
        extension = _EXTENSION.search(seen)
        end = extension[0] if extension else ""
        seen = seen[: LONGEST - len(end) - 1] + "…" + end
    return seen or "file"


def disposition(name: str, inline: bool) -> str:
    """Write a ``Content-Disposition`` (RFC 6266): the name in ASCII, and as it is (RFC 8187)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
