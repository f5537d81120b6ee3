"""A browser, a server of the test's own, and people who visit it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.modules import Run, importing
from tests.browser.person import Person
from tests.browser.warm import WarmGust
from tests.serving import GustProcess

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Each context would otherwise open two pages more, for an address bar that nobody sees:
    # nine tenths of what a context costs.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    # Names of attackers lead here, as they would after DNS rebinding.
    "--host-resolver-rules=MAP *.example 127.0.0.1",
]

PATIENCE = 10_000  # ms, on a machine that has other things to do

Arrive = Callable[..., Person]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def spare(
    tmp_path_factory: pytest.TempPathFactory, begun: Path
) -> Iterator[Callable[[], GustProcess]]:
    """Servers ahead of need: the next one starts while a test runs."""

    def begin() -> GustProcess:
        data = tmp_path_factory.mktemp("gust") / "data"
        shutil.copytree(begun, data)
        process = WarmGust(data, "--message-rate=0", "--change-rate=0")
        process.start()
        return process

    with ThreadPoolExecutor(1) as aside:
        ready = [aside.submit(begin)]

        def take() -> GustProcess:
            ready.append(aside.submit(begin))
            return ready.pop(0).result()

        yield take
        ready.pop().result().kill()


@pytest.fixture
def gust(spare: Callable[[], GustProcess]) -> Iterator[GustProcess]:
    with served(spare) as process:
        yield process


@contextmanager
def served(spare: Callable[[], GustProcess]) -> Iterator[GustProcess]:
    process = spare()
    yield process
    process.kill()
    assert not process.complaints


@pytest.fixture
def arrive(chromium: Browser, gust: GustProcess) -> Iterator[Arrive]:
    """Let somebody open the page: ``arrive("ada")``, with options of a browser context."""
    with arrivals(chromium, gust) as arrive:
        yield arrive


@contextmanager
def arrivals(chromium: Browser, gust: GustProcess) -> Iterator[Arrive]:
    """Let people open the page.

    What the browser complains of (scripts that fail, what the page's own policy forbids) fails
    the test, unless the person expects it.
    """
    everyone: list[Person] = []

    def come(name: str | None, path: str = "/", **options: Any) -> Person:
        options = {
            "viewport": {"width": 1280, "height": 800},
            "locale": "en-GB",
            "reduced_motion": "reduce",
            **options,
        }
        context = chromium.new_context(base_url=gust.url, **options)
        context.set_default_timeout(PATIENCE)
        person = Person(context, name)
        everyone.append(person)
        person.open(path)
        if name is not None:
            person.enter(name)
        return person

    yield come
    for person in everyone:
        person.context.close()
    for person in everyone:
        assert not person.complaints, (person.name, person.complaints)


@pytest.fixture(scope="module")
def run(chromium: Browser, spare: Callable[[], GustProcess]) -> Iterator[Run]:
    """Use a module of the page's models: ``run("room", "return new it.Room(lobby).seq")``."""
    gust = spare()
    page = chromium.new_page()
    page.goto(gust.url)
    yield importing(page)
    page.close()
    gust.kill()
