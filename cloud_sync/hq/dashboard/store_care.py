"""Pure: the cards of a store's page about its log and its rights: proof per epoch, limbo, joining again, retiring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from cloud_sync.hq.dashboard import parts
from cloud_sync.hq.dashboard.stock_page import units
from cloud_sync.hq.dashboard.words import Language, word
from cloud_sync.hq.database.queries import LogState, StoreState
from cloud_sync.hq.database.stock_queries import KeptRow, StoreRight

ACTIVE = "active"


class Verified(NamedTuple):
    """What the last verification found, and when it was."""

    at: datetime
    differences: Sequence[str]


@dataclass(frozen=True)
class Care:
    """What these cards show. `state` is active, retired or set_aside."""

    state: str = ACTIVE
    rights: Sequence[StoreRight] = ()
    kept: Sequence[KeptRow] = ()
    verified: Verified | None = None


def state_tag(language: Language, state: str) -> str:
    """How the store ended, if it did."""
    if state == ACTIVE:
        return ""
    return f'<span class="tag">{word(language, "retired" if state == "retired" else "was_set_aside")}</span>'


def proof(language: Language, store: StoreState, care: Care) -> str:
    """Expected, received and what is odd, per epoch and stream, and the verification of the chains."""
    headings = [
        (word(language, "stream"), ""),
        (word(language, "expected").capitalize(), "number"),
        (word(language, "received").capitalize(), "number"),
        (word(language, "waiting"), "number"),
        (word(language, "gaps").capitalize(), "number"),
        (word(language, "quarantined"), "number"),
        (word(language, "kept_aside"), "number"),
    ]
    aside: dict[tuple[int, str], int] = {}
    for row in care.kept:
        aside[row.epoch, row.stream] = aside.get((row.epoch, row.stream), 0) + 1
    rows = [
        _log(language, log, store.epoch, aside.get((log.epoch, log.stream), 0))
        for log in sorted(store.logs, key=lambda log: (-log.epoch, log.stream != "ledger"))
    ]
    table = parts.table(headings, rows) if rows else parts.empty(word(language, "stock_none"))
    return f'<div class="row verify">{_verified(language, store, care.verified)}</div>{table}'


def _log(language: Language, log: LogState, epoch: int, aside: int) -> tuple[str, ...]:
    now = f' <span class="tag plain">{word(language, "epoch_now")}</span>' if log.epoch == epoch else ""
    return (
        f"{word(language, log.stream)} · {word(language, 'epoch', log.epoch)}{now}",
        f"{log.expected:,}",
        f"{log.received:,}",
        units(log.waiting),
        units(log.gaps, waits=True),
        units(log.quarantined, waits=True),
        units(aside, waits=True),
    )


def _verified(language: Language, store: StoreState, verified: Verified | None) -> str:
    if verified is None:
        told = f'<span class="sub">{word(language, "never_verified")}</span>'
    else:
        at = word(language, "verified_at", parts.clock_time(verified.at, store.timezone))
        if verified.differences:
            number = len(verified.differences)
            listed = "".join(f"<div>{parts.text(each)}</div>" for each in verified.differences[:10])
            told = f'<div>{at} <b class="waits">✕ {word(language, "verified_bad", number)}</b>'
            told += f'<div class="sub">{listed}</div></div>'
        else:
            told = f'<span>{at} <b class="good">✓ {word(language, "verified_good")}</b></span>'
    form = (
        f'<form method="post" action="/acts/verify"><input type="hidden" name="store" '
        f'value="{parts.text(store.store)}"><button class="button">{word(language, "verify_now")}</button></form>'
    )
    return f'{told}<div class="push">{form}</div>'


def rights(language: Language, store: StoreState, care: Care) -> str:
    """What the store may sell, and what of it is in limbo, with the two ways out."""
    shown = [right for right in care.rights if right.hold or right.limbo or right.away]
    if not shown:
        return parts.empty(word(language, "rights_none"))
    hint = ""
    if any(right.limbo for right in shown):
        hint = f'<p class="sub">{word(language, "limbo_hint")}</p>'
    headings = [
        (word(language, "item"), ""),
        (word(language, "may_sell"), "number"),
        (word(language, "in_limbo"), "number"),
        ("", "tight"),
    ]
    return hint + parts.table(headings, (_right(language, store.store, right) for right in shown))


def _right(language: Language, store: str, right: StoreRight) -> tuple[str, ...]:
    acts = ""
    if right.limbo:
        acts = "".join(
            parts.button(language, act, "small", store=store, sku=right.sku, back=f"/stores/{store}")
            for act in ("bring-back", "write-off")
        )
    name = parts.item_name(language, (right.name_zh, right.name_en), right.sku)
    return (
        f'<a href="{parts.link("/stock/item", sku=right.sku)}">{name}</a>',
        units(right.hold),
        units(right.limbo, waits=True),
        f'<div class="buttons">{acts}</div>',
    )


def care_card(language: Language, store: StoreState, care: Care) -> str:
    """The two grave acts: a new epoch for the store, or its end."""
    back = f"/stores/{store.store}"
    again = parts.button(language, "join-again", store=store.store, back=back)
    body = f'<p class="sub">{word(language, "join_again_hint")}</p>{again}'
    if care.state == ACTIVE and store.epoch:
        end = parts.button(language, "retire", "grave", store=store.store, back=back)
        body += f'<p class="sub">{word(language, "retire_hint")}</p>{end}'
    return body
