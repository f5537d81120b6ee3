"""What is still arriving counts as if it were all there."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from models.allowance import AT_ONCE, PACE, Allowance
from models.errors import DiskFull, Full, SlowDown

ADA, BOB = 7, 9


def test_a_quota_counts_what_is_arriving() -> None:
    allowance = Allowance(quota=100, floor=0)
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
    allowance = Allowance(quota=0, floor=100)
    with allowance.admit(ADA, 50, used=0, free=200):
        with pytest.raises(DiskFull), allowance.admit(BOB, 51, used=0, free=200):
            pass
        with allowance.admit(BOB, 50, used=0, free=200):
            pass


def test_one_person_has_so_many_uploads_at_once() -> None:
    allowance = Allowance(quota=0, floor=0)
    with ExitStack() as held:
        for _ in range(AT_ONCE):
            held.enter_context(allowance.admit(ADA, 1, used=0, free=1000))
        with pytest.raises(SlowDown), allowance.admit(ADA, 1, used=0, free=1000):
            pass
        with allowance.admit(BOB, 1, used=0, free=1000):
            pass
    with allowance.admit(ADA, 1, used=0, free=1000):
        pass


def test_all_uploads_together_keep_a_pace() -> None:
    allowance = Allowance(quota=0, floor=0)
    assert [allowance.delay(PACE, 10.0) for _ in range(3)] == [1.0, 2.0, 3.0]
    assert allowance.delay(PACE, 12.5) == 1.5
    assert allowance.delay(PACE, 100.0) == 1.0, "what was not used before is not saved up"
