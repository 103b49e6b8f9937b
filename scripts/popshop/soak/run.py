"""One soak from opening to proof: everything started, troubled, healed, brought to rest, compared, stopped."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from popshop.clock import steady_s
from popshop.shop.line import Exchange
from popshop.soak import small_disk, troubles
from popshop.soak.books import HqBooks, StoreBooks
from popshop.soak.closing import settle, wait_until_drained
from popshop.soak.conductor import Conductor
from popshop.soak.counter import Hands
from popshop.soak.head_office import HeadOffice
from popshop.soak.parts import Headquarters
from popshop.soak.proof import differences
from popshop.soak.sellers import Seller
from popshop.soak.shop import Store
from popshop.soak.small_disk import SmallDisk

HANDS_PER_STORE: Final = 3
SELLERS: Final = 3

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wishes:
    """How to soak. `folder` must be new or empty."""

    folder: Path
    minutes: float
    seed: int = 1
    stores: int = 3


@dataclass(frozen=True)
class Summary:
    """What was done and what survived. `differences` is empty when everything reconciles."""

    seed: int
    stores: int
    seconds: float
    kills: dict[str, int]
    kills_total: int
    lines: dict[str, int]
    clock_steps: int
    disks_filled: int
    left_out: list[str]
    orders: int
    paid: int
    completed: int
    refunded: int
    cash_sales: int
    refused: dict[str, int]
    online: dict[str, int]
    granted: int
    recalled: int
    unanswered: int
    """Requests whose client gave up waiting: the books alone say what became of them."""
    rows: int
    takings_minor: int
    alerts: dict[str, int]
    differences: list[str] = field(default_factory=list)


def run_soak(wishes: Wishes, say: Say) -> Summary:
    """Soak and prove. Raises UserError when a part does not start, or does not come to rest afterwards.

    Nothing runs any more when this returns or raises.
    """
    wishes.folder.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as closing:
            try:
                return _Soak(wishes, say, closing).run()
            finally:
                # A second Ctrl-C in the middle of stopping would leave a disk mounted.
                _on_signal(signal.SIG_IGN)
    finally:
        _on_signal(signal.default_int_handler)


def _on_signal(what: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, what)


class _Soak:
    def __init__(self, wishes: Wishes, say: Say, closing: ExitStack) -> None:
        self._wishes = wishes
        self._say = say
        self._closing = closing
        self._rng = Random(wishes.seed)
        self._over = threading.Event()
        self._left_out: list[str] = []
        self._begun_s = steady_s()
        folder = wishes.folder.resolve()
        (folder / "logs").mkdir()
        exchange = closing.enter_context(Exchange())
        self._exchange = exchange
        self._hq = Headquarters(folder / "hq", folder / "logs")
        self._stores = [
            Store(f"s{number}", folder / f"s{number}", exchange, self._hq)
            for number in range(1, wishes.stores + 1)
        ]

    def run(self) -> Summary:
        disk = self._open()
        names = [store.name for store in self._stores]
        office = HeadOffice(self._hq, names, Random(self._rng.getrandbits(64)))
        office.prepare()
        hands = [
            Hands(store, number, Random(self._rng.getrandbits(64)))
            for store in self._stores
            for number in range(HANDS_PER_STORE)
        ]
        sellers = [
            Seller(
                self._hq.url, office.seller_token, f"web{number}", names, Random(self._rng.getrandbits(64))
            )
            for number in range(SELLERS)
        ]
        conductor = Conductor(self._hq, self._stores, disk, self._say)
        self._closing.callback(conductor.close)
        self._closing.callback(self._over.set)
        people: list[Hands | Seller | HeadOffice] = [*hands, *sellers, office]
        for person in people:
            person.start()
        seconds = self._wishes.minutes * 60
        conductor.play(troubles.draw(self._wishes.seed, seconds), seconds, self._over)
        self._say("healing: everything starts again, all lines are clear")
        conductor.heal()
        for person in people:
            person.leave()
        self._bring_to_rest()
        self._say("comparing all books")
        found = differences(self._hq, self._stores, hands, sellers)
        return self._summary(conductor, hands, sellers, office, found)

    def _open(self) -> tuple[Store, SmallDisk] | None:
        """Start everything. Answers the store that has a small disk of its own, if that may be."""
        self._say("starting headquarters with its PostgreSQL")
        self._closing.callback(self._hq.stop)
        self._hq.start()
        disk = self._small_disk(self._stores[0])
        for store in self._stores:
            self._say(f"opening {store.name}: broker, agent, vending machine, shelf")
            self._closing.callback(store.stop)
            store.open()
        return disk

    def _small_disk(self, store: Store) -> tuple[Store, SmallDisk] | None:
        why = small_disk.why_not()
        if not why:
            try:
                disk = self._closing.enter_context(SmallDisk(store.folder / "disk.img", store.data))
                return store, disk
            except OSError as error:
                why = str(error)
        self._left_out.append(f"a full disk: {why}")
        return None

    def _bring_to_rest(self) -> None:
        self._say("staff settle what is open")
        settle(self._stores, self._wishes.seed)
        # Nothing new comes from the floor any more.
        for store in self._stores:
            store.machine.stop()
            store.shelf.stop()
        settle(self._stores, self._wishes.seed)
        self._say("waiting until headquarters has everything")
        wait_until_drained(self._stores, HqBooks(self._hq), self._over)

    def _summary(
        self,
        conductor: Conductor,
        hands: Sequence[Hands],
        sellers: Sequence[Seller],
        office: HeadOffice,
        found: list[str],
    ) -> Summary:
        books = HqBooks(self._hq)
        totals = []
        for store in self._stores:
            with store.staff() as staff:
                totals.append(staff.totals())
        refused: Counter[str] = Counter()
        for pair in hands:
            refused += pair.refused
        online = Counter(told for seller in sellers for told in seller.told.values())
        for seller in sellers:
            online += seller.refused
        orders: Counter[str] = Counter()
        for total in totals:
            orders.update(total["orders"])
        return Summary(
            seed=self._wishes.seed,
            stores=len(self._stores),
            seconds=round(steady_s() - self._begun_s, 1),
            kills=dict(conductor.kills),
            kills_total=conductor.kills.total(),
            lines={**conductor.weather, "broken_off": self._exchange.broken_off},
            clock_steps=conductor.clock_steps,
            disks_filled=conductor.disks_filled,
            left_out=self._left_out,
            orders=orders.total(),
            paid=sum(len(pair.paid) for pair in hands),
            completed=orders["completed"],
            refunded=orders["refunded"] + orders["part_refunded"],
            cash_sales=sum(total["cash_sales"] for total in totals),
            refused=dict(refused),
            online=dict(online),
            granted=office.granted,
            recalled=office.recalled,
            unanswered=sum(pair.unanswered for pair in hands) + sum(seller.unanswered for seller in sellers),
            rows=sum(1 for store in self._stores for _ in StoreBooks(store.data).journal()),
            takings_minor=sum(total["takings_minor"] for total in totals),
            alerts=books.alerts(),
            differences=found,
        )
