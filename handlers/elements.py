"""The markup that the page's parts have in common: icons, buttons, fields, dialogs.

The templates call these. No words are in them but their names in ``static/js/words.js``: the
page's script fills them in.

>>> icon("close")
'<svg class="icon" aria-hidden="true"><use href="#icon-close"/></svg>'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tornado.escape import xhtml_escape

NAME = {"name": "name", "dir": "auto", "spellcheck": "false"}  # of people, rooms


def icon(name: str, style: str = "icon") -> str:
    """Draw an icon of the sprite; what it stands for has to be said beside it."""
    return f'<svg class="{style}" aria-hidden="true"><use href="#icon-{name}"/></svg>'


def avatar() -> str:
    """Leave the place for a person's picture, or their initials."""
    return '<span class="avatar" data-part="avatar" aria-hidden="true"></span>'


def button(word: str, style: str = "button", **more: Any) -> str:
    """Make a button with a word on it.

    :param word: empty: the script says it
    """
    given = {"type": "button", "class": style, **more, "data_word": word}
    return f"<button{_attributes(given)}></button>"


def tool(sign: str, label: str = "", part: str = "", *, style: str = "tool", **more: Any) -> str:
    """Make a button with an icon on it.

    :param label: the word that says what it does; empty: the script says it
    """
    given = {"type": "button", "class": style, "data_part": part, "data_label": label, **more}
    return f"<button{_attributes(given)}>{icon(sign)}</button>"


def close() -> str:
    """Make the button that closes a dialog."""
    return tool("close", "close", data_act="close")


def choices(word: str, style: str = "primary") -> str:
    """End a form: with nothing done, or with what the word says."""
    cancel = button("cancel", data_act="close")
    return f'<div class="choices">{cancel}{button(word, f"button {style}", type="submit")}</div>'


def trouble(name: str = "", id: str = "") -> str:
    """Leave the place for what went wrong: with the field of this name, or with all of it."""
    about = {"data_for": name} if name else {"data_part": "trouble"}
    return f"<p{_attributes({'class': 'field-trouble', 'id': id, 'role': 'alert', **about})}></p>"


def field(
    id: str,
    word: str,
    *,
    hint: str = "",
    hint_part: str = "",
    optional: bool = False,
    beside: str = "",
    **more: Any,
) -> str:
    """Make a field with its label, the place for what is wrong with it, and a hint.

    :param hint: the word for the hint; neither it nor ``hint_part``: there is none
    :param hint_part: the part that the hint plays, where the script has to find it
    :param beside: the markup of a button that stands in one row with the field
    :param more: its attributes, with ``_`` for ``-``; ``name`` is the field of the request
    """
    hinted = bool(hint or hint_part)
    described = f"{id}-trouble {id}-hint" if hinted else f"{id}-trouble"
    made = f"<input{_attributes({'id': id, **more, 'aria_describedby': described})}>"
    if beside:
        made = f'<div class="field-row">{made}{beside}</div>'
    made = _label(id, word, optional) + made + trouble(str(more["name"]), f"{id}-trouble")
    if hinted:
        given = {"class": "field-hint", "id": f"{id}-hint", "data_part": hint_part}
        hidden = bool(hint and hint_part)  # shown where the script finds it fitting
        made += f"<p{_attributes({**given, 'data_word': hint, 'hidden': hidden})}></p>"
    return made


def name_field(id: str, word: str, most: int = 32, **more: Any) -> str:
    """Make a field for the name of somebody or something, which has to have one.

    :param most: characters
    """
    given = {**NAME, "required": True, "maxlength": most, **more}
    return field(id, word, **given)


def password_field(id: str, word: str = "password", **more: Any) -> str:
    """Make a field for a password, the one that there is unless ``autocomplete`` says otherwise."""
    given = {
        "name": "password",
        "type": "password",
        "maxlength": 256,
        "required": True,
        "autocomplete": "current-password",
        **more,
    }
    return field(id, word, **given)


def choice(
    name: str, value: str, word: str, *, hint: str = "", sign: str = "", chosen: bool = False
) -> str:
    """Make one of the choices that exclude each other.

    :param hint: the word that says what it brings about
    :param sign: the icon before it
    """
    given = {"type": "radio", "name": name, "value": value, "checked": chosen}
    drawn = icon(sign) if sign else ""
    return f'<label class="check"><input{_attributes(given)}>{drawn}{_said(word, hint)}</label>'


def tick(name: str, word: str, *, hint: str = "", chosen: bool = False) -> str:
    """Make a choice of yes or no.

    :param hint: the word that says what it brings about
    """
    given = {"type": "checkbox", "name": name, "checked": chosen}
    return f'<label class="check"><input{_attributes(given)}>{_said(word, hint)}</label>'


def dialog(
    id: str, title: str = "", *, part: str = "", style: str = "", closes: bool = False
) -> Callable[[bytes], str]:
    """Put a dialog around what stands in ``{% apply dialog(…) %}``, as a template of this id.

    :param title: its word
    :param part: the part that the title plays, where the script has to say more or all of it
    :param style: further classes
    :param closes: it has nothing to answer, and so a button beside the title to close it
    """
    given = {"id": f"{id}-title", "data_part": part, "data_word": title}
    head = f"<h2{_attributes(given)}></h2>"
    if closes:
        head = f'<header class="dialog-head">{head}{close()}</header>'

    def wrap(body: bytes) -> str:
        opened = f'<dialog class="{f"dialog {style}".strip()}" aria-labelledby="{id}-title">'
        return f'<template id="{id}">{opened}{head}{body.decode()}</dialog></template>'

    return wrap


def _said(word: str, hint: str) -> str:
    said = f'<span data-word="{word}"></span>'
    if not hint:
        return said
    return f'<span>{said} <span class="field-hint" data-word="{hint}"></span></span>'


def _label(id: str, word: str, optional: bool) -> str:
    if not optional:
        return f'<label for="{id}" data-word="{word}"></label>'
    said = f'<span data-word="{word}"></span>'
    note = '<span class="field-optional" data-word="optional"></span>'
    return f'<label for="{id}">{said} {note}</label>'


def _attributes(given: Mapping[str, Any]) -> str:
    """Write attributes: True is one without a value; False, None and "" are none at all."""
    written = []
    for name, value in given.items():
        if value is True:
            written.append(f" {name.replace('_', '-')}")
        elif value is not False and value not in (None, ""):
            written.append(f' {name.replace("_", "-")}="{xhtml_escape(str(value))}"')
    return "".join(written)
