"""Token buckets: so much at once, so much a second."""

from __future__ import annotations

from models.errors import SlowDown

SWEEP = 10_000  # buckets; beyond that, those that are full again are forgotten


class Limits:
    """One token bucket for each key, of the same rate and size.

    A bucket is kept as the one moment at which it will be full again, so that
    nothing has to tick. The caller keeps the clock.

    :param rate: tokens that come back in a second; 0: no limit
    :param burst: tokens that a full bucket holds
    :param option: the option that sets the rate, to be told to who is too fast
    """

    def __init__(self, rate: float, burst: int, option: str | None = None) -> None:
        where = f" (the server's --{option})" if option else ""
        self._reason = f"That was too fast; the limit is {_shown(rate)}{where}"
        self._interval = 1 / rate if rate > 0 else 0.0
        self._span = self._interval * max(burst, 1)
        self._full_at: dict[object, float] = {}
        self._sweep = SWEEP

    def take(self, key: object, now: float) -> None:
        """Take one token.

        :param now: seconds on any clock that only goes forward
        :raises SlowDown: there is none; the error says when there will be
        """
        if not self._interval:
            return
        full_at = max(self._full_at.get(key, now), now) + self._interval
        if (over := full_at - now - self._span) > 1e-9:
            raise SlowDown(max(1, round(over * 1000 + 0.5)), self._reason)
        self._full_at[key] = full_at
        if len(self._full_at) > self._sweep:
            self._full_at = {key: at for key, at in self._full_at.items() if at > now}
            # Where most are still needed, the next sweep is not to come with the next token.
            self._sweep = max(SWEEP, 2 * len(self._full_at))


def _shown(rate: float) -> str:
    """Write a rate for a person: ``5 a second``, ``3 a minute``."""
    for seconds, unit in ((1, "a second"), (60, "a minute"), (3600, "an hour")):
        if rate * seconds >= 1:
            return f"{rate * seconds:g} {unit}"
    return f"{rate * 86400:g} a day"
