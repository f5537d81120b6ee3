"""One letter is one letter, however it is written; and nobody's letter takes long."""

from __future__ import annotations

import re
import sys
import time
from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.nfc import DOUBLE_MARKS, MOST_MARKS, composed

SIZE = 64_000  # characters, and less than what a body may hold
LONGEST = 0.2  # seconds of CPU; 0.01 here, and up to 12 where the marks are put in order

EVERY = [chr(point) for point in range(sys.maxunicode + 1) if not 0xD800 <= point < 0xE000]
MARKS = "".join(filter(combining, EVERY)) + DOUBLE_MARKS
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(MARKS), max_size=80)


@given(texts)
def test_it_is_what_unicode_says(text: str) -> None:
    if re.search(f"[{re.escape(MARKS)}]{{{MOST_MARKS + 1}}}", text) is None:
        assert composed(text) == normalize("NFC", text)


@given(texts.map(lambda text: text + "a" + (text * 40)[:200]))
def test_what_is_composed_stays_so(text: str) -> None:
    assert composed(composed(text)) == composed(text)


def test_marks_that_look_like_letters_are_known() -> None:
    hidden = [
        char for char in EVERY if not combining(char) and combining(normalize("NFD", char)[0])
    ]
    assert "".join(hidden) == DOUBLE_MARKS


def test_more_marks_than_mean_anything_stay_as_they_came() -> None:
    pile = "\u0300\u0327" * 16
    assert composed(f"e\u0301a{pile}e\u0301") == f"éa{pile}é"


@pytest.mark.parametrize(
    "pile",
    [
        "\u0300\u0327",
        "\u0327",
        "\u0f73",
        "\u0f73\u0300",
        "\u0f75\u0f81",
        "\u0344",
        "".join(sorted(MARKS, key=combining, reverse=True)),
        "a" + "\u0300\u0327" * (MOST_MARKS // 2),
    ],
)
def test_no_pile_of_marks_takes_long(pile: str) -> None:
    text = ("a" + pile * (SIZE // len(pile)))[:SIZE]
    begun = time.process_time()
    composed(text)
    assert time.process_time() - begun < LONGEST
