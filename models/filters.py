"""The word filter: what may not be said here, and what is said with dots.

Two kinds of rules. A *word* (or several) is found as a whole, in whatever case, with or
without accents, full-width letters, combining marks or invisible characters in it. A
*pattern* is a regular expression of RE2, whose time is linear in the text whatever the
pattern (https://swtch.com/~rsc/regexp/); it is asked of the text as it is seen.

All rules of a kind and an act are asked at once, in one pass over the text. The filter keeps
the careless in bounds; who wants to be rude finds a spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, Literal, Protocol

import re2
from msgspec import Meta, Struct

from models import folding, nfc
from models.errors import BadEvent, Refused
from models.wordlist import WordList

MOST = 1_000  # rules
LONGEST = 200  # characters of a rule's text
LONGEST_REASON = 250  # characters
# RE2's instructions in all patterns together. The worst that could be found takes 4 ns for
# each of them and each character: some 0.15 s for 4,000 characters, where usual ones take 0.05 ms.
LARGEST = 10_000
MOST_SPANS = 100  # of one sieve; what has more to be masked is masked whole
MASK = "•"  # means nothing in Markdown, unlike “*”

Kind = Literal["word", "pattern"]
Act = Literal["refuse", "mask"]
Span = tuple[int, int]


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule.

    :ivar act: what becomes of a text that it fits: not taken, or shown with dots there
    :ivar reason: what the writer is told; empty: a sentence of ours
    """

    text: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    kind: Kind
    act: Act
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class BadRule(BadEvent):
    """Refuse a rule that can't be asked.

    :param number: which one, from 1
    """

    field = "rules"

    def __init__(self, number: int, rule: Rule, why: str) -> None:
        shown = rule.text if len(rule.text) <= 60 else f"{rule.text[:60]}…"
        super().__init__(f"Rule {number} (“{shown}”) can't be used: {why}")
        self.number = number


class Filter:
    """Some rules, made ready to be asked of any text.

    :raises BadRule: one of them is no good; the sentence says which, why, and what to do
    """

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self.rules = rules
        _check(rules)
        self._refusing = _sieves(rule for rule in rules if rule.act == "refuse")
        self._masking = _sieves(rule for rule in rules if rule.act == "mask")

    def screen(self, text: str) -> str:
        """Give a message's text as it may be shown.

        :raises Refused: it may not be said
        """
        if not self.rules:
            return text
        _refuse(text, self._refusing)
        return self._mask(text) if self._masking else text

    def check(self, name: str) -> None:
        """Refuse a name or a topic that any rule fits: there, dots would be no better.

        :raises Refused: one does
        """
        if self.rules:
            _refuse(name, (*self._refusing, *self._masking))

    def _mask(self, text: str) -> str:
        for sieve in self._masking:
            composed = nfc.composed(text)
            spans = list(islice(sieve.spans(composed), MOST_SPANS + 1))
            if len(spans) > MOST_SPANS:
                return MASK * len(text)
            for start, end in spans:
                text = composed = composed[:start] + MASK * (end - start) + composed[end:]
        return text


def _refuse(text: str, sieves: Iterable[_Sieve]) -> None:
    for sieve in sieves:
        for rule in sieve.rules(text):
            raise Refused(rule.reason)


# ---------------------------------------------------------------- what is looked for


class _Sieve(Protocol):
    """Rules of one kind and one act."""

    def rules(self, text: str) -> Iterator[Rule]:
        """Find those that fit a text."""

    def spans(self, text: str) -> Iterator[Span]:
        """Find where in a composed text any of them fits."""


_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.never_capture = True


class _Words:
    """Words: as a whole, a letter before or behind makes it another word."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._list = WordList([(folding.tokens(rule.text), rule) for rule in rules])

    def rules(self, text: str) -> Iterator[Rule]:
        return (rule for _, _, rule in self._list.find(folding.tokens(text)))

    def spans(self, text: str) -> Iterator[Span]:
        found = list(self._list.find(folding.tokens(text)))
        places = folding.token_spans(text) if found else []
        return ((places[first][0], places[end - 1][1]) for first, end, _ in found)


class _Patterns:
    """Patterns: all of them at once, to see whether any fits; then which."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._each = [(_compile(rule.text), rule) for rule in rules]
        self._any = _compile("|".join(f"(?:{rule.text})" for _, rule in self._each))

    def rules(self, text: str) -> Iterator[Rule]:
        seen = folding.seen(text)
        if self._any.search(seen) is not None:
            yield from (rule for pattern, rule in self._each if pattern.search(seen) is not None)

    def spans(self, text: str) -> Iterator[Span]:
        seen = folding.seen(text)
        if self._any.search(seen) is None:
            return
        origins = folding.origins(text)
        for pattern, _ in self._each:
            for found in pattern.finditer(seen):
                yield origins[found.start()], origins[found.end()]


def _sieves(rules: Iterable[Rule]) -> tuple[_Sieve, ...]:
    rules = list(rules)
    words = [rule for rule in rules if rule.kind == "word"]
    patterns = [rule for rule in rules if rule.kind == "pattern"]
    found: list[_Sieve] = []
    if words:
        found.append(_Words(words))
    if patterns:
        found.append(_Patterns(patterns))
    return tuple(found)


# ---------------------------------------------------------------- what may be a rule

_REASONS = {
    "invalid perl operator": "RE2 does not know {0}; it can't look ahead or behind. "
    "Write it without.",
    "invalid escape sequence": "RE2 does not know {0}; it has no references to groups. "
    "Write it without.",
    "invalid repetition size": "{0} repeats too often; 1,000 times is the most.",
    "missing )": "a parenthesis is not closed. Close it, or write \\( for the character itself.",
    "unexpected )": "a parenthesis is closed that was not opened. Write \\) for the character.",
    "missing ]": "a class of characters is not closed. Close it with ].",
    "no argument for repetition operator": "there is nothing that {0} could repeat. "
    "Write \\{0} for the character itself.",
    "pattern too large": "it is too large. Repeat less, or use smaller classes.",
}


def _check(rules: Sequence[Rule]) -> None:
    if len(rules) > MOST:
        raise BadRule(MOST + 1, rules[MOST], f"{MOST:,} rules are the most.")
    left = LARGEST
    for number, rule in enumerate(rules, 1):
        if rule.kind == "pattern":
            left -= _check_pattern(number, rule)
            if left < 0:
                raise BadRule(
                    number,
                    rule,
                    "with it, all patterns together are too large. Repeat less in them, use "
                    "smaller classes (\\pL is a large one), or make some of them words.",
                )
        elif not folding.tokens(rule.text):
            raise BadRule(number, rule, "there is nothing in it that can be seen. Remove it.")


def _check_pattern(number: int, rule: Rule) -> int:
    """Tell how large a pattern is, in RE2's instructions."""
    try:
        pattern = _compile(rule.text)
    except re2.error as error:
        raise BadRule(number, rule, _explain(error)) from None
    except UnicodeError:
        raise BadRule(number, rule, "half a surrogate pair is no character.") from None
    if re.search(r"(?<!\\)(?:\\\\)*\\C", rule.text):
        raise BadRule(number, rule, "\\C is part of a character. Write . for a whole one.")
    if pattern.fullmatch("") is not None or pattern.search("") is not None:
        raise BadRule(
            number, rule, "it fits every text, also an empty one. Say what must be in it."
        )
    return _size(pattern)


def _compile(text: str) -> Any:
    return re2.compile(text, _OPTIONS)


def _size(pattern: Any) -> int:
    size: int = pattern.programsize
    return size


def _explain(error: re2.error) -> str:
    said = error.args[0]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    what, _, where = text.partition(": ")
    for beginning, reason in _REASONS.items():
        if what.startswith(beginning) or text.startswith(beginning):
            return reason.format(where)
    return f"{text}. See https://github.com/google/re2/wiki/Syntax."
