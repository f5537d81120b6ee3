"""The word filter: what it lets through, what it refuses, what it masks, and what it costs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from models.errors import Refused
from models.filters import MOST, BadRule, Filter, Rule


def word(text: str, act: str = "refuse", reason: str = "") -> Rule:
    return Rule(text, "word", act, reason)


def pattern(text: str, act: str = "refuse", reason: str = "") -> Rule:
    return Rule(text, "pattern", act, reason)


def refuses(rule: Rule, text: str) -> bool:
    try:
        assert Filter([rule]).screen(text) == text
    except Refused:
        return True
    return False


def masked(text: str, *rules: Rule) -> str:
    return Filter(rules).screen(text)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "text",
    [
        "bad",
        "so BAD!",
        "a bad, bad thing",
        "_bad_ in Markdown",
        "b\u200bad",  # with a space of no width
        "b\u00adad",  # with a soft hyphen
        "b\u202ead",  # with a turn of direction
        "b\x07ad",
        "b\ufe0fad",
        "ｂａｄ",
        "𝓫𝓪𝓭",
        "ⓑⓐⓓ",
        "b\u0301a\u0336d\u20d2",
        "bád",
        "ba\u0308d",
        "bad猫",
        "猫bad",
    ],
)
def test_a_word_is_found_however_it_is_dressed(text) -> None:
    assert refuses(word("bad"), text)
    assert refuses(word("BÁD"), text)


@pytest.mark.parametrize("text", ["badge", "forbad", "bad1", "b a d", "", "бад", "badа"])
def test_a_part_of_another_word_is_no_word(text) -> None:
    assert not refuses(word("bad"), text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("straße", "STRASSE"),
        ("ёлка", "ЁЛКА"),
        ("йод", "и\u0306од"),  # a letter of its own, composed or not
        ("κακος", "Κακός"),
        ("حمار", "حِمَار"),
        ("猫", "黒猫です"),  # no spaces: each letter may begin a word
        ("ネコ", "黒ﾈｺ"),
        ("foo bar", "foo\u3000 \n bar"),
        ("c++", "I write C++ daily"),
        ("don't", "DON'T"),
        ("हिंदी", "यह हिंदी है"),
        ("👎", "no 👎🏽"),
    ],
)
def test_words_of_all_tongues_are_found(rule, text) -> None:
    assert refuses(word(rule), text)


@pytest.mark.parametrize(
    ("rule", "text"),
    [("иод", "йод"), ("か", "が"), ("क", "कि"), ("foo bar", "foo baz bar"), ("c++", "c+")],
)
def test_letters_that_differ_are_not_the_same(rule, text) -> None:
    assert not refuses(word(rule), text)


def test_a_word_that_others_begin_with_is_found_among_them() -> None:
    rules = Filter([word("a b c"), word("b", reason="b alone"), word("a b d")])
    with pytest.raises(Refused, match="b alone"):
        rules.screen("x a b x")


# ---------------------------------------------------------------- patterns


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (r"\d{3}-\d{4}", "call 555-1234"),
        (r"\d{3}-\d{4}", "call ５５５-１２３４"),
        (r"(?i)free\s+money", "FREE  money"),
        (r"https?://evil\.example", "see h\u200bttp://evil.example/x"),
        (r"(a+)+$", "aaaa"),
        (r"^x", "xylophone"),
    ],
)
def test_a_pattern_is_asked_of_what_is_seen(rule, text) -> None:
    assert refuses(pattern(rule), text)


def test_a_pattern_sees_the_case_unless_it_says_otherwise() -> None:
    assert not refuses(pattern("bad"), "BAD")


def test_patterns_do_not_meddle_with_each_other() -> None:
    rules = [pattern("(?i)one"), pattern("(?P<n>two|2)"), pattern("(?P<n>three)", reason="3")]
    assert Filter(rules).screen("TWO") == "TWO"
    with pytest.raises(Refused, match="3"):
        Filter(rules).screen("three")


# ---------------------------------------------------------------- what becomes of it


def test_a_refusal_gives_the_rules_reason() -> None:
    with pytest.raises(Refused) as refusal:
        Filter([word("bad", reason="We are kind here.")]).screen("bad")
    assert (refusal.value.message, refusal.value.code, refusal.value.status) == (
        "We are kind here.",
        "refused",
        403,
    )
    with pytest.raises(Refused, match="word filter"):
        Filter([word("bad")]).screen("bad")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bad", "•••"),
        ("a bad bad, badge", "a ••• •••, badge"),
        ("ｂ\u200bád\u0301!", "•••••!"),
        ("x² ½ is fine, bad is not", "x² ½ is fine, ••• is not"),
        ("nothing", "nothing"),
        ("e\u0301 alone", "e\u0301 alone"),
        ("猫bad猫", "猫•••猫"),
        ("㍿bad㍿", "㍿•••㍿"),
        ("½ bad ½", "½ ••• ½"),
    ],
)
def test_a_masked_word_is_shown_as_dots(text, shown) -> None:
    assert masked(text, word("bad", "mask")) == shown


def test_a_masked_pattern_is_shown_as_dots() -> None:
    assert masked("so ﬁnd aaab", pattern("find|a+", "mask")) == "so ••• •••b"


def test_the_longest_word_is_masked_whole() -> None:
    rules = [word("new", "mask"), word("new york", "mask"), word("york city", "mask")]
    assert masked("in New York City", *rules) == "in •••••••••••••"


def test_all_sieves_mask() -> None:
    rules = [word("bad", "mask"), pattern(r"\d+", "mask")]
    assert masked("bad 42 bád", *rules) == "••• •• •••"


def test_what_is_full_of_it_is_masked_whole() -> None:
    assert set(masked("bad and " * 500, word("bad", "mask"))) == {"•"}
    assert set(masked("a.b." * 1000, pattern("a", "mask"))) == {"•"}


def test_a_refusal_goes_before_a_mask() -> None:
    with pytest.raises(Refused):
        masked("bad worse", word("bad", "mask"), word("worse"))


def test_a_name_is_refused_also_where_a_message_would_be_masked() -> None:
    rules = Filter([word("bad", "mask", "Not as a name.")])
    rules.check("good")
    with pytest.raises(Refused, match="Not as a name"):
        rules.check("Mr. Bád")


def test_without_rules_everything_passes() -> None:
    assert Filter().screen("bad") == "bad"
    Filter().check("bad")


@pytest.mark.parametrize("seed", range(5))
def test_no_text_breaks_it(seed) -> None:
    chance = random.Random(seed)
    some = [
        "bad",
        "b",
        "\u0301",
        "\u200b",
        "ｶ",
        "ﾞ",
        "猫",
        "½",
        "ß",
        "ﷺ",
        " ",
        "👎🏽",
        "가",
        "\u1100",
    ]
    rules = Filter([word("bad", "mask"), word("猫 b", "mask"), pattern("b|1", "mask")])
    for _ in range(100):
        text = "".join(
            chance.choice([*some, chr(chance.choice([*range(0xD800), *range(0xE000, 0x11000)]))])
            for _ in range(chance.randrange(30))
        )
        assert "bad" not in rules.screen(text).split()


# ---------------------------------------------------------------- rules that are no good


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(a", "not closed"),
        ("a)", "not opened"),
        ("[a", "not closed"),
        ("*a", "nothing that \\* could repeat"),
        ("(?=a)", "can't look ahead"),
        (r"(a)\1", "no references"),
        ("a{2000}", "1,000 times is the most"),
        (r"\C", "part of a character"),
        ("a*", "fits every text"),
        ("^", "fits every text"),
        (r"\pL{90}", "too large"),
        ("(?P<n", "RE2|re2"),
    ],
)
def test_a_bad_pattern_is_told_by_number_and_reason(text, why) -> None:
    with pytest.raises(BadRule, match=why) as refusal:
        Filter([word("fine"), pattern(text)])
    assert refusal.value.message.startswith(f"Rule 2 (“{text}”)")
    assert (refusal.value.code, refusal.value.field) == ("bad_event", "rules")


def test_a_word_of_nothing_is_no_rule() -> None:
    with pytest.raises(BadRule, match="nothing in it"):
        Filter([word("\u200b \u0301")])


def test_there_is_an_end_to_the_rules() -> None:
    Filter([word(f"w{n}") for n in range(MOST)])
    with pytest.raises(BadRule, match="1,000 rules"):
        Filter([word(f"w{n}") for n in range(MOST + 1)])


# ---------------------------------------------------------------- what it costs


def best_of(times: int, act: Callable[[], object]) -> float:
    """Measure the least time that something takes, in milliseconds."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return min(taken) * 1000


def test_a_pattern_that_explodes_elsewhere_is_cheap() -> None:
    rules = Filter([pattern("(a+)+$")])
    assert best_of(5, lambda: rules.screen("a" * 3999 + "!")) < 10


def test_all_the_largest_patterns_together_are_bounded() -> None:
    text = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxy", k=4000))
    rules = Filter([pattern("(.{0,9}){99}z", "mask")])
    # 40 ms: RE2's worst; exponential work would not end today.
    assert best_of(3, lambda: rules.screen(text)) < 1000


@pytest.mark.parametrize(
    "letters", ["abcdefghijklmnopqrstuvwxyz  ", "абвгдежзиклмноп  ", "一二三四"]
)
def test_a_thousand_words_are_asked_in_one_pass(letters) -> None:
    chance = random.Random(1)
    rules = [word("".join(chance.choices(letters, k=8)) + "Q", "mask") for _ in range(MOST)]
    many, one = Filter(rules), Filter(rules[:1])
    text = "".join(chance.choices(letters, k=4000))
    # One by one they would take a thousand times as long.
    assert best_of(5, lambda: many.screen(text)) < 20 * best_of(5, lambda: one.screen(text)) + 1


def test_words_that_begin_alike_are_no_more_work() -> None:
    rules = Filter([word("的" * length, "mask") for length in range(101, 200)])
    assert best_of(3, lambda: rules.screen("的" * 100 + ("的" * 100 + "x") * 38)) < 100
