"""Sizes are written as people write them."""

from __future__ import annotations

import pytest

from models.sizes import parse, shown


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("25MB", 25 << 20),
        ("25 mb", 25 << 20),
        ("1.5G", 3 << 29),
        ("4096", 4096),
        ("0", 0),
        ("2GiB", 2 << 30),
    ],
)
def test_a_size_is_read(text: str, size: int) -> None:
    assert parse(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1", "25 m b", "1,5GB", "nan", "9" * 13])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="25MB"):
        parse(text)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (1023, "1,023 bytes"), (25 << 20, "25 MB"), (1536, "1.5 KB")]
)
def test_a_size_is_shown(size: int, text: str) -> None:
    assert shown(size) == text
