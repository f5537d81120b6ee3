"""What takes long, in steps: each a transaction of its own, its changes told in their order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from models.bus import Bus
from models.store import Store
from models.store.steps import Step

After = TypeVar("After")


async def take(
    store: Store, bus: Bus, step: Callable[..., Step[After]], *args: Any
) -> After | None:
    """Take a step, have every room told of its changes, and give where to go on.

    :raises ChatError: the database refused
    """

    def tell(taken: Step[After]) -> None:
        for change in taken.changes:
            bus.publish(change)

    taken = await store.write_and_tell(tell, step, *args)
    return taken.after
