"""How long is fuzzed, by which chance, and what it does to bytes.

``FUZZ_SECONDS`` is how long each of these tests goes on, ``FUZZ_SEED`` what it begins with;
a failure tells it.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator

SECONDS = float(os.environ.get("FUZZ_SECONDS", "1"))
# The short one is the same each time: it is not to fail by chance where nothing has changed.
SEED = int(os.environ.get("FUZZ_SEED") or (random.randrange(10**9) if SECONDS > 10 else 1))

_INTERESTING = [
    b"\0", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\r\n", b"\n", b"\r\n\r\n", b" " * 300,
    b"{", b"}", b"[" * 200, b'"', b"\\u0000", b"\\ud800", b"%00", b"%ff", b"%", b"\xc2\xb2",
    b"-1", b"0", b"9" * 30, b"1e999", b"NaN", b"null", b"true", b",", b";", b":", b"=", b"--",
    b"../", b"*", b"(", b"\x7f", b"\xe2\x80\xae", b"a" * 5000,
]  # fmt: skip


class Chance(random.Random):
    """Choose by chance, and break things by it.

    :param name: of the test: each has a chance of its own
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"{SEED} {name}")
        print(f"FUZZ_SEED={SEED}")

    def rounds(self) -> Iterator[int]:
        """Count until the time is over; once at least."""
        until, number = time.monotonic() + SECONDS, 0
        while number == 0 or time.monotonic() < until:
            yield number
            number += 1

    def likely(self, probability: float) -> bool:
        return self.random() < probability

    def broken(self, data: bytes, most: int = 4) -> bytes:
        """Change something here and there."""
        broken = bytearray(data)
        for _ in range(self.randint(1, most)):
            self.choice(_WAYS)(self, broken)
        return bytes(broken)

    def _flip(self, data: bytearray) -> None:
        if data:
            data[self.randrange(len(data))] ^= 1 << self.randrange(8)

    def _replace(self, data: bytearray) -> None:
        if data:
            data[self.randrange(len(data))] = self.randrange(256)

    def _insert(self, data: bytearray) -> None:
        at = self.randint(0, len(data))
        data[at:at] = self.choice(_INTERESTING)

    def _remove(self, data: bytearray) -> None:
        begin, end = self._span(data)
        del data[begin:end]

    def _repeat(self, data: bytearray) -> None:
        begin, end = self._span(data)
        data[end:end] = data[begin:end] * self.choice((1, 2, 50))

    def _cut(self, data: bytearray) -> None:
        del data[self.randint(0, len(data)) :]

    def _span(self, data: bytearray) -> tuple[int, int]:
        begin = self.randint(0, len(data))
        return begin, min(len(data), begin + self.choice((1, 2, 4, 16, 64)))


_WAYS: list[Callable[[Chance, bytearray], None]] = [
    Chance._flip,
    Chance._replace,
    Chance._insert,
    Chance._remove,
    Chance._repeat,
    Chance._cut,
]
