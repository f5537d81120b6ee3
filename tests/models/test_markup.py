"""Text becomes HTML that shows just that text."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from models.markup import render


def test_paragraphs_and_lines() -> None:
    assert render("a\nb\n\nc") == "<p>a<br>b</p><p>c</p>"


def test_markup_is_escaped() -> None:
    assert render('<b a="1">&') == "<p>&lt;b a=&quot;1&quot;&gt;&amp;</p>"


@given(st.text())
def test_no_text_makes_an_element(text: str) -> None:
    seen = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.add((tag, *attrs))

    reader = Reader()
    reader.feed(render(text))
    reader.close()
    assert seen <= {("p",), ("br",)}
