"""What happened here since the start, as numbers that only rise.

Plain attributes, added to where things happen: prometheus_client's own counters take a
lock and half a microsecond each, and there are ten thousand commits and a million
deliveries a minute. They are put into its form when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate


class Histogram:
    """How often a number was how large; one thread observes, others may read.

    :param bounds: the upper ends of the ranges that are told apart, ascending
    :ivar sum: of all that was observed
    """

    __slots__ = ("_bounds", "_counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self.sum += value

    def cumulated(self) -> Iterator[tuple[str, float]]:
        """Give each upper end with how often it was not passed, ``+Inf`` at last."""
        ends = [*map(str, self._bounds), "+Inf"]
        return zip(ends, accumulate(self._counts), strict=True)


class Counts:
    """Everything that is counted.

    :ivar messages: stored; a resend counts once
    :ivar changes: told in rooms, messages among them
    :ivar deliveries: of changes, to each connection in the room
    :ivar slow_readers: connections closed for reading too slowly
    :ivar errors: told to clients, by code
    :ivar requests: answered, by hundreds of the status (``2xx``)
    :ivar batches: works in one transaction
    :ivar commits: seconds for one transaction, its ``fsync`` included
    :ivar lag: seconds by which the event loop came late
    """

    def __init__(self) -> None:
        self.messages = 0
        self.changes = 0
        self.deliveries = 0
        self.slow_readers = 0
        self.errors: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.batches = Histogram((1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))
        self.commits = Histogram((0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5))
        self.lag = Histogram((0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5))
