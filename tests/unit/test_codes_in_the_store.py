"""What a scan leaves in a store's journal: what the code means, which product carries it, and never a secret."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cloud_sync.protocol import facts
from cloud_sync.protocol.codes.own_codes import Content, mint
from edge_agent.domain import commands
from hardware import messages
from tests.edge_harness import Store, read_journal

CHOCOLATE = "4006381333931"
KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    items = (
        commands.ListedItem("CHOC-1", "巧克力", "Chocolate", 900, gtin=CHOCOLATE, brand="Acme"),
        commands.ListedItem("OLD", "旧", "Old", 900, gtin="96385074"),
        commands.ListedItem("NEW", "新", "New", 900, gtin="96385074"),
    )
    assert store.do(commands.ListItems(store.key(), items)).refused == ""
    yield store
    store.close()


def scan(store: Store, text: str, symbology: str = "") -> facts.Interaction:
    assert store.report(messages.CodeScanned(symbology=symbology, text=text), device="scan-1").refused == ""
    told = [
        fact for _, fact in read_journal(store.path, "interactions") if isinstance(fact, facts.Interaction)
    ]
    assert told[-1].kind == "code_scanned"
    return told[-1]


def kept(store: Store) -> bytes:
    """Every byte of the store's file and of what SQLite keeps beside it."""
    return b"".join(path.read_bytes() for path in store.path.parent.glob(f"{store.path.name}*"))


@pytest.mark.parametrize(
    ("text", "symbology"),
    [
        (CHOCOLATE, "EAN-13"),
        ("]C101" + CHOCOLATE.zfill(14) + "10L7", "Code 128"),
        (f"https://brand.example/01/{CHOCOLATE.zfill(14)}/10/L7", "QR Code"),
    ],
)
def test_a_scanned_product_is_the_catalogue_s_item_however_its_number_was_printed(
    store: Store, text: str, symbology: str
) -> None:
    told = scan(store, text, symbology)
    assert (told.item, told.brand) == ("CHOC-1", "Acme")
    assert told.detail["gtin14"] == CHOCOLATE.zfill(14)
    assert told.detail["error"] == ""


def test_a_product_that_the_catalogue_does_not_have_is_told_by_its_number(store: Store) -> None:
    told = scan(store, "6901939621608", "EAN-13")
    assert (told.item, told.detail["meaning"], told.detail["gtin14"]) == ("", "gtin", "06901939621608")


def test_a_number_that_two_items_carry_is_not_guessed(store: Store) -> None:
    assert scan(store, "96385074", "EAN-8").item == ""


def test_an_unknown_code_is_reported_as_such_with_why(store: Store) -> None:
    told = scan(store, "4006381333932", "EAN-13")
    assert (told.item, told.detail["meaning"], told.detail["gtin14"]) == ("", "unknown", "")
    assert "should be 1" in told.detail["error"]


@pytest.mark.parametrize("text", ["a\x00b", "x" * 10_000, "\u202eabc", "", "１２３４５６７８", "]C1"])
def test_a_scan_that_nobody_can_read_stops_nothing(store: Store, text: str) -> None:
    told = scan(store, text)
    assert told.detail["meaning"] == "unknown"
    assert told.detail["error"]
    assert scan(store, CHOCOLATE).item == "CHOC-1"


@pytest.mark.parametrize(
    ("text", "symbology"),
    [
        ("281234560123456789", "QR"),
        ("134567890123456789", "Code 128"),
        ("]Q1281234560123456789", "QR"),
        ("2812 3456 0123 4567 89", "QR"),
        ("https://pay.example/?code=281234560123456789", "QR"),
        ("nothing", "281234560123456789"),
    ],
)
def test_a_payment_code_is_nowhere_in_the_store_s_file(store: Store, text: str, symbology: str) -> None:
    scan(store, text, symbology)
    digits = kept(store).replace(b" ", b"")
    assert b"0123456789" not in digits
    assert b"567890123456" not in digits


def test_a_member_s_code_leaves_only_that_it_was_one(store: Store) -> None:
    code = mint("member", Content(key="hq-1", id="m-7f3a9c", expires_at=2_000_000_000), KEY)
    told = scan(store, code, "QR")
    assert (told.detail["meaning"], told.detail["text"]) == ("member", "PS1.M.…")
    assert code.encode()[10:40] not in kept(store)


def test_a_coupon_s_signature_is_not_kept(store: Store) -> None:
    code = mint("coupon", Content(key="hq-1", id="SPRING-1", expires_at=2_000_000_000), KEY)
    told = scan(store, code, "QR")
    said, _, signature = code.rpartition(".")
    assert told.detail["text"] == f"{said}…"
    assert signature.encode()[:20] not in kept(store)


def test_finding_a_product_by_its_number_does_not_read_the_whole_catalogue(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as db:
        plan: list[Any] = db.execute(
            "EXPLAIN QUERY PLAN SELECT sku FROM items WHERE gtin = ? AND gtin <> '' LIMIT 2", ("0",)
        ).fetchall()
    assert "items_by_gtin" in str(plan)
