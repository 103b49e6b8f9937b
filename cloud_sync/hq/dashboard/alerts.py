"""Pure: what headquarters should look into, in words: what it means and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.database.stock_queries import OpenAlert

_PLACE: Final = re.compile(r"epoch (\d+), (?:row (\d+)|(ledger|interactions))")
SHOWN = 20
"""More alerts at once nobody reads; the API gives them all."""


def card(language: Language, alerts: Sequence[OpenAlert], now: datetime, back: str) -> str:
    """The open alerts, the newest first; nothing at all when there are none."""
    if not alerts:
        return ""
    listed = "".join(_alert(language, alert, now, back) for alert in alerts[:SHOWN])
    return (
        f'<section class="card urgent"><h2>{word(language, "alerts")} '
        f'<span class="tag">{len(alerts)}</span></h2><div class="alerts">{listed}</div></section>'
        '<div class="gap"></div>'
    )


def _place(language: Language, reference: str) -> str:
    """What an alert points at; the rules write places in English."""
    found = _PLACE.fullmatch(reference)
    if found is None:
        return reference
    epoch, row, stream = found.groups()
    if row:
        return word(language, "row_of_epoch", row, epoch)
    return f"{word(language, stream)} · {word(language, 'epoch', epoch)}"


def _alert(language: Language, alert: OpenAlert, now: datetime, back: str) -> str:
    key = f"alert.{alert.kind}"
    store = parts.text(alert.store or word(language, "headquarters"))
    told = word(language, key, store, f"{alert.qty:,}") if has_word(key) else parts.text(alert.kind)
    todo = word(language, f"{key}.do") if has_word(f"{key}.do") else ""
    age = parts.ago(language, max(0, int((now - alert.at).total_seconds())))
    about = []
    if alert.sku:
        about.append(f'<a href="{parts.link("/stock/item", sku=alert.sku)}">{parts.text(alert.sku)}</a>')
    if alert.store:
        about.append(f'<a href="/stores/{store}">{store}</a>')
    about += [parts.text(_place(language, alert.reference)), age] if alert.reference else [age]
    close = parts.link(
        "/acts/close",
        kind=alert.kind,
        store=alert.store,
        sku=alert.sku,
        reference=alert.reference,
        back=back,
    )
    return (
        f'<div class="alert"><div><b>{told}</b><div>{todo}</div><div class="sub">{" · ".join(about)}</div></div>'
        f'<div class="push"><a class="button small" href="{close}">{word(language, "alert.close")}</a></div></div>'
    )
