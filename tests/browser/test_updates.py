"""The server is updated under an open page: nobody notices, or is told so calmly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.test_coming_back import hurry
from tests.serving import ROOT, GustProcess

# Keeps every word that told how the connection is.
WATCH = """() => {
  window.told = [];
  const parts = document.querySelectorAll('[data-part=state], [data-part=status]');
  const keep = () => window.told.push(...[...parts].map((part) => part.textContent));
  const watch = new MutationObserver(keep);
  const told = { childList: true, characterData: true, subtree: true };
  for (const part of parts) watch.observe(part, told);
}"""


@pytest.fixture
def updated(tmp_path: Path) -> Path:
    """A Gust with other scripts."""
    for part in ("handlers", "models", "static", "templates"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "chat.py", tmp_path)
    words = tmp_path / "static/js/words/page.js"
    words.write_text(words.read_text() + "// another version\n")
    return tmp_path


@pytest.fixture
def follow(gust: GustProcess) -> Iterator[object]:
    """Have another server take over: ``follow(root)``."""
    followers: list[GustProcess] = []

    def take_over(root: Path = ROOT) -> GustProcess:
        new = gust.successor(root=root)
        followers.append(new)
        new.take_over()
        return new

    yield take_over
    for each in followers:
        each.kill()
        assert not each.complaints


def told(page: Page) -> list[str]:
    return page.evaluate("window.told")


def test_an_update_is_over_before_one_notices(arrive: Arrive, gust, follow) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.page.evaluate(WATCH)
    ada.composer.fill("half a thou")
    follow()
    ada.is_connected()
    bob.is_connected()
    assert ada.composer.input_value() == "half a thou"
    ada.say("said to the new one")
    bob.sees("said to the new one")
    ada.has_sent_all()
    assert not [words for words in told(ada.page) if "econnect" in words or "Offline" in words]
    expect(ada.page.get_by_text("Gust was updated.")).to_have_count(0)


def test_an_update_that_takes_longer_says_so_and_what_is_written_waits(arrive, gust) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.expects_outage = bob.expects_outage = True
    gust.stop()
    expect(ada.state).to_have_text("Updating")
    ada.say("written meanwhile")
    gust.start()
    hurry(ada, bob)
    ada.has_sent_all()
    bob.sees("written meanwhile")


def test_an_update_that_does_not_end_is_an_outage(arrive, gust) -> None:
    ada = arrive("ada")
    ada.expects_outage = True
    ada.page.clock.install()
    gust.stop()
    expect(ada.state).to_have_text("Updating")
    ada.page.clock.fast_forward(10_000)
    expect(ada.state).to_have_text("Reconnecting")


def test_who_has_the_old_page_is_offered_the_new_one(arrive, gust, follow, updated) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    bob.page.reload()  # so that the way in is not loaded
    bob.is_connected()
    ada.composer.fill("half a thou")
    ada.expects_outage = bob.expects_outage = True  # what the old page lacks is looked for
    follow(updated)
    offer = ada.page.get_by_text("Gust was updated.").first
    expect(offer).to_be_visible()
    wanting(ada)
    ada.page.get_by_role("button", name="Reload").click()
    ada.is_connected()
    expect(ada.composer).to_have_value("half a thou")
    expect(offer).to_have_count(0)
    ada.page.get_by_role("button", name="Search messages").click()
    expect(ada.page.get_by_role("dialog")).to_be_visible()
    # Outside there is nothing to lose: the page fetches itself anew.
    bob.context.request.delete("/api/session")
    expect(bob.page.get_by_label("Your name")).to_be_visible()


def wanting(person: Person) -> None:
    """Open what the old page has not loaded yet: it says why that can't be."""
    person.page.get_by_role("button", name="Search messages").click()
    expect(person.page.get_by_text("Reload the page to do this.")).to_be_visible()
