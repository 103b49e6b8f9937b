"""Pure: the forms by which a person at headquarters does something: what is asked, and how a form is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, has_word, named, word
from cloud_sync.protocol.money import MoneyError, parse_minor

NUMBERS: Final = frozenset({"qty", "difference", "minimum", "ceiling"})
MAX_FIELD_CHARS: Final = 200


@dataclass(frozen=True)
class Act:
    """One form. `given` are fields that come with the link and are shown as they are; `asked` are filled in."""

    name: str
    given: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    grave: bool = False
    """It cannot be taken back: a person must tick that they are sure."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the form."""
        return (*self.given, *self.asked, *self.optional)


ACTS: Final = {
    act.name: act
    for act in (
        Act("grant", asked=("store", "sku", "qty"), optional=("why",)),
        Act("recall", asked=("store", "sku", "qty"), optional=("why",)),
        Act("receive", asked=("sku", "qty", "receipt"), optional=("transfer",)),
        Act("correct", given=("sku",), asked=("difference", "why")),
        Act("policy", asked=("store", "sku", "cover_days", "minimum", "ceiling")),
        Act("bring-back", given=("store", "sku"), asked=("qty",)),
        Act("write-off", given=("store", "sku"), grave=True),
        Act("close", given=("kind", "store", "sku", "reference"), asked=("note",)),
        Act("retire", given=("store",), grave=True),
        Act("set-aside", given=("store",), grave=True),
        Act("join-again", given=("store",)),
        Act("offline-limit", ("store", "method"), asked=("payment",), optional=("total", "no_total", "why")),
        Act("limit-default", given=("store", "method")),
        Act("shipped", given=("reservation",), asked=("document",)),
        Act("put-back", given=("reservation",)),
    )
}
HIDDEN: Final = frozenset({"kind", "reference"})
TICKED: Final = frozenset({"no_total"})
AMOUNTS: Final = frozenset({"payment", "total"})
CODES: Final = frozenset({"method"})
"""Shown by the name that people know, sent as the code."""


class BadField(ValueError):
    """A field that cannot be meant; the text is for the person who filled it in."""


def number(language: Language, values: Mapping[str, str], name: str) -> int:
    """A field as a whole number. Raises BadField."""
    given = values.get(name, "").strip().replace(",", "")
    try:
        # More digits than this nobody means, and reading them all would take for ever.
        return int(given[:20])
    except ValueError:
        raise BadField(word(language, "bad_number", word(language, f"field.{name}"))) from None


def amount(language: Language, values: Mapping[str, str], name: str, currency: str) -> int:
    """A field as an amount in minor units. Raises BadField."""
    try:
        return parse_minor(values.get(name, "").replace(",", ""), currency)
    except MoneyError:
        label = word(language, f"field.{name}", currency)
        raise BadField(word(language, "bad_amount", label, currency)) from None


def form(
    language: Language,
    act: Act,
    values: Mapping[str, str],
    stores: Mapping[str, str],
    items: Mapping[str, str],
    hints: Mapping[str, str],
    wrong: str = "",
) -> str:
    """The page of one act: what it does, its fields, and what was wrong with the last try.

    `stores` are the names by id to choose from, `items` those by SKU; `hints` stand below a field; `values["key"]`
    makes a second press of the button harmless.
    """
    drawn = "".join(_field(language, act, name, values, stores, hints) for name in act.fields)
    if "sku" in act.asked:
        drawn += _known_items(items)
    if act.grave:
        drawn += _tick(word(language, "sure"), "sure", required=True)
    told = f'<div class="wrong">{word(language, "act_refused")} {parts.text(wrong)}</div>' if wrong else ""
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{parts.text(values.get(name, ""))}">'
        for name in ("key", "back")
    )
    back = parts.text(values.get("back") or "/stock")
    go = "grave" if act.grave else "main"
    return (
        f'<div class="page act"><form class="card" method="post" action="/acts/{act.name}">'
        f"<h1>{word(language, f'act.{act.name}')}</h1><p>{word(language, f'act.{act.name}.about')}</p>"
        f'{drawn}{kept}{told}<div class="buttons"><button class="button {go}">'
        f'{word(language, f"act.{act.name}")}</button><a class="button" href="{back}">{word(language, "cancel")}</a>'
        "</div></form></div>"
    )


def _field(
    language: Language,
    act: Act,
    name: str,
    values: Mapping[str, str],
    stores: Mapping[str, str],
    hints: Mapping[str, str],
) -> str:
    value = parts.text(values.get(name, ""))
    if name in HIDDEN or (name in act.given and not value):
        return f'<input type="hidden" name="{name}" value="{value}">'
    if name in TICKED:
        return _tick(word(language, f"field.{name}"), name, ticked=bool(value))
    required = "" if name in act.optional else " required"
    if name == "store" and name in act.asked:
        control = _choice(language, values.get(name, ""), stores, any_store=act.name == "policy")
    else:
        control = _text(language, act, name, value, required)
    hint = hints.get(name, "")
    note = f'<div class="hint">{parts.text(hint)}</div>' if hint else ""
    label = parts.text(name)
    if has_word(f"field.{name}"):
        label = word(language, f"field.{name}", parts.text(values.get("currency", "")))
    return f"<label><span>{label}</span>{control}{note}</label>"


def _text(language: Language, act: Act, name: str, value: str, required: str) -> str:
    if name in CODES:
        shown = parts.text(named(language, name, value))
        hidden = f'<input type="hidden" name="{name}" value="{value}">'
        return f'{hidden}<input class="field" value="{shown}" readonly>'
    kind = 'list="items"' if name == "sku" else ""
    if name in NUMBERS or name in AMOUNTS:
        kind = f'inputmode="{"numeric" if name in NUMBERS else "decimal"}"'
    shown = "readonly" if name in act.given else required
    return (
        f'<input class="field" name="{name}" value="{value}" maxlength="{MAX_FIELD_CHARS}" '
        f'autocomplete="off" {kind} {shown}>'
    )


def _tick(words: str, name: str, *, ticked: bool = False, required: bool = False) -> str:
    how = f"{' checked' if ticked else ''}{' required' if required else ''}"
    return f'<label class="sure"><input type="checkbox" name="{name}" value="1"{how}><span>{words}</span></label>'


def _known_items(items: Mapping[str, str]) -> str:
    """SKUs that are known, so that nobody mistypes one; a new one may be typed all the same."""
    listed = "".join(
        f'<option value="{parts.text(sku)}">{parts.text(name)}</option>' for sku, name in items.items()
    )
    return f'<datalist id="items">{listed}</datalist>'


def _choice(language: Language, chosen: str, stores: Mapping[str, str], *, any_store: bool) -> str:
    listed = {"*": word(language, "all_stores"), **stores} if any_store else dict(stores)
    options = "".join(
        f'<option value="{parts.text(store)}"{" selected" if store == chosen else ""}>'
        f"{parts.text(name)}{'' if store == '*' else f' ({parts.text(store)})'}</option>"
        for store, name in listed.items()
    )
    return f'<select class="field" name="store" required>{options}</select>'


def code_page(language: Language, store: str, join: str) -> str:
    """A store's new code, once, with the steps beside it."""
    folder = "popshop-store"
    steps = [
        word(language, "join_step_1"),
        f"{word(language, 'join_step_2')}<code>popshop edge join {parts.text(join)} --data {folder}</code>",
        f"{word(language, 'join_step_3')}<code>popshop edge run --data {folder}</code>",
        word(language, "join_step_4"),
        word(language, "join_step_5"),
    ]
    listed = "".join(f"<li>{step}</li>" for step in steps)
    return (
        f'<div class="page act"><div class="card"><h1>{word(language, "act.join-again.done")} · '
        f"{parts.text(store)}</h1>"
        f'<code class="code">{parts.text(join)}</code><div class="hint">{word(language, "code_shown_once")}</div>'
        f'<ol>{listed}</ol><div class="buttons"><a class="button main" href="/stores/{parts.text(store)}">'
        f"{word(language, 'cancel')}</a></div></div></div>"
    )
