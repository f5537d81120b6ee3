"""What hurries changes and signals between processes.

The database is the truth, the bus only hurries: a bus may lose, repeat and
reorder changes, and :class:`models.channel.Channel` puts it right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from models.channel import Change
from models.signals import AnySignal

HearChange = Callable[[Change], None]
HearSignal = Callable[[AnySignal], None]


class Bus(Protocol):
    def subscribe(self, hear_change: HearChange | None, hear_signal: HearSignal) -> None:
        """Have all that any process says told to these, on the event loop.

        :param hear_change: None: only signals are
        """

    def publish(self, change: Change) -> None:
        """Tell every process, this one too, of a change."""

    def signal(self, signal: AnySignal) -> None:
        """Tell every process, this one too, of something else."""


class LocalBus:
    """The bus of a process that is alone: a function call."""

    def __init__(self) -> None:
        self._hear_change: list[HearChange] = []
        self._hear_signal: list[HearSignal] = []

    def subscribe(self, hear_change: HearChange | None, hear_signal: HearSignal) -> None:
        if hear_change is not None:
            self._hear_change.append(hear_change)
        self._hear_signal.append(hear_signal)

    def publish(self, change: Change) -> None:
        for hear in self._hear_change:
            hear(change)

    def signal(self, signal: AnySignal) -> None:
        for hear in self._hear_signal:
            hear(signal)
