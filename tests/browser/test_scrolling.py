"""The place in the conversation belongs to the reader."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, said
from tests.serving import GustProcess


def numbered(first: int, last: int) -> list[str]:
    return [f"number {n}" for n in range(first, last + 1)]


def at_one_moment(gust: GustProcess, count: int) -> None:
    """Put messages with one date into the database while nobody has it open."""
    gust.stop()
    with closing(sqlite3.connect(gust.data / "chat.db")) as database, database:
        database.execute(
            "INSERT INTO users (id, name, name_key, role, date)"
            " VALUES (1, 'bob', 'bob', 'guest', 0)"
        )
        database.executemany(
            "INSERT INTO messages (id, room, seq, user, msg_id, text, html, date, posted)"
            " VALUES (?1, 1, ?1, 1, ?1, ?2, ?3, 1700000000000, ?1)",
            ((n, f"number {n}", f"<p>number {n}</p>") for n in range(1, count + 1)),
        )
        database.execute("UPDATE rooms SET seq = ?", (count,))
    gust.start()


def is_at_the_end(person: Person) -> bool:
    return bool(person.timeline.evaluate("e => e.scrollHeight - e.scrollTop - e.clientHeight < 2"))


def test_older_messages_come_as_one_scrolls_up_and_the_view_stays(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", numbered(1, 700))
    ada = arrive("ada")
    ada.sees("number 700")
    # Follow one line on the screen through every change of what is above it.
    moved = ada.timeline.evaluate(
        """async log => {
          const seen = new Set();
          let worst = 0;
          const frame = () => new Promise(requestAnimationFrame);
          const note = () => {
            for (const text of log.querySelectorAll('.text')) seen.add(text.textContent);
          };
          // The words, not the row: a first message loses its name where older ones come.
          const visible = () => [...log.querySelectorAll('.message .text')].find(
            text => text.getBoundingClientRect().top > log.getBoundingClientRect().top + 100);
          for (let step = 0; step < 400 && !seen.has('number 1'); step++) {
            note();
            const words = visible();
            const before = words.getBoundingClientRect().top;
            const by = Math.min(log.scrollTop, 350);
            log.scrollTop -= by;
            await frame(); await frame();
            if (words.isConnected)
              worst = Math.max(worst, Math.abs(words.getBoundingClientRect().top - before - by));
            if (!by) await new Promise(resolve => setTimeout(resolve, 20));
          }
          note();
          return { worst, seen: seen.size, rows: log.querySelectorAll('.message').length };
        }"""
    )
    assert moved["worst"] <= 1, moved
    assert moved["seen"] == 700, moved
    assert moved["rows"] <= 460, moved
    expect(ada.timeline.get_by_text(re.compile("This is where .*lobby.* begins"))).to_be_visible()


def test_who_waits_at_the_top_is_brought_what_is_older(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", numbered(1, 600))
    ada = arrive("ada")
    ada.sees("number 600")
    ada.timeline.focus()
    while (first := ada.texts.first.text_content()) != "number 1":
        ada.page.keyboard.press("Home")
        expect(ada.texts.first).not_to_have_text(f"{first}")


def test_every_message_is_met_once_on_the_way_down_again(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", numbered(1, 900))
    ada = arrive("ada")
    ada.sees("number 900")
    met = ada.timeline.evaluate(
        """async log => {
          const frame = () => new Promise(requestAnimationFrame);
          const texts = () => [...log.querySelectorAll('.text')].map(text => text.textContent);
          const pause = () => new Promise(resolve => setTimeout(resolve, 10));
          for (let step = 0; step < 500 && !texts().includes('number 1'); step++) {
            log.scrollTop = 0; await frame(); await pause();
          }
          const wrong = [];
          for (let step = 0; step < 500; step++) {
            const numbers = texts().map(text => Number(text.slice(7)));
            numbers.forEach((n, at) => { if (at && n !== numbers[at - 1] + 1) wrong.push(n); });
            const before = log.scrollTop;
            const last = numbers.at(-1);
            log.scrollTop += 400;
            await frame(); await frame();
            if (log.scrollTop === before && last === 900) return { wrong, last };
          }
          return { wrong, last: 'never', texts: texts().slice(-2), top: log.scrollTop };
        }"""
    )
    assert met == {"wrong": [], "last": 900}
    assert is_at_the_end(ada)


# A hundred thousand by SOAK_MESSAGES take minutes.
def test_messages_of_one_moment_are_each_met_once_and_the_page_stays_quick(
    arrive: Arrive, gust: GustProcess
) -> None:
    count = int(os.environ.get("SOAK_MESSAGES", "4000"))
    at_one_moment(gust, count)
    ada = arrive("ada")
    ada.sees(f"number {count}")
    met = ada.timeline.evaluate(
        """async (log, count) => {
          const pause = () => new Promise(resolve => setTimeout(resolve, 0));
          const frame = () => new Promise(requestAnimationFrame);
          const seen = new Map();
          let rows = 0, known = new Set(), slowest = 0;
          const until = performance.now() + 600_000;
          while (!seen.has(1) && performance.now() < until) {
            const now = new Set();
            for (const text of log.querySelectorAll('.text')) {
              const number = Number(text.textContent.slice(7));
              if (now.has(number)) return { twice: number };
              now.add(number);
            }
            for (const number of now)
              if (!known.has(number)) seen.set(number, (seen.get(number) ?? 0) + 1);
            known = now;
            rows = Math.max(rows, now.size);
            const begun = performance.now();
            log.scrollTop = Math.min(log.scrollTop, 300);
            await frame();
            slowest = Math.max(slowest, performance.now() - begun);
            log.scrollTop = 0;
            await frame(); await pause();
          }
          const often = [...seen].filter(([, times]) => times > 1).length;
          return { seen: seen.size, often, rows, slowest };
        }""",
        count,
    )
    assert met["seen"] == count, met
    assert not met["often"], met
    assert met["rows"] <= 460, met


def test_at_the_end_one_follows_what_is_said(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", numbered(1, 80))
    ada = arrive("ada")
    ada.sees("number 80")
    said(gust, "bob", numbered(81, 90))
    expect(ada.texts.last).to_have_text("number 90")
    expect(ada.texts.last).to_be_in_viewport()
    assert is_at_the_end(ada)
    ada.composer.fill("a\nlonger\ndraft\nof\nlines")
    expect(ada.texts.last).to_be_in_viewport()
    # A long draft within the same frame as a message, while the scrolling for it is on its way.
    ada.composer.evaluate(
        """field => {
          const write = text => (field.value = text, field.dispatchEvent(new Event('input')));
          write('mine');
          field.form.requestSubmit();
          write('another\\n'.repeat(12));
        }"""
    )
    expect(ada.texts.last).to_have_text("mine")
    said(gust, "bob", ["and so on"])
    expect(ada.texts.last).to_have_text("and so on")
    expect(ada.texts.last).to_be_in_viewport()


def test_another_size_of_the_window_leaves_one_at_the_end(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", ["a long line of many words " * 10] * 20 + ["the last"])
    ada = arrive("ada")
    for width, height in ((800, 600), (1920, 1000), (390, 844), (844, 390), (1280, 800)):
        ada.page.set_viewport_size({"width": width, "height": height})
        expect(ada.texts.last).to_be_in_viewport()
        assert is_at_the_end(ada)


def test_away_from_the_end_one_is_told_and_not_dragged_down(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", numbered(1, 120))
    ada = arrive("ada")
    ada.sees("number 120")
    ada.timeline.hover()
    ada.page.mouse.wheel(0, -1500)
    expect(ada.pill).to_have_text("Latest messages")
    line = ada.timeline.locator(".message").nth(40).locator(".text").text_content()
    assert line is not None
    before = ada.top_of(line)
    said(gust, "bob", ["new one", "new two"])
    said(gust, "carol", ["new three"])
    expect(ada.pill).to_have_text("3 new messages")
    assert ada.top_of(line) == before
    ada.pill.click()
    expect(ada.texts.last).to_have_text("new three")
    expect(ada.texts.last).to_be_in_viewport()
    expect(ada.pill).to_be_hidden()


def test_ones_own_message_brings_one_to_the_end(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", numbered(1, 120))
    ada = arrive("ada")
    ada.sees("number 120")
    ada.scroll_to(300)
    ada.say("mine")
    expect(ada.texts.last).to_have_text("mine")
    expect(ada.texts.last).to_be_in_viewport()


def test_a_room_is_found_again_where_one_was_reading(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", numbered(1, 120))
    ada = arrive("ada")
    ada.sees("number 120")
    ada.page.get_by_role("button", name="Make a room").click()
    ada.page.get_by_label("Name").fill("den")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("den")
    ada.room("lobby").click()
    ada.sees("number 120")
    ada.timeline.hover()
    ada.page.mouse.wheel(0, -1200)
    expect(ada.pill).to_be_visible()
    before = ada.top_of("number 90")
    ada.room("den").click()
    expect(ada.page.get_by_role("heading", name=re.compile("It is quiet in .*den"))).to_be_visible()
    ada.room("lobby").click()
    assert abs(ada.top_of("number 90") - before) <= 1


def test_a_failed_load_of_older_messages_offers_another_try(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", numbered(1, 300))
    ada = arrive("ada")
    ada.expects_outage = True
    ada.page.route(re.compile("before="), lambda route: route.abort())
    ada.sees("number 300")
    for _ in range(3):
        ada.scroll_to(0)
    failed = ada.timeline.get_by_text("Older messages could not be loaded.")
    expect(failed).to_be_attached()
    ada.page.unroute(re.compile("before="))
    ada.scroll_to(0)
    ada.timeline.get_by_role("button", name="Try again").click()
    ada.sees("number 100")
