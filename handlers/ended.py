"""Sessions that ended lately: what is late for them is told why, and brings none of them back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

REMEMBERED = 3600.0  # seconds


class Ended:
    """Remember the hashes of sessions for a while after their end."""

    def __init__(self) -> None:
        self._codes: dict[bytes, int] = {}

    def note(self, hashes: Iterable[bytes], code: int) -> None:
        """Take down sessions that have just ended.

        :param code: the close code that their sockets get
        """
        for hash in hashes:
            self._codes[hash] = code
            asyncio.get_running_loop().call_later(REMEMBERED, self._codes.pop, hash, None)

    def why(self, hash: bytes | None) -> int | None:
        """Give the close code that a session ended with; None: it did not, or long ago."""
        return None if hash is None else self._codes.get(hash)
