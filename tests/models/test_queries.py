"""What is typed into the search is understood, and what is found is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadEvent, ChatError, Empty, TooLong
from models.queries import Query, mark, parse


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("foo_bar 東京", Query(("foo_bar", "東京"))),
        ('say "good night" now', Query(("say", "good night", "now"))),
        ('open "quote', Query(("open", "quote"))),
        ("from:ada tea", Query(("tea",), author="ada")),
        ('From:"ada lovelace" in:den', Query((), author="ada lovelace", room="den")),
        ("tea before:1970-01-02", Query(("tea",), before=86_400_000)),
        ("https://a.b c:d", Query(("https://a.b", "c:d"))),
    ],
)
def test_a_query_is_understood(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "error"),
    [("", Empty), ('  "" ', Empty), ("x" * 201, TooLong), ("before:soon x", BadEvent)],
)
def test_what_can_not_be_searched_for_is_said(text: str, error: type[ChatError]) -> None:
    with pytest.raises(error):
        parse(text)


def test_a_name_given_beside_the_words_counts_unless_they_say_another() -> None:
    assert parse("tea", "ada").author == "ada"
    assert parse("tea from:bob", "ada").author == "bob"


def marked(text: str, *words: str) -> str:
    return mark(text, text, words)


def test_hits_are_marked_and_everything_else_escaped() -> None:
    assert marked("<b>Tea & TEA", "tea") == "&lt;b&gt;<mark>Tea</mark> &amp; <mark>TEA</mark>"
    assert marked("1.5 < 15", "1.5", "<") == "<mark>1.5</mark> <mark>&lt;</mark> 15"


def test_a_long_text_is_shown_around_its_first_hit() -> None:
    shown = marked("a" * 1000 + "tea" + "b" * 1000, "tea")
    assert shown == "…" + "a" * 60 + "<mark>tea</mark>" + "b" * 177 + "…"


def test_what_is_found_only_as_it_was_written_is_shown_so() -> None:
    written = "the **new** [release](https://gust.example)"
    assert mark("the new release", written, ["new"]) == "the <mark>new</mark> release"
    assert "https://<mark>gust</mark>" in mark("the new release", written, ["gust"])


def test_one_letter_is_one_however_it_is_written() -> None:
    for text in ("caf\u00e9", "cafe\u0301"):
        for word in parse("CAF\u00c9").words + parse("CAFE\u0301").words:
            assert marked(text, word) == "<mark>caf\u00e9</mark>"


@given(st.text(), st.text(), st.lists(st.text(min_size=1), max_size=5))
def test_only_marks_are_elements(shown: str, written: str, words: list[str]) -> None:
    told = mark(shown, written, words)
    assert "<" not in told.replace("<mark>", "").replace("</mark>", "")
