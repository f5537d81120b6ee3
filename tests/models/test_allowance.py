"""What is still arriving counts as if it were all there."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from models.allowance import Allowance
from models.errors import DiskFull, Full, SlowDown

ADA, BOB = 7, 9
PACE = 24 << 20


def allow(quota: int = 0, floor: int = 0, each: int = 2, all: int = 3) -> Allowance:
    return Allowance(quota, floor, each, all, PACE)


def test_a_quota_counts_what_is_arriving() -> None:
    allowance = allow(quota=100)
    with allowance.admit(ADA, 40, used=20, free=1000):
        with pytest.raises(Full, match="--quota"), allowance.admit(ADA, 41, used=20, free=1000):
            pass
        with allowance.admit(ADA, 40, used=20, free=1000):
            pass
        with allowance.admit(BOB, 100, used=0, free=1000):
            pass
    with allowance.admit(ADA, 80, used=20, free=1000):
        pass


def test_the_floor_counts_what_everybody_sends() -> None:
    allowance = allow(floor=100)
    with allowance.admit(ADA, 50, used=0, free=200):
        with pytest.raises(DiskFull), allowance.admit(BOB, 51, used=0, free=200):
            pass
        with allowance.admit(BOB, 50, used=0, free=200):
            pass


def test_one_person_has_so_many_uploads_at_once() -> None:
    allowance = allow()
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(allowance.admit(ADA, 1, used=0, free=1000))
        refused = pytest.raises(SlowDown, match=r"2 uploads .* --uploads-per-user")
        with refused, allowance.admit(ADA, 1, used=0, free=1000):
            pass
        with allowance.admit(BOB, 1, used=0, free=1000):
            pass
    with allowance.admit(ADA, 1, used=0, free=1000):
        pass


def test_everybody_together_has_so_many_uploads_at_once() -> None:
    allowance = allow()
    with ExitStack() as held:
        for person in (ADA, BOB, 11):
            held.enter_context(allowance.admit(person, 1, used=0, free=1000))
        refused = pytest.raises(SlowDown, match=r"3 uploads .* --uploads-at-once")
        with refused, allowance.admit(BOB, 1, used=0, free=1000):
            pass


def test_all_uploads_together_keep_a_pace() -> None:
    allowance = allow()
    assert [allowance.delay(PACE, 10.0) for _ in range(3)] == [1.0, 2.0, 3.0]
    assert allowance.delay(PACE, 12.5) == 1.5
    assert allowance.delay(PACE, 100.0) == 1.0, "what was not used before is not saved up"


def test_a_pace_of_zero_is_no_limit() -> None:
    allowance = Allowance(quota=0, floor=0, each=1, all=1, pace=0)
    assert [allowance.delay(PACE, 10.0) for _ in range(3)] == [0, 0, 0]
