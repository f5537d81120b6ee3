"""Exports as files: lines alone, or a ZIP of the lines and of what they refer to."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, is_zipfile

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from models.store import Store, beside
from models.store.blobs import Blobs
from models.store.keeping import export, slack, whole
from models.store.keeping.lines import Attached, BadExport, Line, decode, encode
from models.store.keeping.load import Loaded, load

LINES = "export.jsonl"
_LONGEST = 1 << 24  # bytes of a line
_PIECE = 1 << 20
# What a ZIP is found to be only when it is read (also encrypted, or packed in a way that is not
# known), and numbers and texts that no database takes.
_DAMAGED = (BadZipFile, zlib.error, EOFError, RuntimeError, OverflowError, UnicodeError)


class Exported(NamedTuple):
    """What an export has.

    :ivar missing: files that the database names and the disk has not
    """

    lines: int
    files: int
    missing: int


def write(url: str, blobs: Path, target: Path) -> Exported:
    """Write an export, durably; there is nothing under its name before it is whole.

    A server may be at work meanwhile.

    :param target: where its name ends in ``.zip`` it holds the contents of files as well
    :raises FileExistsError: something of that name is there
    :raises FileNotFoundError: there is no such database, or folder for the target
    """
    writing = _write_zip if target.suffix == ".zip" else _write_lines
    with whole.written(target) as unfinished, Blobs.held(blobs):
        return beside.read(url, partial(writing, unfinished, blobs))


def read(source: Path, url: str, folder: Path) -> Loaded:
    """Put an export, or Slack's, into a place where nothing has been said: all or nothing.

    :param folder: of the contents
    :raises BadExport: it is none, or something in it is wrong
    :raises OSError: it can't be read, or its contents not be written
    :raises RuntimeError: a server is at work there
    """
    with ExitStack() as stack:
        lines, archive = _opened(stack, source)
        store = Store(url)
        stack.callback(store.close)
        # Behind the store, which no server has now: it would lose its uploads by this.
        blobs = Blobs(folder)
        stack.callback(blobs.close)
        has = _has_none if archive is None else partial(_take_in, archive, blobs)
        try:
            return store.write_at_start(lambda connection: load(connection, lines, has))
        except IntegrityError as error:
            raise BadExport(f"it tells something twice ({error.orig})") from None
        except _DAMAGED as error:
            raise BadExport(f"it is damaged: {error}") from None


def _opened(stack: ExitStack, source: Path) -> tuple[Iterable[Line], ZipFile | None]:
    """Give the lines of an export, and the archive that its contents are in, if there is one."""
    if not is_zipfile(source):
        return _decoded(stack.enter_context(source.open("rb"))), None
    try:
        archive = stack.enter_context(ZipFile(source))
        if slack.is_one(archive):
            return slack.lines(archive), None
        return _decoded(stack.enter_context(archive.open(LINES))), archive
    except (*_DAMAGED, KeyError):
        raise BadExport("it is a ZIP, but neither an export nor Slack's") from None


def _write_lines(target: Path, blobs: Path, connection: Connection) -> Exported:
    with target.open("wb") as file:
        return Exported(_write_all(connection, file), 0, 0)


def _write_zip(target: Path, blobs: Path, connection: Connection) -> Exported:
    with ZipFile(target, "w") as archive:
        # Contents are mostly dense; what people said is not.
        archive.compresslevel, archive.compression = 6, ZIP_DEFLATED
        with archive.open(LINES, "w", force_zip64=True) as file:
            count = _write_all(connection, file)
        archive.compression = 0
        files = missing = 0
        for digest, small in export.contents(connection):
            name = _name(digest.hex())
            for suffix in ("", ".webp") if small else ("",):
                try:
                    archive.write(blobs / f"{name}{suffix}", f"files/{name}{suffix}")
                    files += 1
                except FileNotFoundError:
                    missing += 1
    return Exported(count, files, missing)


def _write_all(connection: Connection, file: IO[bytes]) -> int:
    count = 0
    for line in export.lines(connection):
        file.write(encode(line) + b"\n")
        count += 1
    return count


def _decoded(file: IO[bytes]) -> Iterator[Line]:
    number = 0
    while line := file.readline(_LONGEST):
        number += 1
        yield decode(line, number)


def _has_none(file: Attached) -> bool:
    return False


def _take_in(archive: ZipFile, blobs: Blobs, file: Attached) -> bool:
    """Bring a file's content onto the disk, if the archive has it.

    :raises BadExport: it is another content
    """
    name = f"files/{_name(file.sha256)}"
    if name not in archive.NameToInfo:
        return False
    with ExitStack() as stack:
        incoming = blobs.receive()
        stack.callback(incoming.discard)
        with archive.open(name) as content:
            for piece in iter(lambda: content.read(_PIECE), b""):
                incoming.write(piece)
                if incoming.size > file.size:
                    break
        digest = incoming.finish()
        if incoming.size != file.size or digest.hex() != file.sha256:
            raise BadExport(f"{name} is another content than the line says")
        small = None
        if file.thumbnail and f"{name}.webp" in archive.NameToInfo:
            small = Path(f"{incoming.path}.webp")
            small.write_bytes(archive.read(f"{name}.webp"))
        blobs.take_in(incoming.path, digest, small)
    return True


def _name(digest: str) -> str:
    return f"{digest[:2]}/{digest}"
