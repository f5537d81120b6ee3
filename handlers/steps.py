"""What takes long, in steps: each a transaction of its own, its changes told in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from models.bus import Bus
from models.errors import ChatError
from models.store import Store
from models.store.steps import Step

After = TypeVar("After")


async def take(
    store: Store, bus: Bus, step: Callable[..., Step[After]], *args: Any
) -> After | None:
    """Take a step, have every room told of its changes, and give where to go on.

    :raises ChatError: the database refused
    """
    taken: asyncio.Future[After | None] = asyncio.get_running_loop().create_future()

    def tell(outcome: Any) -> None:
        if isinstance(outcome, ChatError):
            if not taken.cancelled():
                taken.set_exception(outcome)
            return
        for change in outcome.changes:
            bus.publish(change)
        if not taken.cancelled():
            taken.set_result(outcome.after)

    store.submit(step, args, tell)
    return await taken
