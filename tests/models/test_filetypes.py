"""A file is what its bytes say."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.filetypes import HEAD, INLINE, UNKNOWN, sniff


def zipped(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, "application/epub+zip" if name == "mimetype" else "")
    return held.getvalue()


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return held.getvalue()


@pytest.mark.parametrize(
    ("head", "type"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"GIF89a\1\0\1\0", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"\0\0\0\x20ftypheic", "image/heic"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        (b"OggS\0\2" + bytes(22) + b"OpusHead", "audio/ogg"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1\x42\x82\x84webm", "video/webm"),
        (b"\xff\xfb\x90\x64\0", "audio/mpeg"),
        (b"\xff\xf1\x50\x80\0", "audio/aac"),
        (b"%PDF-1.7", "application/pdf"),
        (zipped("a.txt"), "application/zip"),
        (
            zipped("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (zipped("mimetype", "a"), "application/epub+zip"),
        (tarred(), "application/x-tar"),
        (b"hello\n", "text/plain"),
        ("猫".encode() * 2000, "text/plain"),
        (("a" + "猫" * 2000).encode()[:HEAD], "text/plain"),
        (b"\x1b[1mbold\x1b[0m", "text/plain"),
        (b"<!DOCTYPE html><title>x", "text/html"),
        (b"  <script>alert(1)</script>", "text/html"),
        (b"<?xml version='1.0'?><svg xmlns='...'>", "image/svg+xml"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        (b"\xff\xfeh\0i\0", UNKNOWN),
        (b"\0\1\2", UNKNOWN),
        ("猫".encode()[:2], UNKNOWN),
        (b"", "text/plain"),
    ],
)
def test_a_type_is_told_by_the_bytes(head: bytes, type: str) -> None:
    assert sniff(head[:HEAD]) == type


@given(st.binary(max_size=600))
def test_anything_has_a_type(head: bytes) -> None:
    assert "/" in sniff(head)


def test_nothing_that_runs_is_shown_inline() -> None:
    for type in ("text/html", "image/svg+xml", "application/pdf", "application/xml", UNKNOWN):
        assert type not in INLINE
