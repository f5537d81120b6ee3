"""Values as the wire's types have them, and values as they should not be.

What is valid is read from the types themselves (``msgspec.inspect``), so that a new field
is fuzzed from the day on which it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

from models import errors
from tests.fuzz.chance import Chance

TEXTS = [
    "", " ", "hello", "ada", "bob", "lobby", "den", "**bold", "`code", "```py\nx\n```", "> q\n> q",
    "[a](http://example.org/)", "[a](javascript:x)", "http://example.org/?a=b#c", "@ada", '@"ada',
    "@room", ":+1:", "<script>", "&amp;", "\0", "\u202eada", "\u200b", "é", "e\u0301", "ﬀ", "👍",
    "👍🏽", "❤️", "\ud800", "İ", "ß" * 30, "\u0301" * 60, "*" * 400, "_" * 999 + "a", "[" * 500,
    "- " * 300, "1. a\n" * 100, "|" * 300, "\\" * 99, "a" * 64, "a" * 65, "a" * 4000, "a" * 4001,
    "𝒳" * 4000, "%s", "{0}", "../..", "2026-11-01", "\u2028", "\n" * 500, '"' * 50, "(" * 300,
]  # fmt: skip
NUMBERS = [0, 1, 2, 3, 4, 5, 7, 20, 100, -1, 2**31, 2**53 - 1]
ODD: list[Any] = [
    None, True, False, -1, 2**53, 2**63, 10**40, 1.5, -0.0, 1e308, [], [[]], {}, {"a": {}},
    [None], [0] * 300, [1, 2, 3], {"": ""}, {"type": "message"}, *TEXTS,
]  # fmt: skip


def codes() -> set[str]:
    """List the codes that an error may have."""

    def kinds(kind: type[errors.ChatError]) -> set[str]:
        return {kind.code}.union(*(kinds(below) for below in kind.__subclasses__()))

    return kinds(errors.ChatError)


CODES = codes()


def valid(type: Any, chance: Chance) -> Any:
    """Make a value of a type, as JSON has it."""
    return _value(inspect.type_info(type), chance)


def spoilt(value: dict[str, Any], chance: Chance) -> dict[str, Any]:
    """Put something odd into one or two of the fields, or leave them out."""
    spoilt = dict(value)
    for _ in range(chance.randint(1, 2)):
        name = chance.choice([*value, "extra"])
        if chance.likely(0.2):
            spoilt.pop(name, None)
        else:
            spoilt[name] = chance.choice(ODD)
    return spoilt


def _value(type: inspect.Type, chance: Chance) -> Any:
    for kind, make in _MAKERS.items():
        if isinstance(type, kind):
            return make(type, chance)
    raise AssertionError(f"no value is known for {type}")


def _int(type: inspect.IntType, chance: Chance) -> int:
    least = -(2**53) if type.ge is None else type.ge
    most = 2**53 if type.le is None else type.le
    if type.lt is not None:
        most = min(most, type.lt - 1)
    return min(most, max(least, chance.choice(NUMBERS)))


def _text(type: inspect.StrType, chance: Chance) -> str:
    text: str = chance.choice(TEXTS)[: type.max_length]
    return text.ljust(type.min_length or 0, "x")


def _list(type: inspect.ListType, chance: Chance) -> list[Any]:
    most = min(4, 4 if type.max_length is None else type.max_length)
    return [_value(type.item_type, chance) for _ in range(chance.randint(0, most))]


def _struct(type: inspect.StructType, chance: Chance) -> dict[str, Any]:
    value = {} if type.tag_field is None else {type.tag_field: type.tag}
    for field in type.fields:
        if field.required or chance.likely(0.5):
            value[field.encode_name] = _value(field.type, chance)
    return value


_MAKERS: dict[Any, Callable[[Any, Chance], Any]] = {
    inspect.IntType: _int,
    inspect.StrType: _text,
    inspect.BoolType: lambda kind, chance: chance.likely(0.5),
    inspect.FloatType: lambda kind, chance: chance.choice((0.5, -1e9, 1e-300)),
    inspect.NoneType: lambda kind, chance: None,
    inspect.LiteralType: lambda kind, chance: chance.choice(kind.values),
    inspect.UnionType: lambda kind, chance: _value(chance.choice(kind.types), chance),
    inspect.ListType: _list,
    inspect.DictType: lambda kind, chance: {
        _value(kind.key_type, chance): _value(kind.value_type, chance)
        for _ in range(chance.randint(0, 3))
    },
    inspect.StructType: _struct,
}


def bodies() -> dict[str, type[msgspec.Struct]]:
    """List what JSON bodies are made of, by module and class: whatever takes no other fields."""
    found = {}
    waiting = list(msgspec.Struct.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        if one.__module__.startswith("handlers.") and one.__struct_config__.forbid_unknown_fields:
            found[f"{one.__module__.removeprefix('handlers.')}.{one.__name__}"] = one
    return found
