"""How much may be uploaded: by one person, by all, and at once.

What is still arriving counts as if it were all there, so that many uploads together
can't take what each alone would be allowed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import DiskFull, Full, SlowDown
from models.sizes import shown

RETRY = 2000  # ms


class Allowance:
    """Admit uploads.

    :param quota: bytes that one person's files may have together; 0: no limit
    :param floor: bytes of the disk that stay free
    :param each: uploads of one person at once
    :param all: uploads of everybody at once
    :param pace: bytes a second of all uploads together; 0: no limit
    """

    def __init__(self, quota: int, floor: int, each: int, all: int, pace: int) -> None:
        self._quota = quota
        self._floor = floor
        self._each = each
        self._all = all
        self._pace = pace
        self._arriving: Counter[int] = Counter()  # bytes announced, by person
        self._uploads: Counter[int] = Counter()
        self._free_at = 0.0

    def delay(self, size: int, now: float) -> float:
        """Tell how long to wait before so many bytes more, in seconds.

        All uploads share one pace: at full speed, those of a fast network keep the
        event loop and the disk from everybody who only wants to talk.

        :param now: seconds on any clock that only goes forward
        """
        if not self._pace:
            return 0.0
        self._free_at = max(self._free_at, now) + size / self._pace
        return self._free_at - now

    @contextmanager
    def admit(self, user: int, size: int, used: int, free: int) -> Iterator[None]:
        """Hold room for an upload until it has ended.

        :param size: bytes that it announces
        :param used: bytes that the person's files have already
        :param free: bytes that the disk still takes
        :raises SlowDown: too many are under way
        :raises Full: over the quota
        :raises DiskFull: the disk would fall below the floor
        """
        self._check_number(user)
        if self._quota and used + self._arriving[user] + size > self._quota:
            raise Full(
                f"Your files have {shown(used)}; with this one they would be over the "
                f"{shown(self._quota)} that each person has here (the server's --quota). "
                "Remove messages with files that are no longer needed."
            )
        if free - self._arriving.total() - size < self._floor:
            raise DiskFull
        self._arriving[user] += size
        self._uploads[user] += 1
        try:
            yield
        finally:
            self._arriving[user] -= size
            self._uploads[user] -= 1
            if not self._uploads[user]:
                del self._arriving[user], self._uploads[user]

    def _check_number(self, user: int) -> None:
        if self._uploads[user] >= self._each:
            raise SlowDown(
                RETRY,
                f"You have {self._each} uploads under way, which is the limit "
                "(the server's --uploads-per-user)",
            )
        if self._uploads.total() >= self._all:
            raise SlowDown(
                RETRY,
                f"The server takes {self._all} uploads at once, and has as many "
                "(its --uploads-at-once)",
            )
