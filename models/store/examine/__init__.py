"""Is what is kept whole, and does all of it agree? Nothing is changed by asking."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that is wrong, and what to do about it: a sentence each."""

    wrong: str
    remedy: str
