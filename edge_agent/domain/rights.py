"""The right to sell: what each fact changes of it, what a decision must add for it, and what headquarters asks.

`completed` goes over every decision before it is recorded, so that no other rule has to know of rights. The arithmetic
is headquarters' as well (`protocol.stock_rights`); no fact may take a field of a `Right` below 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from cloud_sync.protocol import facts, handover_facts, instructions, stock_facts
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.handover_facts import NOT_OURS
from cloud_sync.protocol.stock_rights import Right, come_free, counted, may_give

MAX_DOWN_QTY: Final = 1_000_000
MAX_DOWN_ID: Final = 200
"""Beyond these an instruction is taken for nonsense: it must not break the writer, nor be too large for a row."""


class Units(NamedTuple):
    """So many units of a SKU, of one order or reservation."""

    sku: str
    qty: int


class Promise(NamedTuple):
    """Units that an open order waits for, or that are put aside for a reservation."""

    sku: str
    order: str
    qty: int


class Effect(NamedTuple):
    """What a fact adds to a SKU's right."""

    sku: str
    available: int = 0
    held: int = 0
    deficit: int = 0


@dataclass(frozen=True, slots=True)
class Pin:
    """Units put aside for an online reservation. `state`: open, refused, off or handed_over."""

    reservation: str
    sku: str
    qty: int
    state: str

    @property
    def units(self) -> int:
        """What is put aside now."""
        return self.qty if self.state == "open" else 0


LinesOf = Callable[[str], Sequence[Units]]
"""What an order promised, by its id."""


# ── what a fact changes ─────────────────────────────────────────────────────────────────────────────


def _placed(f: facts.OrderPlaced, _: LinesOf) -> list[Effect]:
    ours = (line for line in f.lines if line.handover not in NOT_OURS)
    return [Effect(line.sku, available=-line.qty, held=line.qty) for line in ours]


def _closed(f: facts.OrderClosed, lines_of: LinesOf) -> list[Effect]:
    if f.state not in ("cancelled", "expired"):
        return []
    # Nothing was asked for yet, so every unit the order held is free again.
    return [Effect(sku, available=qty, held=-qty) for sku, qty in lines_of(f.order)]


def _slot_counted(f: facts.SlotCounted, _: LinesOf) -> list[Effect]:
    return [Effect(f.sku, available=f.delta if f.rights is None else f.rights, deficit=f.deficit)]


def _stock_counted(f: stock_facts.StockCounted, _: LinesOf) -> list[Effect]:
    return [Effect(f.sku, available=f.rights, deficit=f.deficit)]


def _received(f: stock_facts.StockReceived, _: LinesOf) -> list[Effect]:
    return [] if f.kind == stock_facts.DELIVERY else [Effect(f.sku, available=f.qty)]


def _sent(f: stock_facts.StockSent, _: LinesOf) -> list[Effect]:
    return [] if f.kind == stock_facts.COLLECTED else [Effect(f.sku, available=-f.qty)]


def _returned(f: stock_facts.StockReturned, _: LinesOf) -> list[Effect]:
    return [Effect(f.sku, available=f.qty)] if f.condition == "available" else []


def _moved(f: stock_facts.StockMoved, _: LinesOf) -> list[Effect]:
    came, went = f.target == "available", f.source == "available"
    return [Effect(f.sku, available=f.qty * (came - went))]


def _wasted(f: stock_facts.StockWasted, _: LinesOf) -> list[Effect]:
    return [Effect(f.sku, available=-f.qty)] if f.bucket == "available" else []


def _found(f: stock_facts.StockFound, _: LinesOf) -> list[Effect]:
    into_held = f.into == "held"
    return [Effect(f.sku, available=0 if into_held else f.qty, held=f.qty if into_held else 0)]


_EFFECTS: Final[dict[type[Fact], Callable[[Any, LinesOf], list[Effect]]]] = {
    facts.OrderPlaced: _placed,
    facts.OrderClosed: _closed,
    facts.VendDispensed: lambda f, _: [Effect(f.sku, held=-1)],
    facts.VendFailed: lambda f, _: [Effect(f.sku, available=1, held=-1)],
    facts.CashSold: lambda f, _: [Effect(f.sku, available=-1)] if f.sku else [],
    handover_facts.HandedOver: lambda f, _: [] if f.how in NOT_OURS else [Effect(f.sku, held=-f.qty)],
    handover_facts.HandoverFailed: lambda f, _: (
        [] if f.how in NOT_OURS else [Effect(f.sku, available=f.qty, held=-f.qty)]
    ),
    facts.SlotCounted: _slot_counted,
    stock_facts.StockCounted: _stock_counted,
    stock_facts.StockReceived: _received,
    stock_facts.StockSent: _sent,
    stock_facts.StockReturned: _returned,
    stock_facts.StockMoved: _moved,
    stock_facts.StockWasted: _wasted,
    stock_facts.StockFound: _found,
    stock_facts.ShortageFound: lambda f, _: [Effect(f.sku, available=f.rights, deficit=f.deficit)],
    stock_facts.RightsSetAside: lambda f, _: [Effect(f.sku, available=-f.qty)],
    stock_facts.DeficitSettled: lambda f, _: [Effect(f.sku, available=-f.qty, deficit=-f.qty)],
    stock_facts.RightsGranted: lambda f, _: [Effect(f.sku, available=f.qty)],
    stock_facts.RightsReleased: lambda f, _: [Effect(f.sku, available=-f.qty)],
    stock_facts.StockPinned: lambda f, _: [Effect(f.sku, available=-f.qty, held=f.qty)],
    stock_facts.StockUnpinned: lambda f, _: [Effect(f.sku, available=f.qty, held=-f.qty)],
    stock_facts.PinnedHandedOver: lambda f, _: [Effect(f.sku, held=-f.qty)],
}


def effects(fact: Fact, lines_of: LinesOf) -> list[Effect]:
    """What a fact changes of the store's rights. A reservation's second `StockPinned` changes nothing (see `pin`)."""
    effect = _EFFECTS.get(type(fact))
    return [] if effect is None else [e for e in effect(fact, lines_of) if any(e[1:])]


# ── what a decision must add ────────────────────────────────────────────────────────────────────────

_SOLD: Final = (facts.OrderPlaced, facts.CashSold)
_FREED: Final = (
    facts.OrderClosed,
    facts.VendFailed,
    handover_facts.HandoverFailed,
    stock_facts.StockUnpinned,
)
_OUT: Final = (facts.VendDispensed, handover_facts.HandedOver)
LOOKED_AT: Final = frozenset({*_SOLD, *_FREED, *_OUT, facts.SlotCounted, stock_facts.StockCounted})


class _Running:
    """Rights as they stand after each fact of a decision."""

    def __init__(self, right_of: Callable[[str], Right], lines_of: LinesOf) -> None:
        self._right_of = right_of
        self.lines_of = lines_of
        self.before: dict[str, Right] = {}
        self._now: dict[str, Right] = {}

    def right(self, sku: str) -> Right:
        if sku not in self._now:
            self._now[sku] = self.before[sku] = self._right_of(sku)
        return self._now[sku]

    def take(self, fact: Fact) -> list[Effect]:
        changed = effects(fact, self.lines_of)
        for sku, available, held, deficit in changed:
            right = self.right(sku)
            self._now[sku] = replace(
                right,
                available=right.available + available,
                held=right.held + held,
                deficit=right.deficit + deficit,
            )
        return changed


def completed(
    outcome: list[Fact], right_of: Callable[[str], Right], lines_of: LinesOf, shares_stock: bool
) -> list[Fact]:
    """A decision's facts with what they mean for the right to sell.

    A count is split into what may be sold and what is missing; a sale that no right covers is preceded by a
    `StockFound`; what comes free settles a deficit first, or waits for a count; who sells the last unit asks
    headquarters for more.
    """
    if not any(type(fact) in LOOKED_AT for fact in outcome):
        return outcome
    now = _Running(right_of, lines_of)
    sold: dict[str, None] = {}
    out: list[Fact] = []
    for plain in outcome:
        fact = _with_rights(plain, now)
        for found in _found_before(fact, now):
            now.take(found)
            out.append(found)
        out.append(fact)
        changed = now.take(fact)
        if isinstance(fact, _SOLD):
            sold |= dict.fromkeys(effect.sku for effect in changed)
        if isinstance(fact, _FREED):
            out += _settled(changed, now)
    if shares_stock:
        ran_out = (sku for sku in sold if now.before[sku].available > 0 == now.right(sku).available)
        out += [stock_facts.RightsWanted(sku=sku) for sku in ran_out]
    return out


def _with_rights(fact: Fact, now: _Running) -> Fact:
    if isinstance(fact, facts.SlotCounted) or (
        isinstance(fact, stock_facts.StockCounted) and fact.bucket == "available"
    ):
        rights, deficit = counted(now.right(fact.sku), fact.delta)
        # Spelt out by hand: `structs.replace` costs more than the whole decision.
        if isinstance(fact, facts.SlotCounted):
            return facts.SlotCounted(
                device=fact.device, slot=fact.slot, sku=fact.sku, count=fact.count, delta=fact.delta, by=fact.by,
                rights=rights, deficit=deficit,
            )  # fmt: skip
        return stock_facts.StockCounted(
            sku=fact.sku, bucket=fact.bucket, counted=fact.counted, delta=fact.delta, rights=rights,
            deficit=deficit, reason=fact.reason, by=fact.by,
        )  # fmt: skip
    return fact


def _found_before(fact: Fact, now: _Running) -> list[Fact]:
    if isinstance(fact, _OUT):
        qty = fact.qty if isinstance(fact, handover_facts.HandedOver) else 1
        ours = not isinstance(fact, handover_facts.HandedOver) or fact.how not in NOT_OURS
        missing = qty - now.right(fact.sku).held
        if ours and missing > 0:
            return [
                stock_facts.StockFound(
                    sku=fact.sku, qty=missing, into="held", reason="order_under_way", order=fact.order
                )
            ]
    if isinstance(fact, facts.CashSold) and fact.sku and now.right(fact.sku).available < 1:
        return [stock_facts.StockFound(sku=fact.sku, qty=1, into="available", reason="sold_without_right")]
    return []


def _settled(changed: Sequence[Effect], now: _Running) -> list[Fact]:
    out: list[Fact] = []
    for effect in changed:
        right = now.right(effect.sku)
        if effect.available > 0 and not right.counted_in:
            # An older copy of the books may promise what was handed over since: nobody sells it before a count.
            more: Fact = stock_facts.RightsSetAside(sku=effect.sku, qty=effect.available)
        elif owed := come_free(right, effect.available):
            more = stock_facts.DeficitSettled(sku=effect.sku, qty=owed)
        else:
            continue
        now.take(more)
        out.append(more)
    return out


# ── a new epoch ─────────────────────────────────────────────────────────────────────────────────────


def opened(opening: facts.StoreOpened, promises: Sequence[Promise]) -> list[Fact]:
    """The first rows of an epoch: rights are gone, but for what earlier epochs promised and still owe."""
    found = [
        stock_facts.StockFound(sku=p.sku, qty=p.qty, into="held", reason="order_under_way", order=p.order)
        for p in promises
    ]
    return [opening, *found]


# ── rows of headquarters' log ───────────────────────────────────────────────────────────────────────


def skipped(row: instructions.DownRow, reason: str) -> list[Fact]:
    """This version cannot do what the row asks: say so and go on."""
    return [stock_facts.DownRowSkipped(down_seq=row.seq, type=row.type[:80], reason=reason[:300])]


def nonsense(asked: instructions.StockInstruction) -> str:
    """Why an instruction cannot be meant, or nothing."""
    if asked.qty > MAX_DOWN_QTY:
        return f"a quantity of {asked.qty}"
    texts = (getattr(asked, name) for name in asked.__struct_fields__ if name != "why")
    if any(isinstance(text, str) and len(text) > MAX_DOWN_ID for text in texts):
        return f"a name of more than {MAX_DOWN_ID} characters"
    return "" if asked.sku else "no SKU"


def grant(seq: int, asked: instructions.Grant) -> list[Fact]:
    """Headquarters moved rights into this store's hold."""
    return [
        stock_facts.RightsGranted(
            grant=asked.grant, down_seq=seq, sku=asked.sku, qty=asked.qty, source=asked.source
        )
    ]


def recall(seq: int, asked: instructions.Recall, right: Right) -> list[Fact]:
    """Give back what can be given, never what is promised."""
    return [
        stock_facts.RightsReleased(
            recall=asked.recall, down_seq=seq, sku=asked.sku, asked=asked.qty, qty=may_give(right, asked.qty)
        )
    ]


def shortage(seq: int, asked: instructions.Shortage, right: Right) -> list[Fact]:
    """Give up what stands for no goods: what may be sold at once, what is promised when it comes free."""
    change = counted(replace(right, counted_in=True), -asked.qty)
    return [
        stock_facts.ShortageFound(
            claim=asked.claim,
            down_seq=seq,
            sku=asked.sku,
            qty=asked.qty,
            rights=change.rights,
            deficit=change.deficit,
        )
    ]


def pin(seq: int, asked: instructions.Pin, known: Pin | None, right: Right, goods: int) -> list[Fact]:
    """Put units aside, all or none; `goods` is what stands in the store. A known reservation is told as it stands."""
    if known is not None:
        qty = known.units
    else:
        spare = min(right.available, goods - right.held)
        qty = asked.qty if asked.qty <= spare else 0
    return [
        stock_facts.StockPinned(
            reservation=asked.reservation,
            down_seq=seq,
            sku=asked.sku if known is None else known.sku,
            asked=asked.qty,
            qty=qty,
            how=asked.how,
            for_whom=asked.for_whom,
        )
    ]


def unpin(seq: int, asked: instructions.Unpin, known: Pin | None) -> list[Fact]:
    """The reservation is off; nothing comes free when nothing is put aside for it."""
    return [
        stock_facts.StockUnpinned(
            reservation=asked.reservation,
            down_seq=seq,
            sku=asked.sku if known is None else known.sku,
            qty=0 if known is None else known.units,
        )
    ]


def may_sell(checkout: Mapping[str, Right], sku: str, qty: int) -> str:
    """Why so many units may not be sold: the code of a refusal, or nothing."""
    right = checkout.get(sku, Right())
    if qty <= right.available:
        return ""
    return "sold_out" if right.counted_in else "not_counted_in"
