"""What people wrote in Slack, as they would have written it here."""

from __future__ import annotations

import pytest

from models.mrkdwn import Person, translate

PEOPLE = {"U1": Person(1, "ada"), "U2": Person(2, "Bob Byron")}


@pytest.mark.parametrize(
    ("slack", "ours"),
    [
        ("*bold* and _slanted_ and ~out~", "**bold** and _slanted_ and ~~out~~"),
        ("2*3*4 and * a * and ~5", "2*3*4 and * a * and ~5"),
        ("*two words*, *more*.", "**two words**, **more**."),
        ("<@U1>: *<@U2>*", '@ada: **@"Bob Byron"**'),
        ("<@U7> <@U8|eve>", "@U7 eve"),
        ("<#C1> <#C9|lost>", "#den #lost"),
        ("<!here> <!channel> <!everyone>", "@here @room @room"),
        ("<!subteam^S1|@team> <!date^1^{date}|today>", "@team today"),
        ("<https://x.org/*a*/~b~>", "https://x.org/*a*/~b~"),
        ("<https://x.org/(a)|so [it] is>", r"[so \[it\] is](https://x.org/%28a%29)"),
        ("<mailto:ada@x.org|ada@x.org>", "ada@x.org"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("`*x* &lt; <https://x.org>`", "`*x* < https://x.org`"),
        ("```\n*x* <@U1>\n```", "```\n*x* @U1\n```"),
        ("a\0b", "ab"),
    ],
)
def test_a_text_means_the_same_here(slack, ours):
    assert translate(slack, PEOPLE, {"C1": "den"}).text == ours


def test_people_are_named_once_and_never_in_code():
    assert translate("<@U2> <@U1> <@U2> `<@U1>`", PEOPLE, {}).mentions == [2, 1]
    assert translate("`<@U1>`", PEOPLE, {}).mentions == []
