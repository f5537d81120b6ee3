"""Slack's markup of a text, as Markdown (docs.slack.dev: “Formatting message text”).

Slack writes who and what is meant between ``<`` and ``>``, and ``&``, ``<`` and ``>``
themselves as in HTML. Bold is one asterisk, struck out one tilde.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from models.mentions import EVERYBODY, HERE, ROOM

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
_MEANT = re.compile(r"<([^<>\n]+)>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])")
_STRUCK = re.compile(r"(?<![\w~])~(?=\S)([^~\n]*[^~\s])~(?![\w~])")
_ASIDE = re.compile("\0(\\d+)\0")
_ALL = {"here": HERE, "channel": ROOM, "everyone": ROOM}


class Person(NamedTuple):
    id: int
    name: str


class Translated(NamedTuple):
    """A text in Markdown.

    :ivar mentions: whom it names; 0: everybody in the room
    """

    text: str
    mentions: list[int]


def translate(text: str, people: Mapping[str, Person], channels: Mapping[str, str]) -> Translated:
    """Translate a text.

    :param people: by Slack's id
    :param channels: names by Slack's id
    """
    mentions: dict[int, None] = {}

    def meant(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        kind, rest = target[:1], target[1:]
        if kind == "@" and rest in people:
            mentions[people[rest].id] = None
            return _naming(people[rest].name)
        if kind == "!" and rest in _ALL:
            mentions[EVERYBODY] = None
            return f"@{_ALL[rest]}"
        if kind == "#":
            return f"#{label or channels.get(rest, rest)}"
        if kind in ("@", "!"):
            return label or f"@{rest.partition('^')[0]}"
        return _link(target, label)

    parts = _CODE.split(text.replace("\0", ""))
    for place, part in enumerate(parts):
        code = place % 2
        parts[place] = _MEANT.sub(_as_written, part) if code else _marked(part, meant)
    return Translated(html.unescape("".join(parts)), list(mentions))


def _marked(text: str, meant: Callable[[re.Match[str]], str]) -> str:
    """Translate marks; what is meant is put aside meanwhile, for an address may look like one."""
    aside: list[str] = []

    def put_aside(found: re.Match[str]) -> str:
        aside.append(meant(found))
        return f"\0{len(aside) - 1}\0"

    text = _MEANT.sub(put_aside, text)
    text = _STRUCK.sub(r"~~\1~~", _BOLD.sub(r"**\1**", text))
    return _ASIDE.sub(lambda found: aside[int(found[1])], text)


def _naming(name: str) -> str:
    return f"@{name}" if re.fullmatch(r"\w+", name) else f'@"{name}"'


def _link(target: str, label: str) -> str:
    if target.startswith("mailto:"):
        return label or target.removeprefix("mailto:")
    if not label or label == target:
        return target
    shown = label.replace("[", r"\[").replace("]", r"\]")
    return f"[{shown}]({target.replace('(', '%28').replace(')', '%29')})"


def _as_written(found: re.Match[str]) -> str:
    """Give what somebody wrote in code, where Slack made a link of it."""
    target, _, label = found[1].partition("|")
    return label or target
