"""Figures of faults, stated by tests, in a soak on a page; a server and its successor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.figures import SOAK, Fault, Others, lines, page
from tests.serving import ROOT, GustProcess

State = Callable[..., Fault]

_stated: list[Fault] = []
_others = Others()


@pytest.fixture
def fault(request: pytest.FixtureRequest) -> Iterator[State]:
    """State what a fault did: ``fault("A full disk", "…")``; see :class:`Fault`."""
    stated: list[Fault] = []

    def state(*args: Any, **kwargs: Any) -> Fault:
        stated.append(Fault(*args, **kwargs))
        return stated[-1]

    yield state
    _stated.extend(stated)
    if SOAK:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            print("", *lines(stated), sep="\n")
    else:
        print(*lines(stated), sep="\n")


@pytest.fixture
def old(tmp_path: Path) -> Iterator[GustProcess]:
    """A server that was told to take over, where there was none."""
    with GustProcess(tmp_path / "data", "--message-rate=0", "--take-over") as server:
        yield server
        assert not server.complaints


@pytest.fixture
def new(old: GustProcess) -> Iterator[GustProcess]:
    """A server that will take the place of ``old``."""
    with_it = old.successor()
    yield with_it
    with_it.kill()
    assert not with_it.complaints


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep to the tests that state figures, in a soak."""
    if SOAK:
        soaked = [item for item in items if "fault" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=[item for item in items if item not in soaked])
        items[:] = soaked


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the page, if all of the tests were run."""
    config = session.config
    is_part = config.getoption("keyword") or any("::" in arg or ".py" in arg for arg in config.args)
    if SOAK and _stated and not is_part:
        text = page(_stated, _others.seconds, _others.part())
        (ROOT / "docs" / "reliability.md").write_text(text, "utf-8")
