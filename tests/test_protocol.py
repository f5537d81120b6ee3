"""docs/protocol.md says what the code does: every event, every field, every code."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from models import errors, events

PAGE = (Path(__file__).parents[1] / "docs" / "protocol.md").read_text("utf-8")


def rows(heading: str) -> dict[str, str]:
    """Read the table below a heading: the first cell's name to the row's text."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            name, _, rest = line.removeprefix("| ").partition(" |")
            for each in re.findall(r"`([^`]+)`", name):
                found[each] = rest
    return found


def fields_told(row: str) -> set[str]:
    """Read the fields that a row tells; a ``?`` behind one means it may be absent."""
    without_asides = re.sub(r"\([^)]*\)", "", row.partition("|")[0])
    return {
        name + (optional or "") for name, optional in re.findall(r"`(\w+)`(\?)?", without_asides)
    }


def fields_of(type: type[msgspec.Struct], implied: set[str] = frozenset()) -> set[str]:
    return {
        field.encode_name + ("" if field.required else "?")
        for field in msgspec.structs.fields(type)
        if field.encode_name not in implied
    }


def tag_of(type: type[msgspec.Struct]) -> str:
    tag = type.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


@pytest.mark.parametrize("type", events.AnyClientEvent.__args__, ids=tag_of)
def test_a_client_event_is_told_as_it_is_taken(type) -> None:
    assert fields_told(rows("Client to server")[tag_of(type)]) == fields_of(type, {"ref"})


@pytest.mark.parametrize("type", events.AnyServerEvent.__args__, ids=tag_of)
def test_a_server_event_is_told_as_it_is_sent(type) -> None:
    assert fields_told(rows("Server to client")[tag_of(type)]) == fields_of(type)


@pytest.mark.parametrize(
    "type", [events.User, events.RoomEntry, events.Message, events.Quote, events.File]
)
def test_a_noun_is_told_as_it_is_sent(type) -> None:
    told = {name.rstrip("?") for name in fields_told(rows("Nouns")[type.__name__])}
    assert told == {name.rstrip("?") for name in fields_of(type)}


def test_no_event_is_told_that_there_is_not() -> None:
    assert rows("Client to server").keys() == {tag_of(t) for t in events.AnyClientEvent.__args__}
    told = rows("Server to client").keys() - {"message"}
    assert told == {tag_of(t) for t in events.AnyServerEvent.__args__}


def test_every_error_code_is_told() -> None:
    def kinds(type: type) -> set[str]:
        return {type.code}.union(*(kinds(below) for below in type.__subclasses__()))

    assert kinds(errors.ChatError) == rows("Error codes").keys()
