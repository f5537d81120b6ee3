"""The port, and how two processes share it while one takes over from the other.

Each has a socket of its own that listens there (``SO_REUSEPORT``). The kernel would divide what
comes between them, and reset what waits at one that is closed; so it is told to give all that
comes to one of them, before the other closes its own.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from array import array
from collections.abc import Iterable

from tornado.netutil import bind_sockets
from tornado.options import options

from handlers.options import GiveUp

BACKLOG = 4096  # connections that wait to be accepted: everybody, after a restart
FIRST, SECOND = 0, 1  # who listens, in the order of their coming

_REUSE: int | None = getattr(socket, "SO_REUSEPORT", None)
_ATTACH = 51  # SO_ATTACH_REUSEPORT_CBPF, on Linux but for some processors
_RETURN = 0x06  # BPF_RET | BPF_K


def bind(beside: bool = False) -> list[socket.socket]:
    """Begin to listen; nobody is answered yet.

    :param beside: another process listens there, and shares it
    :raises GiveUp: the port can't be had
    """
    if beside and _REUSE is None:
        raise GiveUp("--take-over needs SO_REUSEPORT, which this system lacks. Stop the other.", 1)
    try:
        sockets = bind_sockets(
            options.port, options.address or None, backlog=BACKLOG, reuse_port=beside
        )
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise GiveUp(
            f"Port {options.port} of {options.address or 'this machine'} can't be served on: "
            f"{reason}. Choose others with --port=PORT and --address=ADDRESS.",
            1,
        ) from None
    if _REUSE is not None:
        for listening in sockets:
            # Only now: whoever has the port already was to be noticed.
            listening.setsockopt(socket.SOL_SOCKET, _REUSE, 1)
    return sockets


def steer(sockets: Iterable[socket.socket], to: int) -> None:
    """Have all who come from now on wait at one of those that share the port.

    Where the kernel can't, it goes on dividing them. Where there is no such socket, too.

    :param to: ``FIRST`` or ``SECOND``
    """
    # A classic BPF program of one instruction, which gives the number of a socket.
    program = array("B", struct.pack("=HBBI", _RETURN, 0, 0, to))
    address, _ = program.buffer_info()
    for listening in sockets:
        with contextlib.suppress(OSError):
            listening.setsockopt(socket.SOL_SOCKET, _ATTACH, struct.pack("@HP", 1, address))
