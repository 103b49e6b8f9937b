"""Pure: the page of what the warehouse sends for stores: to send, not to send, sent, and off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, named, word
from cloud_sync.hq.database.shipping_queries import Shipment

PATH = "/shipments"


@dataclass(frozen=True)
class ShippingPage:
    """What the page shows; times on the clocks of `zone`."""

    to_send: Sequence[Shipment]
    given_up: Sequence[Shipment]
    sent: Sequence[Shipment]
    off: Sequence[Shipment]
    zone: str


def render(language: Language, model: ShippingPage) -> str:
    """The page's HTML below its bar. What must not be sent stands on top."""
    cards = [
        parts.card(_counted(language, "ship_to_send", model.to_send), _to_send(language, model)),
        parts.card(word(language, "ship_sent"), _sent(language, model)),
        parts.card(word(language, "ship_off"), _off(language, model)),
    ]
    if model.given_up:
        cards.insert(0, _given_up(language, model))
    head = f'<div class="head"><h1>{word(language, "shipments")}</h1></div>'
    return parts.page(f'{head}<div class="stack">{"".join(cards)}</div>')


def _counted(language: Language, heading: str, shown: Sequence[Shipment]) -> str:
    tag = f' <span class="tag plain">{len(shown)}</span>' if shown else ""
    return f"{word(language, heading)}{tag}"


def _to_send(language: Language, model: ShippingPage) -> str:
    if not model.to_send:
        return parts.empty(word(language, "ship_to_send_none"))
    headings = [
        (word(language, "ship_since"), "tight"),
        (word(language, "ship_units"), "number"),
        (word(language, "item"), ""),
        (word(language, "ship_to"), ""),
        ("", "tight"),
    ]
    rows = (
        (
            f"{parts.clock_time(each.asked_at, model.zone)}{_order(each)}",
            f"<b>{each.qty:,}</b>",
            f"{_item(language, each)}{_part(language, each)}",
            _person(language, each),
            _button(language, "shipped", each),
        )
        for each in model.to_send
    )
    return parts.table(headings, rows)


def _given_up(language: Language, model: ShippingPage) -> str:
    headings = [
        (word(language, "since"), "tight"),
        (word(language, "ship_units"), "number"),
        (word(language, "item"), ""),
        (word(language, "reason"), ""),
        ("", "tight"),
    ]
    rows = (
        (
            f"{parts.clock_time(each.given_up_at, model.zone)}{_order(each)}",
            f'<b class="waits">{each.to_put_back:,}</b>',
            _item(language, each),
            f"{_reasons(language, each)}{_went(language, each)}",
            _button(language, "put-back", each),
        )
        for each in model.given_up
    )
    return (
        f'<section class="card urgent"><h2>✕ {_counted(language, "ship_given_up", model.given_up)}</h2>'
        f'<p class="sub">{word(language, "ship_given_up_how")}</p>{parts.table(headings, rows)}</section>'
    )


def _sent(language: Language, model: ShippingPage) -> str:
    if not model.sent:
        return parts.empty(word(language, "ship_sent_none"))
    headings = [
        (word(language, "ship_at"), "tight"),
        (word(language, "ship_units"), "number"),
        (word(language, "item"), ""),
        (word(language, "ship_document"), ""),
    ]
    rows = (
        (
            f"{parts.clock_time(each.sent_at, model.zone)}{_order(each)}",
            f"{each.ordered if each.given_up >= each.ordered else each.qty:,}",
            _item(language, each),
            f"{parts.text(each.document) or parts.nothing()}{_taken_back(language, each)}",
        )
        for each in model.sent
    )
    return parts.table(headings, rows)


def _off(language: Language, model: ShippingPage) -> str:
    if not model.off:
        return parts.empty(word(language, "ship_off_none"))
    headings = [
        (word(language, "since"), "tight"),
        (word(language, "ship_units"), "number"),
        (word(language, "item"), ""),
        (word(language, "reason"), ""),
    ]
    rows = (
        (
            f"{parts.clock_time(each.given_up_at or each.changed_at, model.zone)}{_order(each)}",
            f"{each.ordered:,}",
            _item(language, each),
            " · ".join(filter(None, [named(language, "ship", each.state), _reasons(language, each)])),
        )
        for each in model.off
    )
    return parts.table(headings, rows)


def label(language: Language, each: Shipment) -> str:
    """What it is and where it goes, as plain text, for whoever has the parcel in hand."""
    name = (each.name_zh if language == "zh" else each.name_en) or each.sku
    units = each.qty or each.to_put_back
    to = " · ".join(filter(None, [each.name, each.phone, each.address]))
    return f"{units:,} × {name} → {to or word(language, 'ship_forgotten')}"


# ── pieces ──────────────────────────────────────────────────────────────────────────────────────────


def _order(each: Shipment) -> str:
    number = each.order or each.reservation.partition("/")[2]
    store = parts.text(each.store)
    return f'<div class="sub"><a href="/stores/{store}">{store}</a> {parts.text(number)}</div>'


def _reasons(language: Language, each: Shipment) -> str:
    return parts.text(" · ".join(named(language, "gave_up", reason) for reason in each.reasons))


def _item(language: Language, each: Shipment) -> str:
    name = parts.item_name(language, (each.name_zh, each.name_en), each.sku)
    return f'{name}<div class="sub">{parts.text(each.sku)}</div>'


def _person(language: Language, each: Shipment) -> str:
    if not each.address:
        return f'<span class="tag warn">{word(language, "ship_forgotten")}</span>'
    who = parts.text(" · ".join(filter(None, [each.name, each.phone])))
    return f'{who}<div class="sub">{parts.text(each.address)}</div>'


def _part(language: Language, each: Shipment) -> str:
    if not each.given_up:
        return ""
    return f'<div class="sub waits">{word(language, "ship_of_ordered", each.ordered, each.given_up)}</div>'


def _went(language: Language, each: Shipment) -> str:
    return f'<div class="sub waits">{word(language, "ship_went_already")}</div>' if each.sent_at else ""


def _taken_back(language: Language, each: Shipment) -> str:
    units = each.taken_back + each.given_up
    return f'<div class="sub waits">{word(language, "ship_taken_back", units)}</div>' if units else ""


def _button(language: Language, act: str, each: Shipment) -> str:
    button = parts.button(language, act, "small", reservation=each.reservation, back=PATH)
    return f'<div class="buttons">{button}</div>'
