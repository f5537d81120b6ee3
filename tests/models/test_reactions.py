"""What is an emoji, and how many a message may be reacted to with."""

from __future__ import annotations

import pytest

from models import emoji
from models.errors import BadEvent, Forbidden
from models.reactions import MOST, react


@pytest.mark.parametrize(
    "text", ["👍", "👍🏽", "❤️", "❤", "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇸🇪", "1️⃣", "☺️", "🧑🏿‍🦽‍➡️", "🏳️‍🌈"]
)
def test_one_emoji_is_one(text: str) -> None:
    assert emoji.is_one(text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "1", "👍👍", "👍 ", " 👍", "\u200d", "\ufe0f", "🇸", "<b>", "👍" + "\u200d👍" * 8],
)
def test_anything_else_is_not(text: str) -> None:
    assert not emoji.is_one(text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        *[("❤", "❤️"), ("❤️", "❤️"), ("☺", "☺️"), ("✔", "✔️"), ("👍️", "👍"), ("1⃣", "1️⃣"), ("☝🏽", "☝🏽")],
        *[("☝️🏽", "☝🏽"), ("🏳‍🌈", "🏳️‍🌈"), ("👁‍🗨", "👁️‍🗨️"), ("❤‍🔥", "❤️‍🔥"), ("🇸🇪", "🇸🇪"), ("⭐️", "⭐")],
    ],
)
def test_an_emoji_is_one_with_selectors_and_without(text: str, whole: str) -> None:
    assert emoji.qualified(text) == whole
    assert emoji.qualified(whole) == whole


def test_all_that_have_names_are_as_keyboards_send_them() -> None:
    assert [each for each in emoji.TABLE.values() if emoji.qualified(each) != each] == []


def test_two_ways_to_write_a_heart_count_as_one_reaction() -> None:
    reactions: dict[str, list[int]] = {}
    assert react(reactions, 1, "❤", on=True, most=1)
    assert react(reactions, 2, "❤️", on=True, most=1)
    assert not react(reactions, 2, "❤", on=True, most=1)
    assert reactions == {"❤️": [1, 2]}
    assert react(reactions, 1, "❤️", on=False, most=1)


def test_a_heart_that_was_stored_without_its_selector_is_joined_and_taken_back() -> None:
    reactions = {"❤": [1, 2], "👍": [1], "❤️": [2, 3]}
    assert not react(reactions, 3, "❤", on=True, most=3)
    assert react(reactions, 1, "❤", on=False, most=3)
    assert reactions == {"❤️": [2, 3], "👍": [1]}


def test_taking_back_what_is_not_there_changes_nothing() -> None:
    reactions = {"👍": [1]}
    assert not react(reactions, 2, "👍", on=False, most=20)
    assert not react(reactions, 1, "🎉", on=False, most=20)
    assert reactions == {"👍": [1]}


def test_what_is_no_emoji_is_refused() -> None:
    with pytest.raises(BadEvent, match="16 code points"):
        react({}, 1, "boo", on=True, most=20)


def test_joining_a_reaction_is_possible_where_no_new_one_is() -> None:
    reactions = {"👍": [1]}
    assert react(reactions, 2, "👍", on=True, most=1)
    with pytest.raises(Forbidden, match="--reaction-limit"):
        react(reactions, 2, "🎉", on=True, most=1)


def test_a_message_has_so_many_reactions_altogether() -> None:
    with pytest.raises(Forbidden, match="1,000"):
        react({"👍": list(range(MOST))}, MOST, "👍", on=True, most=20)
