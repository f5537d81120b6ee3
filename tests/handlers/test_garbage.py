"""Garbage: freed without being searched for; searched for in small portions."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from handlers import garbage
from handlers.chatsocket import ChatSocketHandler
from handlers.garbage import FEW, WAVE, WORTH, Collector
from handlers.page import PageHandler
from tests.handlers.conftest import Connect


class Person:
    """Somebody who knows themselves: a circle of references."""

    def __init__(self) -> None:
        self.friend = self


@pytest.fixture
def unsearched() -> Iterator[None]:
    """Have no garbage searched for."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have everything searched however little was put aside."""
    monkeypatch.setattr(garbage, "GROWN", -1_000_000)


@contextmanager
def collecting(here: list[int]) -> Iterator[Collector]:
    """Collect in portions, while these are connected."""
    collector = Collector(here)
    collector.start()
    try:
        yield collector
    finally:
        collector.stop()


def forgotten() -> weakref.ref[Person]:
    """Put somebody aside, and forget them."""
    person = Person()
    for _ in range(WORTH):
        gc.collect(1)
    return weakref.ref(person)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_a_closed_connection_is_freed_without_a_search(
    connect: Connect, unsearched: None
) -> None:
    ada = await connect("ada")
    kept = weakref.ref(next(iter(ChatSocketHandler.waiters)))
    ada.close()
    await until(lambda: kept() is None)


@pytest.mark.gen_test
async def test_a_page_is_freed_without_a_search(call: Callable[..., Any], unsearched: None) -> None:
    await call("GET", "/")  # rendered now, and kept
    gc.collect()
    await call("GET", "/")
    await until(lambda: not any(isinstance(kept, PageHandler) for kept in gc.get_objects()))


@pytest.mark.gen_test
async def test_what_survives_is_put_aside() -> None:
    with collecting([]):
        person = Person()
        gc.collect(1)
        assert not any(kept is person for kept in gc.get_objects())


@pytest.mark.gen_test
async def test_nobody_waits_for_everything_to_be_searched_while_many_are_connected(
    eager: None,
) -> None:
    here = list(range(FEW + 1))
    with collecting(here) as collector:
        ada = forgotten()
        collector.look()
        assert ada() is not None
        del here[FEW:]
        collector.look()
        assert ada() is None


@pytest.mark.gen_test
async def test_a_wave_of_arrivals_is_over_before_everything_is_searched(eager: None) -> None:
    here: list[int] = []
    with collecting(here) as collector:
        collector.look()
        ada = forgotten()
        for _ in range(3):
            here.extend(range(WAVE + 1))
            collector.look()
        here.extend(range(WAVE))  # as many as come on any day
        collector.look()
        assert ada() is not None
        collector.look()
        assert ada() is None


@pytest.mark.gen_test
async def test_everything_is_searched_once_much_more_is_put_aside_than_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(garbage, "GROWN", 10_000)
    with collecting([]) as collector:
        ada = forgotten()
        collector.look()
        assert ada() is not None, "hardly anything was put aside since the last time"
        more = [[number] for number in range(11_000)]
        bob = forgotten()
        collector.look()
        assert (ada(), bob()) == (None, None)
        assert len(more) == 11_000


@pytest.mark.gen_test
async def test_too_much_put_aside_is_searched_all_the_same(monkeypatch: Any) -> None:
    monkeypatch.setattr(garbage, "MOST", 0)
    monkeypatch.setattr(garbage, "EACH", 0)
    with collecting(list(range(FEW + 1))) as collector:
        ada = forgotten()
        collector.look()
        assert ada() is None


@pytest.mark.gen_test
async def test_it_leaves_the_process_as_it_was() -> None:
    before = gc.get_threshold(), len(gc.callbacks)
    with collecting([]):
        assert gc.get_threshold() != before[0]
    assert (gc.get_threshold(), len(gc.callbacks)) == before
