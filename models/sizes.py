"""Sizes in bytes, as people write them: ``25MB``."""

from __future__ import annotations

import re

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_WRITTEN = re.compile(r"\s*(\d{1,12}(?:\.\d{1,3})?)\s*([KMGT]?)(?:i?B)?\s*", re.IGNORECASE)


def parse(text: str) -> int:
    """Read a size: ``25MB``, ``1.5 GB``, ``4096``; a unit is 1,024 of the one below.

    :raises ValueError: it is none; the sentence says how to write one
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text}” is not a size; write it like 500KB, 25MB or 2GB")
    return int(float(found[1]) * _UNITS[found[2].upper()])


def shown(size: int) -> str:
    """Write a size for a person: ``24.3 MB``."""
    amount, unit = float(size), "bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:,.1f}".removesuffix(".0") + f" {unit}"
