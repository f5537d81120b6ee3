"""Who may do what: pure functions of user, room and membership.

Each one returns when it is allowed, and raises what the asker is to be told
when it is not.
"""

from __future__ import annotations

from models.errors import Forbidden
from models.events import Kind

LOBBY = 1  # the room in which everybody is, always


def leave(room: int) -> None:
    """Everybody is in the lobby: a newcomer must land somewhere."""
    if room == LOBBY:
        raise Forbidden("The lobby can't be left: it is where everybody arrives.")


def take_out(asker: int, user: int) -> None:
    """Only oneself, while rooms are open to all: others could just come back."""
    if asker != user:
        raise Forbidden("You can take only yourself out of an open room.")


def may_enter(kind: Kind, member: bool) -> bool:
    """Tell whether somebody may know of a room: read it, post in it, join it."""
    return member or kind == "open"
