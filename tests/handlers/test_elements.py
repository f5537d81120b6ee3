"""The markup that the page's parts share."""

from __future__ import annotations

import re

import pytest

from handlers.elements import choice, dialog, field, name_field, tool


def test_a_field_is_described_by_its_trouble_and_its_hint() -> None:
    made = field("den-name", "roomName", name="name", hint="nameHint")
    described = re.search(r'aria-describedby="([^"]*)"', made)
    assert described is not None
    assert described[1].split() == ["den-name-trouble", "den-name-hint"]
    assert all(f'id="{id}"' in made for id in described[1].split())
    assert '<label for="den-name" data-word="roomName">' in made
    assert 'data-for="name"' in made


def test_a_field_without_a_hint_promises_none() -> None:
    assert "hint" not in field("topic", "roomTopic", name="topic")


def test_attributes_that_are_off_are_not_written() -> None:
    made = name_field("name", "yourName", required=False, autocomplete=None)
    assert " required" not in made
    assert "autocomplete" not in made
    assert choice("kind", "open", "kindOpen", chosen=True).count(" checked") == 1
    assert " checked" not in choice("kind", "open", "kindOpen")


def test_what_an_attribute_holds_can_not_end_it() -> None:
    assert '"><script>' not in tool("close", 'a"><script>')


def test_a_dialog_is_named_by_its_title() -> None:
    made = dialog("den", "rooms", closes=True)("<p>für alle</p>".encode())
    assert 'aria-labelledby="den-title"' in made
    assert '<h2 id="den-title" data-word="rooms">' in made
    assert made.count('data-act="close"') == 1
    assert made.startswith('<template id="den">')
    assert made.index("für alle") > made.index("</header>")


@pytest.mark.gen_test
async def test_every_word_on_the_page_is_in_the_list_of_words(call, app) -> None:
    page = (await call("GET", "/")).body.decode()
    parts = sorted(app.assets.folder.glob("js/words/*.js"))
    words = "".join(path.read_text("utf-8") for path in (app.assets.folder / "js/words.js", *parts))
    known = re.findall(r"^  (\w+)(?::|\()", words, re.MULTILINE)
    assert len(known) == len(set(known))
    asked = set(re.findall(r'data-(?:word|label|hint)="([^"]+)"', page))
    assert len(asked) > 100
    assert asked - set(known) == set()
