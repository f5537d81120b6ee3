"""Whatever the rules are asked, they answer, or refuse in a sentence: nothing else comes out."""

from __future__ import annotations

import html
import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import (
    addresses,
    devices,
    emoji,
    events,
    filenames,
    markup,
    mrkdwn,
    multipart,
    names,
    parsing,
    passwords,
    queries,
    sizes,
    texts,
)
from models.errors import ChatError
from models.filters import Filter, Rule
from models.multipart import Multipart
from tests.fuzz.chance import SECONDS, Chance
from tests.fuzz.grammar import CODES, TEXTS, spoilt, valid

SLOW = 0.5  # seconds of CPU that one answer may take

thorough = settings(
    max_examples=max(60, int(40 * SECONDS)),
    deadline=None,
    derandomize=SECONDS <= 10,
    suppress_health_check=list(HealthCheck),
)
# Pieces of what means something, so that they meet more often than by chance.
PIECES = st.sampled_from(
    [*"*_~`[]()<>!#@:\\|-+.&\"'\n \t/?=", "**", "```", "http://", "](", *TEXTS]
)
TEXT = st.lists(PIECES | st.text(max_size=4), max_size=60).map("".join)
SEEN = TEXT.map(lambda text: text.encode("utf-8", "replace").decode())  # as a parser lets it in


@contextmanager
def soon() -> Iterator[None]:
    begun = time.thread_time()
    yield
    assert time.thread_time() - begun < SLOW


def settled(rule: Callable[..., Any], *args: Any) -> Any:
    """Ask a rule; a refusal is an answer too."""
    with soon():
        try:
            return rule(*args)
        except ChatError as refusal:
            _check(refusal)
            return None


def _check(refusal: ChatError) -> None:
    assert refusal.code in CODES
    assert refusal.message.rstrip("”").endswith((".", "!", "…")), refusal.message


def test_frames_of_the_grammar_are_parsed_as_they_were_meant() -> None:
    chance = Chance("frames")
    for _ in chance.rounds():
        type = chance.choice(events.AnyClientEvent.__args__)
        sent = valid(type, chance)
        if "\ud800" not in json.dumps(sent, ensure_ascii=False):
            parsed = parsing.parse(json.dumps(sent))
            assert msgspec.to_builtins(parsed).items() >= sent.items()


def test_broken_frames_are_bad_events() -> None:
    chance = Chance("broken frames")
    for _ in chance.rounds():
        sent = valid(chance.choice(events.AnyClientEvent.__args__), chance)
        if chance.likely(0.5):
            sent = spoilt(sent, chance)
        frame = json.dumps(sent).encode()
        if chance.likely(0.7):
            frame = chance.broken(frame)
        text = frame.decode("utf-8", "replace")
        settled(parsing.parse, text)
        settled(parsing.labels, text)


@thorough
@given(SEEN)
def test_markup_comes_out_safe_and_soon(text: str) -> None:
    with soon():
        shown = markup.render(text).html
    assert not re.search(
        r"<(?!/?(p|br|strong|em|s|code|pre|blockquote|ul|ol|li|a|span)[ />])", shown
    )
    for address in re.findall(r'href="([^"]*)"', shown):
        assert html.unescape(address).lower().startswith(("http://", "https://", "mailto:")), shown


@thorough
@given(SEEN, SEEN)
def test_a_hit_is_marked_in_what_was_said(text: str, asked: str) -> None:
    query = settled(queries.parse, asked)
    with soon():
        marked = queries.mark(text, text, query.words if query else [])
    assert not re.search("<(?!/?mark>)", marked)
    plain = html.unescape(re.sub("</?mark>", "", marked)).removeprefix("…").removesuffix("…")
    assert plain in unicodedata.normalize("NFC", text)


@thorough
@given(
    st.lists(
        st.builds(
            Rule,
            text=SEEN.filter(bool).map(lambda text: text[:200])
            | st.from_regex("[a-z(|)*+?{},0-9]{1,40}"),
            kind=st.sampled_from(["word", "pattern"]),
            act=st.sampled_from(["refuse", "mask"]),
        ),
        max_size=4,
    ),
    SEEN,
)
def test_any_filter_screens_any_text(rules: list[Rule], text: str) -> None:
    made = settled(Filter, rules)
    if made is not None:
        screened = settled(made.screen, text)
        settled(made.check, text)
        assert screened is None or not text or screened


@thorough
@given(SEEN)
@pytest.mark.parametrize(
    "rule",
    [
        lambda text: names.clean(text, names.LONGEST_USER),
        names.key,
        lambda text: texts.check(text, 4000),
        texts.is_blank,
        filenames.clean,
        lambda text: filenames.disposition(filenames.clean(text), True),
        passwords.check,
        devices.name,
        addresses.network,
        emoji.is_one,
        lambda text: multipart.boundary_of(f"multipart/form-data; boundary={text}"),
        lambda text: mrkdwn.translate(text, {"U1": mrkdwn.Person(1, "ada")}, {"C1": "den"}),
    ],
    ids=["name", "key", "text", "blank", "file", "disposition", "password", "device", "address",
         "emoji", "boundary", "slack"],
)  # fmt: skip
def test_a_text_is_taken_or_refused(rule: Callable[[str], object], text: str) -> None:
    settled(rule, text)


@thorough
@given(SEEN)
@pytest.mark.parametrize("rule", [sizes.parse, addresses.Networks], ids=["size", "networks"])
def test_an_option_is_taken_or_refused(rule: Callable[[str], object], text: str) -> None:
    with soon(), suppress(ValueError):
        rule(text)


def test_a_broken_body_is_a_bad_event_at_most() -> None:
    chance = Chance("multipart")
    whole = b"--x\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''%00%ff\r\n\r\nabc\r\n"
    for _ in chance.rounds():
        body = chance.broken(whole * chance.randint(1, 3) + b"--x--\r\n", most=8)
        parser = Multipart(b"x")
        with soon():
            for piece in (body[: len(body) // 2], body[len(body) // 2 :]):
                settled(_fed, parser, piece)


def _fed(parser: Multipart, piece: bytes) -> list[multipart.Event]:
    return list(parser.feed(piece))


def test_parts_without_end_cost_no_more_than_their_bytes() -> None:
    parser, many = Multipart(b"x"), b"\r\n--x\r\n\r\n" * 6_500
    begun = time.thread_time()
    for _ in range(10):
        list(parser.feed(many))
    assert time.thread_time() - begun < SLOW
