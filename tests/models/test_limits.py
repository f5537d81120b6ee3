"""So much at once, so much a second."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import SlowDown
from models.limits import Limits


def test_a_burst_is_let_through_and_no_more() -> None:
    limits = Limits(rate=5, burst=3)
    for _ in range(3):
        limits.take("ada", 0.0)
    with pytest.raises(SlowDown):
        limits.take("ada", 0.0)


def test_the_error_says_when_it_will_be_accepted() -> None:
    limits = Limits(rate=5, burst=1)
    limits.take("ada", 0.0)
    with pytest.raises(SlowDown) as refused:
        limits.take("ada", 0.0)
    assert 200 <= refused.value.retry <= 201
    limits.take("ada", refused.value.retry / 1000)


@pytest.mark.parametrize(
    ("rate", "limit"),
    [(5, "5 a second"), (0.05, "3 a minute"), (0.01, "36 an hour"), (0.0001, "8.64 a day")],
)
def test_the_error_names_the_limit_and_its_option(rate: float, limit: str) -> None:
    limits = Limits(rate, 1, "room-rate")
    limits.take("ada", 0.0)
    with pytest.raises(SlowDown, match=rf"limit is {limit} \(the server's --room-rate\)"):
        limits.take("ada", 0.0)


def test_one_persons_haste_is_not_anothers() -> None:
    limits = Limits(rate=1, burst=1)
    limits.take("ada", 0.0)
    limits.take("bob", 0.0)


def test_a_rate_of_zero_is_no_limit() -> None:
    limits = Limits(rate=0, burst=1)
    for _ in range(1000):
        limits.take("ada", 0.0)


def test_full_buckets_are_forgotten() -> None:
    limits = Limits(rate=1, burst=1)
    for number in range(20_000):
        limits.take(number, float(number))
    assert len(limits._full_at) <= 10_001


@given(st.lists(st.floats(0, 3), max_size=80), st.integers(1, 10), st.integers(1, 10))
def test_never_more_than_the_burst_and_the_rate(pauses, rate, burst) -> None:
    limits, now, taken = Limits(rate, burst), 0.0, 0
    for pause in pauses:
        now += pause
        try:
            limits.take("ada", now)
            taken += 1
        except SlowDown:
            pass
    assert taken <= burst + rate * now + 1e-6


def test_sweeping_is_rare_while_every_bucket_is_needed() -> None:
    limits, begun = Limits(rate=1, burst=1), time.thread_time()
    for number in range(50_000):  # names made up by one who never stops
        limits.take(number, 0.0)
    assert time.thread_time() - begun < 3
