"""How often a person may do what others, or the database, have to bear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.limits import Limits


class Rates:
    """The limits of those who are known, each counted by person.

    :param opts: the options by name
    :ivar requests: of HTTP requests of any kind, handshakes too
    :ivar events: of frames on all their sockets, whatever is in them
    :ivar messages: of what is said, changed, removed, reacted to and marked as unread
    :ivar joins: of rooms joined, or looked up
    :ivar rooms: of rooms made, direct ones too
    :ivar changes: of names, topics and avatars, and ends of rooms: all are told of each
    :ivar members: of people brought into rooms: each is told, on all their devices
    :ivar uploads: of files sent to rooms
    :ivar searches: of searches
    :ivar typing: of being told to type, by person and room
    """

    def __init__(self, opts: Mapping[str, Any]) -> None:
        self.requests = limits(opts, "request")
        self.events = limits(opts, "event")
        self.messages = limits(opts, "message")
        self.joins = limits(opts, "join")
        self.rooms = limits(opts, "room")
        self.changes = limits(opts, "change")
        self.members = limits(opts, "member")
        self.uploads = limits(opts, "upload")
        self.searches = limits(opts, "search")
        self.typing = limits(opts, "typing")


def limits(opts: Mapping[str, Any], name: str) -> Limits:
    """Make the limits that the options ``<name>_rate`` and ``<name>_burst`` set."""
    rate = f"{name}_rate"
    return Limits(opts[rate], opts[f"{name}_burst"], rate.replace("_", "-"))
