"""A backup as one file: a tar, not compressed.

    gust.json           what it is (:class:`Manifest`)
    chat.db             the database, as it was at one moment
    files/ab/abcd…      the contents of files, by the SHA-256 of their bytes
    files/ab/abcd….webp small pictures of them
    sha256              of all bytes before this member, in hex

in this order. Any tar reads it; the last member tells that nothing is missing or
damaged. Photos and films can't be made smaller, and to compress the rest would keep a
core of the machine from the people who talk. Whoever stores it may, and finds what two
backups have in common.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

FORMAT = 1
DATABASE = "chat.db"

_MANIFEST, _CHECKSUM = "gust.json", "sha256"
_CONTENT = re.compile(r"files/([0-9a-f]{2})/(\1[0-9a-f]{62})(\.webp)?")
_PIECE = 1 << 20  # bytes


class NoBackup(Exception):
    """Say why a file is no backup that can be used, as the rest of a sentence."""


class Manifest(msgspec.Struct):
    """What a backup holds.

    :ivar schema: the database's revision
    :ivar date: when it was begun
    """

    schema: str
    date: int
    format: int = FORMAT


class Archive:
    """Write an archive.

    :param file: open for writing, and empty
    """

    def __init__(self, file: IO[bytes], manifest: Manifest) -> None:
        self._file = _Hashing(file)
        self._tar = tarfile.TarFile(
            fileobj=self._file,  # type: ignore[arg-type] # it is only written, and told where
            mode="w",
            format=tarfile.PAX_FORMAT,
        )
        self._add_text(_MANIFEST, msgspec.json.encode(manifest))

    def add(self, name: str, path: Path) -> None:
        """Add a file.

        :raises FileNotFoundError: it is not there
        """
        with path.open("rb") as source:
            found = os.fstat(source.fileno())
            member = _member(name, found.st_size)
            member.mtime = int(found.st_mtime)
            self._tar.addfile(member, source)

    def finish(self) -> None:
        """Add the checksum behind everything."""
        self._add_text(_CHECKSUM, self._file.hexdigest().encode())
        self._tar.close()

    def _add_text(self, name: str, text: bytes) -> None:
        self._tar.addfile(_member(name, len(text)), io.BytesIO(text))


def check(file: IO[bytes]) -> Manifest:
    """Read an archive from beginning to end; give what it holds.

    :param file: on a disk, open for reading
    :raises NoBackup: it is none, or not as it was written
    """
    try:
        return _check(file)
    except (tarfile.TarError, ValueError, msgspec.MsgspecError):
        raise NoBackup("it was not made by “backup”, or its end is missing") from None


def contents(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """Give what an archive keeps, by name: the database comes first.

    :param file: was found to be good by :func:`check`
    """
    for member, content in _members(file):
        if member.name not in (_MANIFEST, _CHECKSUM):
            yield member.name, content


def _check(file: IO[bytes]) -> Manifest:
    members = _members(file)
    manifest = _manifest(members)
    first, _ = next(members, (None, None))
    if first is None or first.name != DATABASE:
        raise NoBackup("it has no database, or its end is missing")
    before = DATABASE
    for member, content in members:
        name = member.name
        # In their order, each once: nothing is there twice, and nothing behind the end.
        if name == _CHECKSUM:
            if content.read(64).decode() != _sum(file, member.offset):
                raise NoBackup("it is damaged: its bytes are not those that were written")
        elif name <= before or not (found := _CONTENT.fullmatch(name)):
            raise NoBackup(f"it holds what no backup does: {name!r}")
        elif not found[3] and _hash_of(content) != found[2]:
            raise NoBackup(f"it is damaged: {name} is another content")
        before = name
    if before != _CHECKSUM:
        raise NoBackup("its end is missing")
    return manifest


def _manifest(members: Iterator[tuple[tarfile.TarInfo, IO[bytes]]]) -> Manifest:
    member, content = next(members, (None, None))
    if member is None or content is None or member.name != _MANIFEST:
        raise NoBackup("it was not made by “backup”")
    manifest = msgspec.json.decode(content.read(_PIECE), type=Manifest)
    if manifest.format != FORMAT:
        raise NoBackup(f"it is of another Gust (format {manifest.format}; this one reads {FORMAT})")
    return manifest


def _members(file: IO[bytes]) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r:") as tar:
        while (member := tar.next()) is not None:
            tar.members = []  # type: ignore[attr-defined] # it would remember each of a million
            content = tar.extractfile(member) if member.isreg() else None
            if content is None:
                raise NoBackup(f"it holds what no backup does: {member.name!r}")
            yield member, content


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _hash_of(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := content.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _sum(file: IO[bytes], end: int) -> str:
    """Hash a file's beginning, leaving its position as it is."""
    digest = hashlib.sha256()
    at = 0
    while at < end:
        piece = os.pread(file.fileno(), min(_PIECE, end - at), at)
        if not piece:
            break
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()


class _Hashing:
    """A file that hashes what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
