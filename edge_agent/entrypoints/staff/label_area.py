"""Pure: electronic labels as cards that need a person, and as a list in their shelf; people counted, as a line."""

from __future__ import annotations

from typing import Final

from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import goods, money, text
from edge_agent.entrypoints.staff.plain import named
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word

STATE_KIND: Final = {"shown": "good", "waiting": "warn", "lagging": "bad", "failed": "bad"}
LISTED: Final = 60
"""Of one shelf."""


def card(language: Language, shop: Shop, label: Entity) -> str:
    """A label that needs a person: what is wrong with it, and what to do."""
    name = f"{label['device']} · {label['label']}"
    since = parts.ago(language, shop.age_s(label["since"])) if label["since"] else ""
    told = [f"<div>{sentence}</div>" for sentence in _sentences(language, label)]
    return (
        f'<article class="card" data-key="{text(label["device"])}/{text(label["label"])}"><div class="top">'
        f'<span class="kind">{word(language, "label")}</span><span class="place">{text(name)}</span>'
        f'<span class="ago">{since}</span></div>'
        f'<div class="what"><span>{goods(language, label)}</span>'
        f"<span class=amount>{money(label['price_minor'], label['currency'])}</span></div>"
        f'<div class="why">{"".join(told)}</div>'
        f'<div class="buttons">{parts.button(word(language, "see_machine"), "area", "devices")}</div></article>'
    )


def _sentences(language: Language, label: Entity) -> list[str]:
    said = []
    if label["state"] in ("lagging", "failed"):
        said.append(_what_it_shows(language, label))
        if label["reason"]:
            said.append(word(language, "label_why", text(named(language, "label_reason", label["reason"]))))
        said.append(word(language, "label_counts"))
    if label["battery_low"]:
        said.append(word(language, "label_battery", f"{label['battery_percent']:.0f}"))
    return said


def _what_it_shows(language: Language, label: Entity) -> str:
    shown = label["shown"]
    price = money(label["price_minor"], label["currency"])
    if shown is not None and shown["item"] != label["sku"]:
        return word(language, "label_other_product", text(shown["item"]), f"{goods(language, label)} {price}")
    if shown is None or shown["price_minor"] == label["price_minor"]:
        return word(language, "label_silent", price)
    return word(language, "label_old_price", money(shown["price_minor"], label["currency"]), price)


def of_shelf(language: Language, shop: Shop, device: str) -> str:
    """The labels of a device, each with its price and state."""
    labels = [label for label in shop.labels if label["device"] == device]
    if not labels:
        return ""
    rows = "".join(_row(language, label) for label in labels[:LISTED])
    more = len(labels) - LISTED
    if more > 0:
        rows += f'<div class="row"><span class="words">{word(language, "more_labels", more)}</span></div>'
    return f'<p class="hint">{word(language, "labels")}</p><div class="card rows">{rows}</div>'


def _row(language: Language, label: Entity) -> str:
    battery = label["battery_percent"]
    told = "" if battery is None else f"{battery:.0f} %"
    state = parts.pill(text(named(language, "label", label["state"])), STATE_KIND[label["state"]])
    price = money(label["price_minor"], label["currency"])
    return (
        f'<div class="row" data-key="{text(label["label"])}">'
        f'<span class="words"><b>{text(label["label"])}</b> · {goods(language, label)} · {price}</span>'
        f'<span class="size">{told}</span>{state}</div>'
    )


def visitors(language: Language, shop: Shop, device: Entity) -> str:
    """How many came in today past a people counter; nothing for other devices."""
    counted = shop.visitors.get(device["id"])
    if counted is None:
        if device["kind"] != "footfall":
            return ""
        counted = {"entered": 0, "left": 0}
    return f"<p>{word(language, 'visitors_today', format(counted['entered'], ','), format(counted['left'], ','))}</p>"
