"""docs/export.md says what an export is made of, field by field."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from models.store.keeping import lines

PAGE = (Path(__file__).parents[1] / "docs" / "export.md").read_text("utf-8")
NOUNS = {lines.Member: "Member", lines.Progress: "Progress", lines.Attached: "File"}


def told(name: str) -> set[str]:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    fields = re.sub(r"\([^)]*\)", "", row.partition("|")[2].partition("|")[2])
    return {field + optional for field, optional in re.findall(r"`(\w+)`(\??)", fields)}


@pytest.mark.parametrize("type", [*lines.AnyLine.__args__, *NOUNS], ids=lambda line: line.__name__)
def test_a_line_is_told_as_it_is_written(type) -> None:
    fields = {
        field.encode_name + ("" if field.required else "?")
        for field in msgspec.structs.fields(type)
    }
    assert told(NOUNS.get(type) or type.__struct_config__.tag) == fields


def test_the_example_is_an_export() -> None:
    example = PAGE.split("```json\n")[1].split("```")[0].encode().splitlines()
    read = [lines.decode(line, number) for number, line in enumerate(example)]
    assert isinstance(read[-1], lines.End)
    assert read[-1].lines == len(read) - 1
    assert [lines.encode(line) for line in read] == example
