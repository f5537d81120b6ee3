"""What the tests share: a real application on a real database in a folder of its own.

Unexpected log output fails the run: a test that provokes a warning says so with
``caplog.clear()``.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chat import Application

# Otherwise the first test on Tornado's loop makes one more, which nobody closes.
asyncio.set_event_loop(None)

# Everybody comes from one address here.
UNLIMITED = {
    **{
        f"{name}_rate": 0.0
        for name in ("address_request", "event", "guest", "message", "request", "sign_up")
    },
    "sockets_per_ip": 0,
}


@pytest.fixture
def settings() -> dict[str, Any]:
    """Options that a test changes by overriding this fixture."""
    return {}


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder in which nothing has happened yet; all migrations are applied."""
    data = tmp_path_factory.mktemp("begun") / "data"
    _close(Application(data=str(data)))
    return data


@pytest.fixture
def app(tmp_path: Path, settings: dict[str, Any], begun: Path) -> Iterator[Application]:
    shutil.copytree(begun, tmp_path / "data")
    application = Application(data=str(tmp_path / "data"), **UNLIMITED | settings)
    yield application
    _close(application)


def _close(application: Application) -> None:
    application.store.close()
    application.hashing.close()
    application.pictures.close()
    application.blobs.close()


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs a warning or worse."""
    caplog.set_level(logging.INFO)
    yield
    loud = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.WARNING]
    assert not loud, loud
