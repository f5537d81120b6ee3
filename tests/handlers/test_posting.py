"""A post is worked on once, however many listen.

Counts rather than times, so that the design can't quietly rot.
"""

from __future__ import annotations

from typing import Any

import pytest

from models import markup
from models.filters import Filter
from tests.handlers.conftest import Connect


@pytest.mark.gen_test
async def test_a_post_is_screened_and_rendered_once_for_all(
    connect: Connect, monkeypatch: Any
) -> None:
    screened: list[str] = []
    rendered: list[str] = []
    screen, render = Filter.screen, markup.render

    def count_screen(self: Filter, text: str) -> str:
        screened.append(text)
        return screen(self, text)

    def count_render(text: str, *rest: Any, **more: Any) -> Any:
        rendered.append(text)
        return render(text, *rest, **more)

    monkeypatch.setattr(Filter, "screen", count_screen)
    monkeypatch.setattr(markup, "render", count_render)
    people = [await connect(name) for name in ("ada", "bob", "carol")]
    people[0].send(type="message", text="**hi**")
    for person in people[1:]:
        assert (await person.until("message"))["html"] == "<p><strong>hi</strong></p>"
    assert (screened, rendered) == (["**hi**"], ["**hi**"])
