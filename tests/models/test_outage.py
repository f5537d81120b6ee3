"""Writes that are refused: a line for the first, now and then one for the rest, one at the end."""

from __future__ import annotations

import pytest

from models.store.outage import CALM, PAUSE, Outage


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told(caplog):
    """Give the lines so far; they are no longer unexpected."""

    def told() -> list[str]:
        lines = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return lines

    return told


def test_a_thousand_refusals_in_a_row_are_one_line(clock, told):
    outage = Outage(clock)
    for _ in range(1_000):
        outage.refuse(3, "disk is full")
        clock.now += 0.01
    assert told() == ["not stored: 3 writes: disk is full"]


def test_one_that_lasts_is_told_again_each_minute_with_what_came_since(clock, told):
    outage = Outage(clock)
    outage.refuse(1, "disk is full")
    clock.now += PAUSE - 1
    outage.refuse(5, "disk is full")
    clock.now += 2
    outage.refuse(7, "disk is full")
    assert told()[1:] == ["not stored: 12 writes: disk is full"]


def test_each_reason_is_told(clock, told):
    outage = Outage(clock)
    for reason in ("disk is full", "disk I/O error", "disk is full", "disk I/O error"):
        outage.refuse(1, reason)
    assert [line.rpartition(": ")[2] for line in told()] == ["disk is full", "disk I/O error"]


def test_its_end_is_told_once_and_the_next_one_anew(clock, told):
    outage = Outage(clock)
    outage.refuse(2, "disk is full")
    clock.now += 3
    outage.pass_by()
    assert not outage.is_on
    outage.refuse(1, "disk is full")
    assert told() == [
        "not stored: 2 writes: disk is full",
        "stored again after 3.0 s: 2 writes were refused",
        "not stored: 1 writes: disk is full",
    ]


def test_small_writes_that_still_fit_between_those_that_do_not_are_no_end(clock, told):
    outage = Outage(clock)
    for _ in range(100):
        outage.refuse(1, "disk is full")
        clock.now += CALM / 2
        outage.pass_by()
    assert len(told()) == 1
    assert outage.is_on
