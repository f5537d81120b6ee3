"""What takes long is done in steps; this is what one of them did."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from models.channel import Change

After = TypeVar("After")


class Step(NamedTuple, Generic[After]):
    """What one step did.

    :ivar changes: that it made, ordered by room and ``seq``
    :ivar after: where the next one goes on; None: all is done
    """

    changes: list[Change]
    after: After | None
