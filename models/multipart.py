"""Read ``multipart/form-data`` as it arrives (RFC 7578), in constant memory.

Bytes go in, events come out; what to do with them is somebody else's business.
Tornado's own parser wants the whole body at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from models.errors import BadEvent

LONGEST_HEAD = 8192  # bytes of a part's headers

# A parameter of the type: a token, or quoted (RFC 9110, 5.6.6).
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"\\]*)"|([^\s";,]+))\s*(?:;|$)', re.IGNORECASE)
_ESCAPED = re.compile(r"%(22|0D|0A)", re.IGNORECASE)  # as browsers write it (WHATWG, form data)


class File:
    """Say that a file begins: the data that follows is its content."""

    def __init__(self, name: str) -> None:
        self.name = name


Event = File | bytes


def boundary_of(content_type: str) -> bytes:
    """Find the boundary in a ``Content-Type``.

    :raises BadEvent: the body is of another kind, or the boundary is missing
    """
    kind, found = content_type.partition(";")[0], _BOUNDARY.search(content_type)
    boundary = found and (found[1] or found[2])
    if kind.strip().lower() != "multipart/form-data" or not boundary or len(boundary) > 70:
        raise BadEvent("Send the file as multipart/form-data, in a part with a filename.")
    try:
        return boundary.encode("ascii")
    except UnicodeEncodeError:
        raise BadEvent("The boundary of a multipart body is plain ASCII.") from None


class Multipart:
    """Parse one body.

    Fields that are no files are passed over.

    :ivar complete: the closing boundary has arrived
    """

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._buffer = bytearray(b"\r\n")  # the first boundary may stand at the beginning
        self._name: str | None = None  # of the file that is being read
        self._in_head = False
        self.complete = False

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take the next bytes; give what they contain.

        :raises BadEvent: they are not as the RFC demands
        """
        self._buffer += data
        while not self.complete:
            if self._in_head:
                if not self._read_head():
                    return
                if self._name is not None:
                    yield File(self._name)
                continue
            at = self._buffer.find(self._delimiter)
            if at < 0:
                # The end of what is here may be the beginning of a boundary.
                content = self._take(max(0, len(self._buffer) - len(self._delimiter) + 1), 0)
            elif len(self._buffer) < at + len(self._delimiter) + 2:
                return
            else:
                content = self._take(at, len(self._delimiter))
            if content and self._name is not None:
                yield bytes(content)
            if at < 0:
                return
            self._pass_boundary()

    def _read_head(self) -> bool:
        """Read the headers of a part; False: they have not all arrived."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 and len(self._buffer) <= LONGEST_HEAD:
            return False
        if not 0 <= end <= LONGEST_HEAD:
            raise BadEvent("The headers of a part of this body are too long.")
        self._name = _file_name(bytes(self._take(end, 4)))
        self._in_head = False
        return True

    def _pass_boundary(self) -> None:
        self._name = None
        mark = bytes(self._take(2, 0))
        if mark == b"--":
            self.complete = True
        elif mark == b"\r\n":
            # A part's headers may be empty: the blank line then follows at once.
            self._in_head = True
            self._buffer[:0] = b"\r\n"
        else:
            raise BadEvent("This body is not multipart/form-data as it should be.")

    def _take(self, length: int, skip: int) -> bytearray:
        taken = self._buffer[:length]
        del self._buffer[: length + skip]
        return taken


def _file_name(head: bytes) -> str | None:
    """Read a file's name out of the headers of its part; None: the part is no file."""
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() != "content-disposition":
            continue
        if encoded := re.search(r";\s*filename\*=UTF-8''([^;\s]+)", value, re.IGNORECASE):
            return unquote(encoded[1], errors="replace")
        if quoted := re.search(r';\s*filename="((?:[^"\\]|\\.)*)"', value, re.IGNORECASE):
            plain = re.sub(r'\\(["\\])', r"\1", quoted[1])
            return _ESCAPED.sub(lambda found: unquote(found[0]), plain)
        if bare := re.search(r";\s*filename=([^;\s]+)", value, re.IGNORECASE):
            return bare[1]
    return None
