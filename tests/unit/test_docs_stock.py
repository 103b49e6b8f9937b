"""The table of docs/stock.md says what the code does: each row is a fact, and what it moves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest

from cloud_sync.protocol import facts, stock_facts
from cloud_sync.protocol.fact import Fact
from cloud_sync.protocol.stock_rights import moves_of

PAGE = Path(__file__).resolve().parents[2] / "docs/stock.md"
ROW = re.compile(r"^\| `([a-z_]+\.[a-z_]+)` \|([^|]*)\| ([^|]+) \|$", re.MULTILINE)
SKU = "tea"


def _received(kind: Literal["supplier", "transfer", "delivery"]) -> Fact:
    return stock_facts.StockReceived(receipt="r", sku=SKU, qty=3, kind=kind, transfer="T1")


def _sent(kind: Literal["transfer", "collected"]) -> Fact:
    return stock_facts.StockSent(transfer="T1", sku=SKU, qty=3, kind=kind)


def _returned(condition: Literal["available", "damaged"]) -> Fact:
    return stock_facts.StockReturned(sku=SKU, qty=3, condition=condition)


def _moved(source: stock_facts.Bucket, target: stock_facts.Bucket) -> Fact:
    return stock_facts.StockMoved(sku=SKU, qty=3, source=source, target=target)


def _wasted(bucket: stock_facts.Bucket) -> Fact:
    return stock_facts.StockWasted(sku=SKU, qty=3, bucket=bucket, reason="broken")


def _found(reason: Literal["sold_without_right", "order_under_way"]) -> Fact:
    return stock_facts.StockFound(sku=SKU, qty=3, into="held", reason=reason)


def _slot(rights: int) -> Fact:
    return facts.SlotCounted(
        device="vm-1", slot="A1", sku=SKU, count=9, delta=rights, by="staff", rights=rights
    )


def _room(rights: int) -> Fact:
    return stock_facts.StockCounted(sku=SKU, bucket="available", counted=9, delta=rights, rights=rights)


def _cash(sku: str) -> Fact:
    return facts.CashSold(
        sale="s", device="vm-1", slot="A1", sku=sku, price_minor=300, currency="CNY", sold_at=""
    )


EXAMPLES: dict[tuple[str, str], Fact] = {
    ("vend.dispensed", ""): facts.VendDispensed(
        vend="v",
        order="o",
        line=1,
        device="vm-1",
        slot="A1",
        sku=SKU,
        price_minor=300,
        currency="CNY",
        sold_at="",
        drop_confirmed=True,
    ),
    ("sale.cash", "of a known SKU"): _cash(SKU),
    ("sale.cash", "of no known SKU"): _cash(""),
    ("stock.slot_counted", "`rights` above 0"): _slot(3),
    ("stock.slot_counted", "`rights` below 0"): _slot(-3),
    ("stock.counted", "`rights` above 0"): _room(3),
    ("stock.counted", "`rights` below 0"): _room(-3),
    ("stock.deficit_settled", ""): stock_facts.DeficitSettled(sku=SKU, qty=3),
    ("stock.shortage_found", "`rights` below 0"): stock_facts.ShortageFound(
        claim="S1", down_seq=1, sku=SKU, qty=4, rights=-3, deficit=1
    ),
    ("stock.rights_set_aside", ""): stock_facts.RightsSetAside(sku=SKU, qty=3),
    ("stock.received", "`supplier`"): _received("supplier"),
    ("stock.received", "`transfer`"): _received("transfer"),
    ("stock.received", "`delivery`"): _received("delivery"),
    ("stock.sent", "`transfer`"): _sent("transfer"),
    ("stock.sent", "`collected`"): _sent("collected"),
    ("stock.returned", "sellable"): _returned("available"),
    ("stock.returned", "damaged"): _returned("damaged"),
    ("stock.moved", "out of available"): _moved("available", "tester"),
    ("stock.moved", "into available"): _moved("damaged", "available"),
    ("stock.moved", "neither"): _moved("tester", "damaged"),
    ("stock.wasted", "of available"): _wasted("available"),
    ("stock.wasted", "of damaged or testers"): _wasted("tester"),
    ("stock.slot_filled", ""): stock_facts.SlotFilled(device="vm-1", slot="A1", sku=SKU, qty=3),
    ("stock.found", "`sold_without_right`"): _found("sold_without_right"),
    ("stock.found", "`order_under_way`"): _found("order_under_way"),
    ("stock.counted_in", ""): stock_facts.StockCountedIn(sku=SKU, goods=3),
    ("stock.rights_granted", ""): stock_facts.RightsGranted(
        grant="G1", down_seq=1, sku=SKU, qty=3, source="pool"
    ),
    ("stock.rights_released", ""): stock_facts.RightsReleased(
        recall="R1", down_seq=1, sku=SKU, asked=5, qty=3
    ),
    ("stock.rights_wanted", ""): stock_facts.RightsWanted(sku=SKU),
    ("stock.pinned", ""): stock_facts.StockPinned(reservation="o", down_seq=1, sku=SKU, asked=3, qty=3),
    ("stock.unpinned", ""): stock_facts.StockUnpinned(reservation="o", down_seq=1, sku=SKU, qty=3),
    ("stock.pinned_handed_over", ""): stock_facts.PinnedHandedOver(
        reservation="o", sku=SKU, qty=3, how="shipped"
    ),
    ("sync.down_row_skipped", ""): stock_facts.DownRowSkipped(down_seq=1, type="x", reason="y"),
}


def short_name(fact: Fact | type[Fact]) -> str:
    return fact.TYPE.removeprefix("popshop.").removesuffix(".v1")


def in_words(fact: Fact) -> str:
    """What `moves_of` says, as the page writes it."""
    units = {3: "rights" if hasattr(fact, "rights") else "qty", 1: "1"}
    moves = [
        f"{units[move.qty]} × {move.source.split('/')[0]} → {move.target.split('/')[0]}"
        for move in moves_of(fact)
    ]
    return ", ".join(moves) or "nothing"


def rows() -> dict[tuple[str, str], str]:
    return {(name, when.strip()): moves for name, when, moves in ROW.findall(PAGE.read_text("utf-8"))}


@pytest.mark.parametrize("case", EXAMPLES, ids=" ".join)
def test_what_the_page_says_of_a_fact_is_what_it_moves(case: tuple[str, str]) -> None:
    assert short_name(EXAMPLES[case]) == case[0]
    assert rows()[case] == in_words(EXAMPLES[case])


def test_every_fact_that_moves_a_right_or_speaks_of_stock_stands_in_the_table() -> None:
    assert set(rows()) == set(EXAMPLES)
    of_stock = {
        short_name(fact)
        for fact in vars(stock_facts).values()
        if isinstance(fact, type) and issubclass(fact, Fact) and fact is not Fact
    }
    assert of_stock <= {name for name, _ in EXAMPLES}
