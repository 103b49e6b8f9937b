"""Everybody together: stores, headquarters, the seller, people and goods. Plays decisions one by one, without a die.

Here is who exists and how messages travel; what people do stands in `floor`, what goes wrong in `disasters`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from cloud_sync.hq.rules import warehouse
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.session import JoinReply, JoinRequest
from cloud_sync.protocol.stock_facts import StockFound
from cloud_sync.protocol.upstream import Answer, Asked, Upstream, path_of
from cloud_sync.protocol.witness import Note
from edge_agent.adapters.hq_link import commands_of
from edge_agent.domain import commands
from hardware.messages import State
from popshop.simulate.clock import Clock
from popshop.simulate.goods import Goods
from popshop.simulate.head_office import HeadOffice, Registry
from popshop.simulate.plan import Plan
from popshop.simulate.seller import Seller
from popshop.simulate.store import Identity, Image, SimStore
from popshop.simulate.trouble import Crash, Strikes

DEVICE: Final = "vm-1"
OPENING: Final = 4
"""Units in each slot when a store opens."""
SUPPLY: Final = 12
"""Units of each SKU in the warehouse at the start."""
SLOTS_PER_SKU: Final = 2
PRICE_MINOR: Final = 500


class Late(NamedTuple):
    """A message that comes late: a request (`answer` None) or an answer to one."""

    up: Upstream
    store: str
    asked: Asked
    token: str
    answer: Answer | None


@dataclass
class Site:
    """A store's place in the world: its agent, if it runs, and what happens to it."""

    agent: SimStore
    skus: dict[str, str]
    """Slot → SKU."""
    images: list[Image] = field(default_factory=list)
    cut_off: bool = False
    dead: bool = False
    retired: bool = False
    doubtful: bool = False
    """Its disk was put back, and nobody has counted since."""
    clone: SimStore | None = None
    was_restored: bool = False
    brought: Counter[str] = field(default_factory=Counter)
    """SKU → units of it that came to the warehouse when it died, and headquarters has not been told."""


class World:
    """One run."""

    def __init__(
        self, plan: Plan, registry: Registry, faults: frozenset[str], folder: Path | None = None
    ) -> None:
        self.plan = plan
        self.faults = faults
        self.strikes = Strikes()
        self.clock = Clock()
        self.hq = HeadOffice(registry, Clock())
        self.registry = registry
        self.folder = folder
        self.goods = Goods()
        self.seller = Seller(self.hq, self.goods, self.strikes)
        self.skus = [f"S{n}" for n in range(1, plan.skus + 1)]
        self.sites: dict[str, Site] = {}
        self.late: list[Late] = []
        self.backups: list[Any] = []
        self.history = hashlib.sha256()
        self.steps = 0
        self.hq_was_restored = False
        self.receipts: list[tuple[str, int, str]] = []
        """What suppliers brought to the warehouse: on paper, so that it can be told again."""
        self.tamper: set[str] = set()
        self._open()

    def note(self, *what: object) -> None:
        """Add to the history, of which two runs of one seed have the same digest."""
        self.history.update(repr(what).encode())

    # ── the beginning ───────────────────────────────────────────────────────────────────────────────

    def _open(self) -> None:
        self.hq.start()
        for number in range(1, self.plan.stores + 1):
            name = f"st-{number}"
            reply = self.join(name, 0, f"{name}-m0")
            agent = SimStore(
                name,
                Clock(),
                Identity(reply.epoch, reply.token),
                Note(machine=f"{name}-m0", epoch=reply.epoch, seq=0, hash=GENESIS.hex()),
                None if self.folder is None else self.folder / f"{name}.db",
            )
            self.sites[name] = Site(agent, self._plan_slots(agent))
        for sku in self.skus:
            self.supply(sku, SUPPLY, f"first-{sku}")

    def _plan_slots(self, agent: SimStore) -> dict[str, str]:
        items = tuple(commands.ListedItem(sku, sku, sku, PRICE_MINOR) for sku in self.skus)
        agent.do(commands.ListItems(f"{agent.name}-items", items))
        slots = {f"{n}{each}": sku for n, sku in enumerate(self.skus, 1) for each in "ab"[:SLOTS_PER_SKU]}
        planned = tuple(
            commands.PlannedSlot(DEVICE, slot, sku, OPENING, 50, OPENING) for slot, sku in slots.items()
        )
        agent.do(commands.PlanSlots(f"{agent.name}-slots", planned))
        agent.do(commands.DevicePresence(f"{agent.name}-ready", DEVICE, State(status="ready", boot="b1")))
        for slot in slots:
            self.goods.shelves[agent.name].slots[slot] = OPENING
        return slots

    def close(self) -> None:
        """Let go of the stores' files."""
        for site in self.sites.values():
            site.agent.close()
            if site.clone is not None:
                site.clone.close()

    def supply(self, sku: str, qty: int, receipt: str) -> None:
        """A supplier brings goods to the warehouse; they stand there whether the books know or not."""
        self.goods.warehouse[sku] += qty
        self.receipts.append((sku, qty, receipt))
        self.book_receipt(sku, qty, receipt)

    def book_receipt(self, sku: str, qty: int, receipt: str) -> None:
        """Tell headquarters of a receipt; telling it twice is safe."""
        self.hq.act(lambda books: warehouse.receive(books, sku, qty, receipt, self.hq.clock.now()))

    def join(self, store: str, epoch: int, mark: str, code: str = "") -> JoinReply:
        """A person fetches a code at headquarters (or has one) and the store trades it."""
        code = code or self.registry.enrol(store, self.hq.clock)
        reply = self.registry.join(code, JoinRequest(code=code, epoch=epoch, machine=mark), self.hq.clock)
        self.note("join", store, reply.epoch)
        return reply

    # ── time ────────────────────────────────────────────────────────────────────────────────────────

    def pass_s(self, seconds: float) -> None:
        """Every clock goes on; some of them are wrong all the same."""
        self.hq.clock.seconds += seconds
        self.clock.seconds += seconds
        for site in self.sites.values():
            site.agent.clock.seconds += seconds

    # ── a store's agent ─────────────────────────────────────────────────────────────────────────────

    def tell(self, agent: SimStore, command: commands.Command, crash: str = "") -> str | None:
        """Have a store do something: the refusal's code, empty when it is done, None when it crashed meanwhile."""
        before = len(agent.rows[agent.epoch, "ledger"])
        try:
            answer = agent.do(command, crash)
        except Crash:
            agent.boot()
            self.note("crash", agent.name, type(command).__name__)
            return None
        finally:
            self.excuse(agent, before)
        refused = "" if answer.refusal is None else answer.refusal.code
        self.note(agent.name, type(command).__name__, refused, answer.subject)
        return refused

    def excuse(self, agent: SimStore, before: int) -> None:
        """Rows behind `before` that say by themselves that some right has no goods now."""
        for row in agent.rows[agent.epoch, "ledger"][before:]:
            if not isinstance(row.fact, StockFound):
                continue
            if row.fact.reason == "sold_without_right":
                self.goods.slack[row.fact.sku] += row.fact.qty
                self.goods.unasked[row.fact.sku] += row.fact.qty

    # ── the network ─────────────────────────────────────────────────────────────────────────────────

    def round_trip(self, agent: SimStore, fate: str = "", crash: str = "") -> bool:
        """One request of a store and what becomes of it; False when there was none, or no answer to it."""
        asked = agent.up.next(agent.clock.monotonic(), rfc3339(agent.clock.now()))
        if asked is None:
            return False
        token = agent.identity.token
        self.note("asks", agent.name, asked.epoch, asked.stream, len(asked.events), fate)
        if fate:
            self.strikes(fate)
        if fate == "request_lost":
            return False
        if fate == "delayed":
            self.late.append(Late(agent.up, agent.name, asked, token, None))
            return False
        answer = self.deliver(asked, token)
        if fate == "doubled":
            again = self.deliver(asked, token)
            if again is not None:
                self.late.append(Late(agent.up, agent.name, asked, token, again))
        if answer is None or fate == "reply_lost":
            return False
        if fate == "reordered":
            self.late.append(Late(agent.up, agent.name, asked, token, answer))
            return False
        self.hear(agent, agent.up, asked, answer, crash)
        return answer.status == 200

    def deliver(self, asked: Asked, token: str) -> Answer | None:
        """A request reaches headquarters."""
        answer = self.hq.hear(path_of(asked), token, msgspec.json.encode(asked))
        if answer is None:
            self.note("no answer")
            return None
        self.note("answers", answer.status, answer.body)
        return answer

    def hear(self, agent: SimStore, up: Upstream, asked: Asked, answer: Answer, crash: str = "") -> None:
        """An answer reaches the process that asked; one that has died since hears nothing."""
        if agent.up is not up:
            return
        for outcome in up.heard(asked, answer, agent.clock.monotonic()):
            for command in commands_of(outcome, agent.clock.now()):
                if self.tell(agent, command, crash) is None:
                    return
                crash = ""

    def late_message(self, which: int) -> None:
        """A message of before arrives after all."""
        if not self.late:
            return
        late = self.late.pop(which % len(self.late))
        site = self.sites[late.store]
        if late.answer is not None:
            self.hear(site.agent, late.up, late.asked, late.answer)
            return
        answer = self.deliver(late.asked, late.token)
        if answer is not None:
            self.hear(site.agent, late.up, late.asked, answer)
