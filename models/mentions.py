"""People who are named in a text: ``@ada``, ``@"ada lovelace"``, ``@room``, ``@here``.

Names may have several words, and only the people of the room are worth marking; so
the longest beginning of what follows an @ that is somebody's name is the one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from models.names import LONGEST_USER, key

MOST = 20  # names looked up for one text

EVERYBODY = 0  # stands for a person's id: all who are in the room
ROOM, HERE = "room", "here"


class People(NamedTuple):
    """Who may be named in a text.

    :ivar ids: people by the key of their name
    :ivar everybody: whether the author may call all at once
    :ivar here: who is present, for ``@here``
    """

    ids: Mapping[str, int]
    everybody: bool = False
    here: tuple[int, ...] = ()


NOBODY = People({})


class Named(NamedTuple):
    """A name in a text.

    :ivar name: as it is written there
    :ivar end: where the text goes on
    :ivar all: it is nobody's name, but ``room`` or ``here``
    """

    name: str
    users: tuple[int, ...]
    end: int
    all: bool = False


def candidates(text: str) -> set[str]:
    """List the keys of all that may be names in a text; of the first ones only."""
    found: set[str] = set()
    at = text.find("@")
    for _ in range(MOST):
        if at < 0:
            break
        found.update(key(name) for name, _ in _names(text, at))
        at = text.find("@", at + 1)
    return found


def calls_everybody(named: Set[str]) -> bool:
    return ROOM in named or HERE in named


def find(text: str, at: int, people: People) -> Named | None:
    """Find who is named behind an @.

    :param at: where the @ is
    """
    for name, end in _names(text, at):
        wanted = key(name)
        # Before people of these names: taking one must not keep others from calling everybody.
        if people.everybody and wanted == ROOM:
            return Named(name, (EVERYBODY,), end, all=True)
        if people.everybody and wanted == HERE:
            return Named(name, people.here, end, all=True)
        if wanted in people.ids:
            return Named(name, (people.ids[wanted],), end)
    return None


def _names(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Give what may be a name behind an @, and where it ends; the longest first."""
    if at and (text[at - 1].isalnum() or text[at - 1] in "@_"):
        return  # an address of mail
    begin = at + 1
    if text[begin : begin + 1].isspace():
        return  # no name begins so
    if text[begin : begin + 1] == '"':
        end = text.find('"', begin + 1, begin + LONGEST_USER + 2)
        if end > 0:
            yield text[begin + 1 : end], end + 1
        return
    line = text[begin : begin + LONGEST_USER].partition("\n")[0]
    for length in range(len(line), 0, -1):
        if _ends_word(text, begin + length):
            yield line[:length], begin + length


def _ends_word(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at : at + 1]
    return not before.isspace() and not ((before.isalnum() or before == "_") and after.isalnum())
