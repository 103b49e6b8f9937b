"""The end of a soak: every book beside every other, and beside what each client was told. Names each difference."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from cloud_sync.protocol import stock_rights
from popshop.console import UserError
from popshop.shop.addresses import ask_hq
from popshop.shop.processes import run_popshop
from popshop.soak import goods
from popshop.soak.books import HqBooks, JournalRow, StoreBooks, sums_to_zero
from popshop.soak.counter import Hands
from popshop.soak.head_office import SELLER
from popshop.soak.parts import Headquarters
from popshop.soak.sellers import Seller
from popshop.soak.shop import Store

MOST_NAMED: Final = 20
"""Differences of one kind that are named one by one."""
ENDED_WELL: Final = ("completed", "refunded", "part_refunded")


def differences(
    hq: Headquarters, stores: Sequence[Store], hands: Sequence[Hands], sellers: Sequence[Seller]
) -> list[str]:
    """All that does not agree, in words. Empty when everything does."""
    books = HqBooks(hq)
    found: list[str] = []
    for store in stores:
        mine = StoreBooks(store.data)
        told = [pair for pair in hands if pair.store is store]
        found += first(logs(store.name, mine.journal(), books.journal(store.name)))
        found += first(takings(hq, store))
        found += first(promises(store.name, mine, told))
        found += first(rights(store.name, mine.rights(), books.holds(store.name)))
        found += verified(store.name, ["edge", "verify", "--data", str(store.data)], store)
    found += first(accounts(books))
    found += first(sold_once(books, stores))
    found += first(online(books, sellers))
    found += [f"quarantined: {row}" for row in books.quarantined()]
    found += verified("headquarters", ["hq", "verify", "--data", str(hq.data)], stores[0])
    return found


def first(found: Iterator[str]) -> list[str]:
    """The first few, and that there are more."""
    named = list(itertools.islice(found, MOST_NAMED))
    return [*named, "… and more of that kind"] if next(found, None) else named


def verified(who: str, command: list[str], store: Store) -> list[str]:
    """What the program's own check says."""
    try:
        run_popshop(store.folder, [*command, "--json"])
    except UserError as error:
        return [f"{who}: {error}"]
    return []


def logs(store: str, ours: Iterator[JournalRow], theirs: Iterator[JournalRow]) -> Iterator[str]:
    """Rows that are not the same bytes, with the same hash, on both sides."""
    for mine, kept in itertools.zip_longest(ours, theirs):
        if mine != kept:
            which = mine or kept
            assert which is not None, "one of the two is there"
            where = f"{store}: row {which.seq} of {which.stream}, epoch {which.epoch}"
            yield f"{where}: the journal {_has(mine)}, headquarters {_has(kept)}"
            if mine is None or kept is None or mine[:3] != kept[:3]:
                # From here on the two run beside each other.
                return


def _has(row: JournalRow | None) -> str:
    return "has none" if row is None else f"has {row.hash.hex()[:12]}"


def takings(hq: Headquarters, store: Store) -> Iterator[str]:
    """The money by the store's tables, by its X and Z reports, by headquarters' tables, and by headquarters' rows."""
    with store.staff() as staff:
        ours = staff.totals()["takings_minor"]
        reported = staff.get("/api/day/x")["grand_total_minor"]
    if reported != ours:
        yield f"{store.name}: took {ours}, its reports add up to {reported}"
    password = json.loads((hq.data / "credentials.json").read_text())["admin_password"]
    proof = ask_hq(hq.url, password, f"/api/stores/{store.name}/proof")
    for what in ("takings_minor", "rows_takings_minor"):
        theirs = proof[what].get(goods.CURRENCY, 0)
        if theirs != ours:
            yield f"{store.name}: took {ours}, headquarters' {what} is {theirs}"
    for what in ("gaps", "duplicates"):
        if proof[what]:
            yield f"{store.name}: headquarters counts {proof[what]} {what}"


def promises(store: str, books: StoreBooks, hands: Sequence[Hands]) -> Iterator[str]:
    """Orders somebody was told of that are not there, or that ended with neither goods nor money."""
    orders, delivered = books.orders(), books.delivered_minor()
    for pair in hands:
        for order, total_minor in pair.placed.items():
            if order not in orders or orders[order].total_minor != total_minor:
                yield f"{store}: order {order} was answered and is not in the books so"
        for order in pair.paid:
            if order in orders and orders[order].state not in ENDED_WELL:
                yield f"{store}: order {order} is paid and ended {orders[order].state}"
    for name, kept in orders.items():
        handed_over = delivered.get(name, 0)
        if kept.paid_minor - kept.refunded_minor != handed_over:
            yield (
                f"{store}: order {name} paid {kept.paid_minor}, got back {kept.refunded_minor}, "
                f"and goods for {handed_over}"
            )


def rights(store: str, ours: dict[str, int], theirs: dict[str, int]) -> Iterator[str]:
    """SKUs of which the store may sell another number than headquarters thinks."""
    for sku in sorted({*ours, *theirs}):
        if ours.get(sku, 0) != theirs.get(sku, 0):
            yield f"{store}: may sell {ours.get(sku, 0)} of {sku}, headquarters' account holds {theirs.get(sku, 0)}"


def accounts(books: HqBooks) -> Iterator[str]:
    """SKUs whose postings do not balance, and balances that are not the sum of their postings."""
    added = books.accounts()
    for sku, units in added.items():
        if not sums_to_zero(units):
            yield f"the accounts of {sku} do not balance: {units}"
    for (sku, account), kept in books.balances().items():
        posted = added.get(sku, {}).get(account, 0)
        if posted != kept:
            yield f"{account} holds {kept} of {sku}, its postings say {posted}"


def sold_once(books: HqBooks, stores: Sequence[Store]) -> Iterator[str]:
    """SKUs of which the account of sold units is not what stores handed over and sellers confirmed."""
    handed_over: Counter[str] = Counter()
    for store in stores:
        handed_over.update(StoreBooks(store.data).sold())
    for state, _, sku, qty in books.reservations().values():
        # A unit put aside in a store is sold when it is handed over there, and the store counts that.
        if state == "confirmed":
            handed_over[sku] += qty
    for sku, units in books.accounts().items():
        sold = units.get(stock_rights.SOLD, 0)
        if sold != handed_over[sku]:
            yield f"{sold} units of {sku} are booked as sold, {handed_over[sku]} were handed over"


def online(books: HqBooks, sellers: Sequence[Seller]) -> Iterator[str]:
    """Reservations that are not as their seller was told."""
    kept: dict[str, Any] = books.reservations()
    for seller in sellers:
        for name, told in seller.told.items():
            # Headquarters sets the names of one seller apart from another's.
            if f"{SELLER}/{name}" not in kept:
                yield f"reservation {name} was answered and is not in the books"
                continue
            state, confirmed, sku, qty = kept[f"{SELLER}/{name}"]
            if seller.units[name] != (sku, qty):
                yield f"reservation {name} is of {qty} {sku}, the seller asked for {seller.units[name]}"
            if told == "confirmed" and not confirmed:
                yield f"reservation {name} was confirmed to its seller and is {state}"
            if told == "cancelled" and confirmed:
                yield f"reservation {name} was cancelled and is sold"
