"""What can be wrong with a request, as one small tree.

    ChatError
    ├── BadEvent      bad_event   400  not JSON, unknown type, a field missing or of the wrong type
    │   ├── TooLong   too_long    413  a text over its limit
    │   └── Empty     empty       400  nothing to say
    ├── Forbidden     forbidden   403  known, and not allowed
    │   ├── SignedOut forbidden   401  nobody is asking
    │   └── Misdirected forbidden 421  a host name that is not ours
    ├── Refused       refused     403  the word filter does not let it through
    ├── NotFound      not_found   404  not there, or not for you to know of
    │   └── NoInvitation not_found 404 a link that lets nobody in
    ├── Taken         taken       409  somebody or something else has that name
    ├── TooLarge      too_large   413  a file over its limit
    ├── Full          full        413  over a person's quota
    │   └── DiskFull  full        507  the disk has no room left
    ├── SlowDown      slow_down   429  too many in too short a time
    ├── NotStored     not_stored  503  the disk or the database refused
    └── Internal      internal    500  a fault of the server's own

Every error has a ``code`` for programs, a ``status`` for HTTP and a sentence for
a person: what was wrong, and what to do. ``handlers`` turns them into ``error``
events and HTTP answers in one place each.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from models.sizes import shown


class ChatError(Exception):
    """Be an answer to a request that can't be carried out.

    :ivar field: what in the request's body it is about, where it is one thing
    """

    code = "bad_event"
    status = 400
    field: str | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@contextmanager
def concerning(field: str) -> Iterator[None]:
    """Have an error that comes out of here tell which field of the body it is about."""
    try:
        yield
    except ChatError as error:
        error.field = error.field or field
        raise


class BadEvent(ChatError):
    pass


class TooLong(BadEvent):
    """Refuse a text over its limit.

    :param what: what is too long, as the beginning of the sentence
    :param length: its length in characters
    :param limit: the most that is taken, in characters
    :param option: the option that sets the limit, if there is one
    """

    code = "too_long"
    status = 413

    def __init__(self, what: str, length: int, limit: int, option: str | None = None) -> None:
        where = f" (the server's --{option})" if option else ""
        super().__init__(
            f"{what} has {length:,} characters; {limit:,} is the most{where}. "
            "Shorten it, or send it in parts."
        )
        self.limit = limit


class Empty(BadEvent):
    code = "empty"


class Forbidden(ChatError):
    code = "forbidden"
    status = 403


class SignedOut(Forbidden):
    status = 401


class Misdirected(Forbidden):
    """Refuse a request for a host name that is not ours.

    Without this, a page elsewhere could point its own name at our address and
    read along as the same origin (DNS rebinding).
    """

    status = 421

    def __init__(self, host: str) -> None:
        super().__init__(
            f"This server does not answer to the name “{host}”. If it should, "
            f"start it with --hosts={host} (several, separated by commas)."
        )
        self.host = host


class Refused(ChatError):
    """Refuse what the word filter does not let through.

    :param reason: the rule's own; empty: none is given
    """

    code = "refused"
    status = 403

    def __init__(self, reason: str) -> None:
        super().__init__(
            reason or "The word filter of this place does not let this through. Say it otherwise."
        )


class NotFound(ChatError):
    """Say that something is not there, also where it is and may not be known of."""

    code = "not_found"
    status = 404

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what} here, or it is not open to you.")


class NoInvitation(NotFound):
    """Say that a link is good for nothing, whatever the reason."""

    def __init__(self) -> None:
        ChatError.__init__(
            self,
            "This invitation has ended, was used up or revoked, or never was one. "
            "Ask for a new link.",
        )


class Taken(ChatError):
    code = "taken"
    status = 409

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"{what} called “{name}” is here already. Choose another name.")


class TooLarge(ChatError):
    """Refuse a file over its limit.

    :param size: its size in bytes, as far as it is known
    :param limit: the most that is taken, in bytes
    """

    code = "too_large"
    status = 413

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"This file has {shown(size)}; {shown(limit)} is the most here "
            "(the server's --upload-limit)."
        )
        self.limit = limit


class Full(ChatError):
    code = "full"
    status = 413


class DiskFull(Full):
    status = 507

    def __init__(self) -> None:
        super().__init__(
            "The server's disk has no room left for this file, so nothing was kept. "
            "Tell whoever runs it; they may free some, or lower --free-space."
        )


class SlowDown(ChatError):
    """Refuse for now.

    :param retry: milliseconds after which the same will be accepted
    :param reason: what there was too much of, and where the limit comes from
    """

    code = "slow_down"
    status = 429

    def __init__(self, retry: int, reason: str = "That was too fast") -> None:
        super().__init__(f"{reason}. Send it again in {retry / 1000:.1f} s.")
        self.retry = retry


class NotStored(ChatError):
    """Say that the storage refused.

    :param reason: the database's own, for who runs the server; it is told to nobody else
    """

    code = "not_stored"
    status = 503

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            "The server's storage refused this, so nothing was changed and nobody saw it. "
            "Try again."
        )
        self.reason = reason


class Internal(ChatError):
    """Own up to a fault; what it is stands in the log alone."""

    code = "internal"
    status = 500

    def __init__(self) -> None:
        super().__init__("Something went wrong here, and it is in the server's log. Try again.")
