"""What takes long, in steps: each a transaction of its own, its changes told in their order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from models.bus import Bus
from models.channel import Change
from models.errors import ChatError
from models.store import Store

After_co = TypeVar("After_co", covariant=True)


class Step(Protocol[After_co]):
    """What a step did.

    :ivar after: where the next one goes on; None: all is done
    """

    @property
    def changes(self) -> list[Change]: ...

    @property
    def after(self) -> After_co: ...


async def take(store: Store, bus: Bus, step: Callable[..., Step[After_co]], *args: Any) -> After_co:
    """Take a step, have every room told of its changes, and give where to go on.

    :raises ChatError: the database refused
    """
    taken: asyncio.Future[After_co] = asyncio.get_running_loop().create_future()

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
