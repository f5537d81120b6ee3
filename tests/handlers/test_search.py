"""Searching: all that one may read, and nothing else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.uploading import upload

LOBBY = 1


async def sign_in(call: Any, name: str) -> tuple[str, int]:
    answer = await call("POST", "/api/session", {"name": name})
    return answer.cookie, answer.body["user"]["id"]


async def texts(call: Any, cookie: str, **asked: Any) -> list[str]:
    """Search; give the texts that are found."""
    answer = await call("GET", f"/api/search?{urlencode(asked)}", cookie=cookie)
    assert answer.status == 200, answer.body
    return [message["text"] for message in answer.body["messages"]]


@pytest.mark.gen_test
async def test_words_and_phrases_are_found_newest_first(connect, call) -> None:
    cookie, _ = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    said = ["Tea in Tokyo 東京都", "call foo_bar(1)", "tea, no sugar", "100 % Ünïcode", "sugar tea"]
    for text in said:
        await ada.say(text)
    for query, found in {
        "tea": ["sugar tea", "tea, no sugar", "Tea in Tokyo 東京都"],
        "tea sugar": ["sugar tea", "tea, no sugar"],
        '"no sugar"': ["tea, no sugar"],
        "東京": ["Tea in Tokyo 東京都"],
        "東京都": ["Tea in Tokyo 東京都"],
        "foo_bar": ["call foo_bar(1)"],
        "o_b": ["call foo_bar(1)"],
        "%": ["100 % Ünïcode"],
        "ünï": ["100 % Ünïcode"],
        "foo%bar": [],
        "te sug": ["sugar tea", "tea, no sugar"],
        "coffee": [],
        'a" OR words:"tea': [],
    }.items():
        assert await texts(call, cookie, q=query) == found, query


@pytest.mark.gen_test
async def test_hits_are_whole_messages_with_the_hit_marked(connect, call) -> None:
    cookie, _ = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    said = (await ada.say("<i>tea</i>"))["message"]
    answer = await call("GET", "/api/search?q=TEA", cookie=cookie)
    marked = "&lt;i&gt;<mark>tea</mark>&lt;/i&gt;"
    assert answer.body == {"messages": [said | {"marked": marked}], "more": False}


@pytest.mark.gen_test
async def test_it_follows_edits_and_forgets_what_is_removed(connect, call) -> None:
    cookie, _ = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    first, second = [(await ada.say(f"some tea {n}"))["message"]["id"] for n in range(2)]
    ada.send(type="edit", id=first, text="coffee now")
    ada.send(type="react", id=first, emoji="👍", on=True)
    ada.send(type="delete", id=second)
    await ada.until("message", id=second)
    assert await texts(call, cookie, q="tea") == []
    assert await texts(call, cookie, q="te") == []
    assert await texts(call, cookie, q="coffee") == ["coffee now"]


@pytest.mark.gen_test
async def test_it_can_be_narrowed_to_a_room_a_person_a_day(connect, call) -> None:
    (cookie, _), (other, _) = await sign_in(call, "ada"), await sign_in(call, "bob b")
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie=cookie)).body["id"]
    ada, bob = await connect(cookie=cookie), await connect(cookie=other)
    await ada.say("tea one")
    await ada.say("tea two", room=den)
    await bob.say("tea three")
    for asked, found in (
        ({"q": "tea in:den"}, ["tea two"]),
        ({"q": "tea", "room": den}, ["tea two"]),
        ({"q": 'tea from:"bob b"'}, ["tea three"]),
        ({"q": "tea", "from": "ada"}, ["tea two", "tea one"]),
        ({"q": "from:ada in:den"}, ["tea two"]),
        ({"q": "in:den"}, ["tea two"]),
        ({"q": "tea from:nobody"}, []),
        ({"q": "tea in:nowhere"}, []),
        ({"q": "tea before:2020-01-01"}, []),
        ({"q": "tea before:2999-01-01"}, ["tea three", "tea two", "tea one"]),
    ):
        assert await texts(call, cookie, **asked) == found, asked


@pytest.mark.gen_test
async def test_nothing_is_found_in_a_room_that_one_is_not_in(connect, call) -> None:
    (cookie, ada_id), (other, _) = await sign_in(call, "ada"), await sign_in(call, "bob")
    den = await call("POST", "/api/rooms", {"name": "den", "kind": "closed"}, cookie=cookie)
    room = den.body["id"]
    ada = await connect(cookie=cookie)
    await ada.say("secret tea", room=room)
    for query in ("tea", "te", "from:ada", "in:den", "tea in:den", "tea from:ada"):
        assert await texts(call, cookie, q=query) == ["secret tea"]
        assert await texts(call, other, q=query) == []
    refused = await call("GET", f"/api/search?q=tea&room={room}", cookie=other)
    assert refused.status == 404
    assert refused.body == (await call("GET", "/api/search?q=tea&room=99", cookie=other)).body
    await call("DELETE", f"/api/rooms/{room}/members/{ada_id}", cookie=cookie)
    assert await texts(call, cookie, q="tea") == []


@pytest.mark.gen_test
async def test_pages_are_endless_and_each_hit_is_on_one_of_them(connect, call) -> None:
    cookie, _ = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    for number in range(25):
        await ada.say(f"tea {number}")
    for query in ("tea", "te"):
        found: list[str] = []
        place: dict[str, int] = {}
        while True:
            asked = urlencode({"q": query, "limit": 10} | place)
            page = (await call("GET", f"/api/search?{asked}", cookie=cookie)).body
            found += [message["text"] for message in page["messages"]]
            if not page["more"]:
                break
            place = {"before": page["before"]}
        assert found == [f"tea {number}" for number in reversed(range(25))]


@pytest.mark.parametrize("query", ["", "before:2026-01-01", "before:soon tea", "x" * 201])
@pytest.mark.gen_test
async def test_what_can_not_be_searched_for_is_said(call, query) -> None:
    cookie, _ = await sign_in(call, "ada")
    answer = await call("GET", f"/api/search?{urlencode({'q': query})}", cookie=cookie)
    assert answer.status in (400, 413)


@pytest.mark.gen_test
async def test_one_has_to_be_somebody(call) -> None:
    assert (await call("GET", "/api/search?q=tea")).status == 401


@pytest.mark.gen_test
async def test_a_message_is_found_by_the_names_of_its_files(connect, call) -> None:
    cookie, _ = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)

    async def send(text: str, *named: str) -> None:
        ids = [(await upload(call, cookie, b"x", name)).body["id"] for name in named]
        await ada.say(text, files=ids)

    await send("for today", "list.txt", "<b>plan.txt")
    await send("", "cv 猫.pdf")
    await ada.say("list of nothing")
    for query, found in {
        "list": [
            ("<mark>list</mark> of nothing"),
            "for today\n<mark>list</mark>.txt\n&lt;b&gt;plan.txt",
        ],
        "today plan": ["for <mark>today</mark>\nlist.txt\n&lt;b&gt;<mark>plan</mark>.txt"],
        "cv": ["<mark>cv</mark> 猫.pdf"],
        "猫": ["cv <mark>猫</mark>.pdf"],
        "name": [],  # as in what is kept of a file beside its name
        "/f": [],
    }.items():
        answer = await call("GET", f"/api/search?{urlencode({'q': query})}", cookie=cookie)
        assert [message["marked"] for message in answer.body["messages"]] == found, query


@pytest.mark.gen_test
async def test_what_is_found_is_shown_as_one_sees_it(connect, call) -> None:
    cookie, _ = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    await ada.say("The **new** `release` is _out_:\n- for `a < b`\n- [notes](https://gust.example)")
    for query, shown in {
        "release": "The new <mark>release</mark> is out:\nfor a &lt; b\nnotes",
        "new notes": "The <mark>new</mark> release is out:\nfor a &lt; b\n<mark>notes</mark>",
        "in:lobby": "The new release is out:\nfor a &lt; b\nnotes",
    }.items():
        answer = await call("GET", f"/api/search?{urlencode({'q': query})}", cookie=cookie)
        assert [message["marked"] for message in answer.body["messages"]] == [shown], query
    answer = await call("GET", "/api/search?q=gust.example", cookie=cookie)
    assert "(https://<mark>gust.example</mark>)" in answer.body["messages"][0]["marked"]


COMPOSED, APART, HALF = "Vi\u1ec7t", "Vie\u0323\u0302t", "Vi\u00ea\u0323t"  # as Macs, Windows type


@pytest.mark.gen_test
async def test_one_letter_is_one_however_its_accents_are_written(connect, call) -> None:
    cookie, _ = await sign_in(call, "ada")
    ada = await connect(cookie=cookie)
    said = [f"{word} Nam" for word in (COMPOSED, APART, HALF)]
    ids = [(await ada.say(text))["message"]["id"] for text in said]
    for word in (COMPOSED, APART, HALF):
        for query in (word, word[2:], word.upper()):
            assert await texts(call, cookie, q=query) == said[::-1], ascii(query)
    ada.send(type="edit", id=ids[0], text=f"cafe\u0301 {APART}")
    ada.send(type="delete", id=ids[1])
    await ada.until("message", id=ids[1])
    assert await texts(call, cookie, q=COMPOSED) == [said[2], f"cafe\u0301 {APART}"]
    assert await texts(call, cookie, q="\u00e9") == [f"cafe\u0301 {APART}"]
