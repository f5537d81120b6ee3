"""What may be a name."""

from __future__ import annotations

import pytest

from models import names
from models.errors import BadEvent, Empty, TooLong


def test_a_name_is_trimmed_and_composed() -> None:
    assert names.clean("  ne\u0301e ", 32) == "née"


@pytest.mark.parametrize("name", ["", "   ", "\u200d", "\u200c\u0301"])
def test_a_name_that_nobody_can_see_is_refused(name: str) -> None:
    with pytest.raises(Empty):
        names.clean(name, 32)


def test_a_name_over_its_limit_is_refused_and_the_limit_told() -> None:
    assert names.clean("x" * 32, 32) == "x" * 32
    with pytest.raises(TooLong, match="33 characters; 32 is the most"):
        names.clean("x" * 33, 32)


@pytest.mark.parametrize(
    "char", ["\0", "\n", "\t", "\x7f", "\x85", "\u2028", "\u200b", "\xad", "\u202e", "\u2066"]
)
def test_controls_and_marks_that_turn_the_text_around_are_refused(char: str) -> None:
    with pytest.raises(BadEvent, match="U\\+"):
        names.clean(f"a{char}b", 32)


@pytest.mark.parametrize("name", ["ada", "Ada Lovelace", "木村", "👩‍🚀", "مريم", "o'neill"])
def test_people_may_be_called_as_they_are(name: str) -> None:
    assert names.clean(name, 32) == name


def test_names_that_differ_only_in_case_are_the_same() -> None:
    assert names.key("STRASSE") == names.key("straße")
    assert names.key("Ada") != names.key("Bob")


@pytest.mark.parametrize("name", ["\u3164", "wire\u3164", "\u2800", "a\u034fb"])
def test_letters_that_show_nothing_are_refused(name: str) -> None:
    with pytest.raises(BadEvent):
        names.clean(name, 32)


def test_names_that_look_the_same_are_the_same() -> None:
    assert names.key("wire\ufe0f") == names.key("wire")
    assert names.key("a\u200dda") == names.key("ada")
