"""What hurries changes from the process that stored them to those who listen.

The database is the truth, the bus only hurries: a bus may lose, repeat and
reorder, and :class:`models.channel.Channel` puts it right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from models.channel import Change

Hear = Callable[[Change], None]


class Bus(Protocol):
    def subscribe(self, hear: Hear) -> None:
        """Have every change of every process told to ``hear``, on the event loop."""

    def publish(self, change: Change) -> None:
        """Tell every process, this one too."""


class LocalBus:
    """The bus of a process that is alone: a function call."""

    def __init__(self) -> None:
        self._hear: list[Hear] = []

    def subscribe(self, hear: Hear) -> None:
        self._hear.append(hear)

    def publish(self, change: Change) -> None:
        for hear in self._hear:
            hear(change)
