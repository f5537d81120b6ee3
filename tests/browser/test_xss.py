"""Texts that attack, wherever people can put one: nothing of them runs, nothing is even tried.

A page that was careless somewhere would still be saved by its policy. So the reports of that
policy are watched as well: there must be none.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.attacks import ATTACKS
from tests.browser.conftest import Arrive
from tests.browser.person import Person, said
from tests.browser.watching import (
    STRAYS,
    WATCH,
    call,
    close,
    dialog,
    lenient_gust,  # noqa: F401 - a fixture
    nothing_ran,
    press_all,
    promote,
    watched_ada,  # noqa: F401 - a fixture
)
from tests.serving import GustProcess


def test_there_are_enough_of_them() -> None:
    assert len(set(ATTACKS)) >= 60


def test_the_watch_notices(ada: Person) -> None:
    """What these tests rely on: a script that runs, and one that the policy stops, are seen."""
    ada.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src onerror=pwn()>')")
    ada.page.wait_for_function("() => window.ran.length > 0")
    assert "script-src" in ada.page.evaluate("window.ran[0]")
    assert ada.page.evaluate(STRAYS) != []
    ada.page.evaluate("window.ran = []; document.querySelector('[onerror]').remove()")
    ada.complaints.clear()


def test_messages(ada: Person, gust: GustProcess) -> None:
    sent = [text for text in ATTACKS if "\0" not in text]
    said(gust, "eve", sent)
    for text in sent[::10]:  # live, and from one's own hand
        ada.say(text)
    ada.has_sent_all()
    expect(ada.messages.last).to_be_visible()
    press_all(ada, "article *")
    assert nothing_ran(ada)
    ada.open("/")  # and from the history
    ada.is_connected()
    for top in range(0, ada.timeline.evaluate("log => log.scrollHeight"), 400):
        ada.scroll_to(top)
    press_all(ada, "article *")
    assert nothing_ran(ada)
    told = ada.page.evaluate("document.querySelector('[role=log]').innerText")
    assert "<svg onload=pwn()>" in told
    assert "<script>pwn()</script>" in told


def test_answers_and_edits(ada: Person, gust: GustProcess) -> None:
    said(gust, "eve", ["<img src onerror=pwn()>"])
    ada.say("fine")
    ada.has_sent_all()
    ada.page.evaluate(
        """texts => new Promise(resolve => {
          const socket = new WebSocket(`ws://${location.host}/chatsocket`);
          socket.onmessage = ({ data }) => {
            const event = JSON.parse(data);
            if (event.type === 'presence') {
              for (const text of texts) {
                const msgId = text.slice(0, 60);
                for (const said of [
                  { type: 'edit', id: 2, text },
                  { type: 'message', text, replyTo: 1, msgId },
                  { type: 'react', id: 2, emoji: text, on: true },
                ]) socket.send(JSON.stringify(said));
              }
              socket.send(JSON.stringify({ type: 'ping', n: 1 }));
            }
            if (event.type === 'pong') setTimeout(resolve, 500);
          };
        })""",
        ATTACKS,
    )
    press_all(ada, "article *")
    assert nothing_ran(ada)


def test_names_of_people(ada: Person, arrive: Arrive, gust: GustProcess) -> None:
    eve = arrive("eve")
    eve.say("It is me.")
    eve.expects_outage = True  # some names are refused
    short = [text for text in ATTACKS if len(text) <= 32]
    assert len(short) >= 30
    taken = 0
    for text in short:
        if call(eve, "PATCH", "/api/account", {"name": text}) != 200:
            continue
        taken += 1
        expect(ada.page.locator("aside").get_by_text(text.strip(), exact=True)).to_be_visible()
        assert nothing_ran(ada)
    assert taken >= 25
    expect(ada.messages.first).to_contain_text(short[-1].strip())
    ada.page.locator("aside").get_by_role("button", name=short[-1].strip()).click()
    expect(dialog(ada)).to_contain_text(short[-1].strip())
    press_all(ada, "dialog *")
    assert nothing_ran(ada)
    dialog(ada).get_by_role("button", name="Message", exact=True).click()
    expect(dialog(ada)).to_have_count(0)
    expect(ada.page).to_have_title(re.compile(re.escape(short[-1].strip())))
    press_all(ada, "nav *")


def test_names_of_rooms_and_topics(ada: Person) -> None:
    taken = [
        text
        for number, text in enumerate(ATTACKS)
        if call(
            ada,
            "POST",
            "/api/rooms",
            {"name": text if len(text) <= 64 else f"room {number}", "topic": text[:250]},
        )
        == 201
    ]
    assert len(taken) >= 60
    links = ada.page.get_by_role("navigation", name="Rooms").get_by_role("link")
    expect(links).to_have_count(len(taken) + 1)
    for at in range(0, len(taken), 4):
        links.nth(at).evaluate("link => link.click()")
        assert nothing_ran(ada)
    press_all(ada, "nav *, header *")
    ada.act("Room settings")
    press_all(ada, "dialog *")
    assert nothing_ran(ada)
    close(ada)
    for typed in ("<", "script", "pwn"):
        ada.page.keyboard.press("Control+k")
        expect(ada.page.get_by_role("combobox")).to_be_focused()
        ada.page.keyboard.type(typed)
        expect(ada.page.get_by_role("option").first).to_be_visible()
        press_all(ada, "[role=option], [role=option] *")
        assert nothing_ran(ada)
        ada.page.keyboard.press("Escape")
    ada.open("/")
    ada.is_connected()
    assert nothing_ran(ada)


def test_rules_of_the_word_filter_and_their_reasons(ada: Person, gust: GustProcess) -> None:
    promote(gust, "ada")
    ada.is_connected()
    rules = [
        {"text": f"bad{n}", "kind": "word", "act": "refuse", "reason": text[:250]}
        for n, text in enumerate(ATTACKS)
    ]
    rules += [{"text": text[:200], "kind": "word", "act": "mask"} for text in ATTACKS[:20]]
    assert call(ada, "PUT", "/api/filters", {"rules": rules}) == 200
    ada.open("/")
    ada.is_connected()
    for n in range(0, len(ATTACKS), 8):
        ada.say(f"this is bad{n}")
    expect(ada.timeline.locator("[data-state=pending]")).to_have_count(0)
    press_all(ada, "article *")
    assert nothing_ran(ada)
    ada.own.click()
    ada.page.get_by_role("menuitem", name="Moderation").click()
    dialog(ada).get_by_role("tab", name="Word filter").click()
    expect(dialog(ada).locator(".rule")).to_have_count(len(rules))
    press_all(ada, "dialog *")
    assert nothing_ran(ada)


def test_what_is_found_and_names_of_files(ada: Person, gust: GustProcess) -> None:
    said(gust, "eve", [f"ladder {text}" for text in ATTACKS if "\0" not in text])
    files = ada.page.evaluate(
        """names => Promise.all(names.map(async (name) => {
          const form = new FormData();
          form.append('file', new File(['ladder'], name));
          const answer = await fetch('/api/rooms/1/files', {method: 'POST', body: form});
          return (await answer.json()).id;
        }))""",
        [f"{text[:60]}.txt" for text in ATTACKS],
    )
    files = [id for id in files if id]
    assert len(files) >= 60
    ada.page.evaluate(
        """files => new Promise(resolve => {
          const socket = new WebSocket(`ws://${location.host}/chatsocket`);
          const send = (event) => socket.send(JSON.stringify(event));
          let waiting = files.length;
          socket.onmessage = ({ data }) => {
            const { type } = JSON.parse(data);
            if (type === 'presence')
              for (const id of files) send({ type: 'message', text: 'ladder', files: [id] });
            if (type === 'ack' && --waiting === 0) resolve(socket.close());
          };
        })""",
        files,
    )
    ada.page.get_by_role("button", name="Search messages").click()
    for sought in ("ladder", "pwn", "script", "onerror="):
        with ada.page.expect_response(re.compile("/api/search")):
            ada.page.get_by_role("searchbox", name="Search messages").fill(sought)
        expect(dialog(ada).get_by_role("listitem").nth(19)).to_be_attached()
        for _ in range(5):
            ada.page.locator(".hits").evaluate("hits => hits.scrollTo(0, hits.scrollHeight)")
            ada.page.wait_for_timeout(100)
        press_all(ada, "dialog *")
        assert nothing_ran(ada)
    dialog(ada).get_by_role("button", name="Close").click()
    ada.act("Files")
    expect(dialog(ada).locator(".file-card").first).to_be_visible()
    press_all(ada, "dialog *")
    assert nothing_ran(ada)
    close(ada)
    press_all(ada, "article *")


@pytest.mark.parametrize(
    "path", ["/rooms/%3Csvg%20onload=pwn()%3E", "/%3Cscript%3Epwn()%3C/script%3E"]
)
def test_addresses(chromium: Browser, gust: GustProcess, path: str) -> None:
    context = chromium.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    for query in ("", "?x=<svg onload=pwn()>", "#<svg onload=pwn()>", "#javascript:pwn()"):
        page.goto(gust.url + path + query)
        assert page.evaluate("window.ran") == []
        assert page.evaluate(STRAYS) == []
    context.close()
