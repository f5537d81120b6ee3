"""A message's text as safe HTML, rendered once, when it is posted or edited.

A small part of Markdown: bold, italic, struck out, code, quotes, lists, links. No
pictures, headings, tables or HTML: a message is a message. Emoji may be written by
name, and people named are marked.

Most messages have nothing of this, and cost next to nothing. What would cost too
much to be looked through (see :func:`_effort`) is shown as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any, NamedTuple

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from models import emoji, mentions
from models.mentions import NOBODY, People

_MOST_EFFORT = 140  # some 25 µs each
_LINE = 1.5  # what a line costs, where a delimiter costs 1; an address costs 2
_STOP = 0.1  # what any other character costs at which the parser stops to look
_SEARCH = 0.001  # what it costs to pass one of them on the way to the end of a link
_LONGEST_EMOJI_ONLY = 100  # characters

_BLOCKS = ["fence", "blockquote", "list"]
_INLINES = ["newline", "escape", "backticks", "strikethrough", "emphasis", "link", "autolink"]
_PARAGRAPHS = re.compile(r"\n(?:[ \t]*\n)+")
# Without any of these there is nothing to find.
_SPECIAL = re.compile(r"[*_~`\[<\\]|:(?://|[a-z0-9_+-]+:)|^ {0,3}(?:>|[-+] |\d{1,9}[.)] )", re.M)
_DELIMITERS = re.compile(r"\*{1,2}|_{1,2}|~{1,2}|`+|://|[\[\]()<>\\:@!]")
_STOPS = re.compile(r"[-#$%&+=^{}]")
_FENCE = re.compile(r"```[\w+#.-]*$")
_URL = re.compile(r"://[^\s<>\"`]+")
_SCHEME = re.compile(r"\bhttps?$", re.I)
_LINK = re.compile(r"(?:https?://|mailto:)\S", re.I)
_END_OF_LINE = re.compile(r"<br>|</(?:p|li|pre)>")
_TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
_EMPTY_LINES = re.compile(r"\n\s*\n")
_AT_THE_END = ".,:;!?'*_~"

_cleaner = nh3.Cleaner(
    tags={"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li"}
    | {"a", "span"},
    attributes={
        "a": {"href", "data-user"},
        "span": {"data-everybody"},
        "code": {"data-language"},
        "ol": {"start"},
    },
    allowed_classes={"a": {"mention"}, "span": {"mention"}, "p": {"emoji"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
)


class Rendered(NamedTuple):
    """A text as it is shown.

    :ivar mentions: whom it names, each once; 0: everybody in the room
    """

    html: str
    mentions: list[int]


def render(text: str, people: People = NOBODY) -> Rendered:
    """Render a text.

    :param people: who may be named in it
    """
    if len(text) <= _LONGEST_EMOJI_ONLY and emoji.only(named := emoji.by_name(text.strip())):
        return Rendered(f'<p class="emoji">{named}</p>', [])
    names = "@" in text and (people.ids or people.everybody)
    if not (names or _SPECIAL.search(text)) or _effort(text) > _MOST_EFFORT:
        return Rendered(_plain(text), [])
    found: dict[str, Any] = {"people": people, "tried": 0, "mentions": {}}
    html = _markdown.render(text, found)
    return Rendered(_cleaner.clean(html.replace(">\n<", "><").strip()), list(found["mentions"]))


def plain(html: str) -> str:
    """Give what one sees of a rendered text, without its elements."""
    lines = _TAG.sub("", _END_OF_LINE.sub("\n", html))
    return unescape(_EMPTY_LINES.sub("\n", lines)).strip()


def _plain(text: str) -> str:
    paragraphs = _PARAGRAPHS.split(escape(text.strip("\n")))
    return "".join(f"<p>{part}</p>" for part in paragraphs).replace("\n", "<br>")


def _effort(text: str) -> float:
    """Estimate what looking through a text costs, without doing it.

    Every delimiter may be tried against all others, and every line against all kinds
    of blocks. What is in a fence is not looked at: long code is welcome. A fence that
    is not plainly one counts as text, for it may be none.
    """
    outside: list[str] = []
    inside = fenced = False
    for line in text.split("\n"):
        if line == "```" if inside else _FENCE.match(line):
            inside, fenced = not inside, True
        elif "```" in line or "~~~" in line:
            fenced = False
            break
        elif not inside:
            outside.append(line)
    looked_at = "\n".join(outside) if fenced else text
    delimiters = len(_DELIMITERS.findall(looked_at)) + looked_at.count("://")
    stops = len(_STOPS.findall(looked_at))
    searches = looked_at.count("[") * (delimiters + stops)  # each for the end of its link
    return delimiters + _LINE * looked_at.count("\n") + _STOP * stops + _SEARCH * searches


# ---------------------------------------------------------------- what Markdown has not


def _take_mention(state: StateInline, silent: bool) -> bool:
    """Mark a name behind an @."""
    if state.src[state.pos] != "@" or state.linkLevel:
        return False
    people: People = state.env["people"]
    state.env["tried"] += 1
    if state.env["tried"] > mentions.MOST:
        return False
    named = mentions.find(state.src, state.pos, people)
    if named is None:
        return False
    if not silent:
        token = state.push("mention", "", 0)
        token.content, token.meta = f"@{named.name}", {"named": named}
        state.env["mentions"].update(dict.fromkeys(named.users))
    state.pos = named.end
    return True


def _take_emoji(state: StateInline, silent: bool) -> bool:
    """Put the emoji for its name between colons."""
    found = emoji.NAMED.match(state.src, state.pos)
    symbol = found and emoji.TABLE.get(found[1])
    if not found or not symbol:
        return False
    if not silent:
        state.pending += symbol
    state.pos = found.end()
    return True


def _take_url(state: StateInline, silent: bool) -> bool:
    """Make a link of an address that is just written down."""
    found = _URL.match(state.src, state.pos)
    if not found or state.linkLevel:
        return False
    scheme = _SCHEME.search(state.pending, max(0, len(state.pending) - 6))
    if not scheme:
        return False
    url = scheme[0] + _without_punctuation(found[0])
    if not state.md.validateLink(url):
        return False
    if not silent:
        state.pending = state.pending[: scheme.start()]
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": state.md.normalizeLink(url)}
        state.push("text", "", 0).content = url
        state.push("link_close", "a", -1)
    state.pos += len(url) - len(scheme[0])
    return True


def _without_punctuation(url: str) -> str:
    """Leave out what belongs to the sentence around an address."""
    while url:
        last = url[-1]
        unopened = last in ")]" and url.count(last) > url.count("(" if last == ")" else "[")
        if last not in _AT_THE_END and not unopened:
            break
        url = url[:-1]
    return url


def _show_mention(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    named, name = tokens[at].meta["named"], escape(tokens[at].content)
    if named.all:
        return f'<span class="mention" data-everybody="{named.name.lower()}">{name}</span>'
    return f'<a class="mention" data-user="{named.users[0]}">{name}</a>'


def _show_fence(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    token = tokens[at]
    language = token.info.strip().partition(" ")[0][:32]
    told = f' data-language="{escape(language)}"' if language else ""
    return f"<pre><code{told}>{escape(token.content)}</code></pre>\n"


def _show_break(self: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return "<br>"


def _make_markdown() -> MarkdownIt:
    made = MarkdownIt("zero", {"maxNesting": 20}).enable(_BLOCKS + _INLINES)
    made.inline.ruler.before("link", "mention", _take_mention)
    made.inline.ruler.before("link", "emoji", _take_emoji)
    made.inline.ruler.before("link", "url", _take_url)
    for name, rule in {
        "mention": _show_mention,
        "fence": _show_fence,
        "softbreak": _show_break,
        "hardbreak": _show_break,
    }.items():
        made.add_render_rule(name, rule)
    made.validateLink = lambda url: _LINK.match(url) is not None  # type: ignore[method-assign]
    made.render(
        "*", {"people": NOBODY, "tried": 0, "mentions": {}}
    )  # prepares the rules, before any thread
    return made


_markdown = _make_markdown()
