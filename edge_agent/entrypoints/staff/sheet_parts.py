"""Pure: the pieces that sheets are made of."""

from __future__ import annotations

import msgspec

from edge_agent.domain.refusals import sentences
from edge_agent.entrypoints.staff.parts import button, text
from edge_agent.entrypoints.staff.sheets import Sheet, Told
from edge_agent.entrypoints.staff.words import Language, word


def last_word(language: Language, last: Told) -> str:
    """The last word on a deed."""
    if last.refusal is None:
        return f'<div class="told good">✓ {word(language, last.key, *last.values)}</div>'
    _, zh, en = sentences(last.refusal)
    detail = f" ({text(last.refusal.detail)})" if last.refusal.detail else ""
    return f'<div class="told bad">{zh if language == "zh" else en}{detail}</div>'


def confirm(language: Language, sheet: Sheet, means: str, yes: str) -> str:
    """The consequence, then the button that brings it about; afterwards what became of it."""
    if sheet.told is not None:
        closing = button(word(language, "close"), "close", kind="main")
        return f'{last_word(language, sheet.told)}<div class="buttons">{closing}</div>'
    if sheet.working:
        return f'<p class="means">{means}</p><div class="told">{word(language, "working")}</div>'
    back = button(word(language, "back"), "close")
    doing = button(yes, "do", "yes", kind="main")
    return f'<p class="means">{means}</p><div class="buttons">{back}{doing}</div>'


def keypad() -> str:
    """Digits large enough for a thumb."""
    keys = [button(digit, "do", "digit", digit, kind="key") for digit in "1234567890"]
    return f'<div class="keypad">{"".join(keys)}{button("⌫", "do", "erase", kind="key")}</div>'


def choice(words: str, *tap: str, on: bool = False) -> str:
    """One of several things to choose from."""
    return button(words, "do", *tap, kind="choice on" if on else "choice")


def choices(*made: str) -> str:
    """Things to choose from, side by side."""
    return f'<div class="choices">{"".join(made)}</div>'


def search(label: str, value: str, most: int = 40) -> str:
    """The field above a list that is narrowed while one types."""
    return (
        f'<input class="search" data-key="search" type="search" data-type="{text(_json(("find",)))}"'
        f' placeholder="{label}" aria-label="{label}" value="{text(value)}" maxlength="{most}" autocomplete="off">'
    )


def typed_in(key: str, label: str, value: str, *tap: str, keys: str = "text") -> str:
    """A field to type into, for a sheet; what is typed comes as a tap with the text behind it.

    `keys`: which keyboard the tablet shows, as HTML's `inputmode` names them.
    """
    return (
        f'<label class="field" data-key="{text(key)}"><span class="label">{label}</span>'
        f'<input data-type="{text(_json(("do", *tap)))}" value="{text(value)}" maxlength="64" inputmode="{keys}"'
        f' autocomplete="off" autocapitalize="off" spellcheck="false"></label>'
    )


def _json(tap: tuple[str, ...]) -> str:
    return msgspec.json.encode(tap).decode()
