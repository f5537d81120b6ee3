"""A peer that vanishes: no FIN, no RST, no ACK, as when a cable is pulled."""

from __future__ import annotations

import ctypes
import socket
import struct

from tests.faults.wire import Wire

_ATTACH_FILTER = 26  # SO_ATTACH_FILTER, which Python does not name
_RETURN = 0x06  # BPF_RET | BPF_K: let through so many bytes

_nothing = ctypes.create_string_buffer(struct.pack("HBBI", _RETURN, 0, 0, 0))
_PROGRAM = struct.pack("HL", 1, ctypes.addressof(_nothing))


def vanish(wire: Wire) -> None:
    """Throw away whatever still comes for a connection, before the kernel could answer it.

    A filter on one's own socket needs no privilege. The peer's segments are never
    acknowledged from now on. Close nothing that has vanished: that would send a FIN.
    """
    wire.writer.transport.pause_reading()
    near = wire.writer.get_extra_info("socket")
    near.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, _PROGRAM)
