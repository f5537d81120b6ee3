"""A body with a file is read the same in whatever pieces it arrives."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadEvent
from models.multipart import LONGEST_HEAD, File, Multipart, boundary_of
from tests.uploading import BOUNDARY, CONTENT_TYPE, form


def read(body: bytes, cuts: list[int] = []) -> tuple[list[str], bytes, bool]:  # noqa: B006
    parser = Multipart(boundary_of(CONTENT_TYPE))
    names, content = [], b""
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    for begin, end in pairwise(edges):
        for event in parser.feed(body[begin:end]):
            if isinstance(event, File):
                names.append(event.name)
            else:
                content += event
    return names, content, parser.complete


@given(
    st.binary(max_size=200) | st.just(f"\r\n--{BOUNDARY}x\r\n--{BOUNDARY[:-1]}\r\n".encode()[3:]),
    st.lists(st.integers(0, 10_000), max_size=12),
)
def test_the_pieces_make_no_difference(content: bytes, cuts: list[int]) -> None:
    if f"--{BOUNDARY}".encode() in content:
        return
    assert read(form(content), cuts) == (["notes.txt"], content, True)


def test_it_arrives_byte_by_byte() -> None:
    body = form(b"\r\n--\r\n-")
    assert read(body, list(range(len(body)))) == (["notes.txt"], b"\r\n--\r\n-", True)


def test_fields_that_are_no_files_are_passed_over() -> None:
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="room"\r\n\r\n7\r\n'.encode()
    bare = f"--{BOUNDARY}\r\n\r\nno headers\r\n".encode()
    assert read(field + bare + form(b"x")) == (["notes.txt"], b"x", True)


def test_a_body_that_ends_early_is_not_complete() -> None:
    assert read(form(b"x" * 100)[:-3])[2] is False


def test_what_follows_the_end_is_ignored() -> None:
    assert read(form(b"x") + form(b"y")) == (["notes.txt"], b"x", True)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ('filename="a b.txt"', "a b.txt"),
        ('filename="say %22hi%22.txt"', 'say "hi".txt'),
        (r'filename="say \"hi\".txt"', 'say "hi".txt'),
        ("filename=plain.txt", "plain.txt"),
        ("filename=\"x\"; filename*=UTF-8''%E7%8C%AB.jpg", "猫.jpg"),
        ('filename="猫.jpg"', "猫.jpg"),
        ('filename="100%.txt"', "100%.txt"),
        ('filename=""', ""),
    ],
)
def test_a_name_is_read_as_it_was_written(told: str, name: str) -> None:
    head = f"--{BOUNDARY}\r\ncontent-disposition: form-data; {told}\r\n\r\n"
    assert read(head.encode() + f"x\r\n--{BOUNDARY}--".encode())[0] == [name]


def test_headers_that_never_end_are_refused_in_constant_memory() -> None:
    parser = Multipart(boundary_of(CONTENT_TYPE))
    list(parser.feed(f"--{BOUNDARY}\r\n".encode() + b"x" * (LONGEST_HEAD - 100)))
    with pytest.raises(BadEvent):
        list(parser.feed(b"x" * 200))


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=é"]
)
def test_another_kind_of_body_is_refused(content_type: str) -> None:
    with pytest.raises(BadEvent):
        boundary_of(content_type)
