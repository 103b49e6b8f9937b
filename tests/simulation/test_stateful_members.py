"""Two stores and headquarters, members who buy, spend, are merged and erased, and a line that loses and doubles.

Hypothesis chooses the steps, backups of headquarters among them. Whatever it chooses, no hold is below zero, every
point was earned, and once the line works each store holds what headquarters says it holds.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cloud_sync.hq.rules import member_news, member_points
from cloud_sync.hq.rules.member_points import EARNED, MERGED, OWED, SPENT, VOID
from cloud_sync.hq.rules.rights import RightsRefused, tell
from cloud_sync.protocol.codes.own_codes import Content, mint
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.rules_facts import StoreRules
from cloud_sync.protocol.session import JoinRequest
from cloud_sync.protocol.shop_instructions import Rules
from cloud_sync.protocol.stock_rights import hold_of
from cloud_sync.protocol.upstream import Asked, Upstream, path_of
from cloud_sync.protocol.witness import Note
from edge_agent.adapters.hq_link import commands_of
from edge_agent.adapters.sqlite_store.verify import differences
from edge_agent.domain import commands
from edge_agent.domain.member_commands import MemberShown
from edge_agent.domain.methods import COUNTER
from edge_agent.domain.order import order_id
from hardware import messages
from popshop.simulate.clock import Clock
from popshop.simulate.head_office import HeadOffice, MemoryRegistry
from popshop.simulate.store import Identity, SimStore
from tests.unit.test_edge_members import KEY, PUBLIC

SHOPS, MEMBERS = ("pop-1", "pop-2"), ("m-ann", "m-bob", "m-cat")
RULES = StoreRules(version=1, code_keys={"hq-1": PUBLIC}, points_per_major=1, point_value_minor=1)
CODES = {
    member: mint("member", Content(key="hq-1", id=member, expires_at=4_000_000_000, tier="T1"), KEY)
    for member in MEMBERS
}
SHOP, MEMBER = st.sampled_from(SHOPS), st.sampled_from(MEMBERS)


class Points(RuleBasedStateMachine):
    """Members of two stores and one headquarters, all in memory."""

    @initialize()
    def open(self) -> None:
        self.hq = HeadOffice(MemoryRegistry(), Clock())
        self.keys = 0
        self.late: list[tuple[str, Upstream, Asked]] = []
        self.stores: dict[str, SimStore] = {}
        self.reports: Counter[str] = Counter()
        self.saved: tuple[list[int], Any] | None = None
        self.orders: dict[str, list[str]] = {shop: [] for shop in SHOPS}
        for shop in SHOPS:
            identity, note = self.join(shop, 0)
            self.stores[shop] = SimStore(shop, Clock(), identity, note)
            self.furnish(shop)

    def furnish(self, shop: str) -> None:
        """Goods, prices and a machine; the rules that headquarters tells a store that joins."""
        self.do(shop, commands.ListItems(self.key(), (commands.ListedItem("tea", "tea", "tea", 900),)))
        slot = commands.PlannedSlot("vm-1", "1", "tea", 9, 9_999, 5_000)
        self.do(shop, commands.PlanSlots(self.key(), (slot,)))
        self.do(shop, commands.DevicePresence(self.key(), "vm-1", messages.State(status="ready", boot="b1")))
        self.do(shop, commands.CountIn(self.key(), ("tea",)))
        for _ in range(3):
            self.send(shop, "")

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def do(self, shop: str, command: commands.Command) -> str:
        refusal = self.stores[shop].do(command).refusal
        return "" if refusal is None else refusal.code

    def join(self, shop: str, epoch: int) -> tuple[Identity, Note]:
        registry = self.hq.registry
        mark = f"mark-{self.key()}"
        asked = JoinRequest(code="", epoch=epoch, machine=mark)
        told = registry.join(registry.enrol(shop, self.hq.clock), asked, self.hq.clock)
        self.hq.act_on(
            shop, lambda books, record: tell(books, record, Rules(rules=RULES), self.hq.clock.now())
        )
        return Identity(told.epoch, told.token), Note(
            machine=mark, epoch=told.epoch, seq=0, hash=GENESIS.hex()
        )

    # ── what happens ────────────────────────────────────────────────────────────────────────────────

    @rule(shop=SHOP, member=MEMBER)
    def look_in(self, shop: str, member: str) -> None:
        """A member shows the code, and goes away."""
        self.do(shop, MemberShown(self.key(), "kiosk", self.key(), CODES[member]))

    @rule(
        shop=SHOP,
        member=MEMBER,
        units=st.integers(1, 3),
        spends=st.booleans(),
        pays=st.sampled_from([1, 1, 0]),
    )
    def buy(self, shop: str, member: str, units: int, spends: bool, pays: int) -> None:
        """A member orders, with all the points that are here or none, and pays or goes away."""
        visit, key = self.key(), self.key()
        if self.do(shop, MemberShown(self.key(), "kiosk", visit, CODES[member])):
            return
        queries = self.stores[shop].queries
        known = queries.member(queries.member_of_visit(visit))
        points = known["points_here"] if known is not None and spends else 0
        lines = (commands.RequestedLine("tea", units),)
        if self.do(shop, commands.PlaceOrder(key, "kiosk", "kiosk", lines, visit=visit, points=points)):
            return
        order = order_id(key)
        if pays:
            self.do(shop, commands.RequestPayment(self.key(), order, COUNTER))
            self.dispense(shop, order)
            self.orders[shop].append(order)
        else:
            self.do(shop, commands.CancelOrder(self.key(), order))

    def dispense(self, shop: str, order: str) -> None:
        found = self.stores[shop].queries.order(order)
        for vend in (found or {"vends": []})["vends"]:
            self.reports[shop] += 1
            seq = self.reports[shop]
            dropped = messages.VendSucceeded(command_id=vend["id"], slot="1", drop_confirmed=True)
            self.do(
                shop,
                commands.DeviceReported(f"r{seq}", "vm-1", "b1", seq, "2026-05-01T04:00:00.000000Z", dropped),
            )

    @rule(shop=SHOP)
    def money_back(self, shop: str) -> None:
        """Staff give all the money of an order back."""
        if self.orders[shop]:
            order = self.orders[shop].pop()
            found = self.stores[shop].queries.order(order)
            if found is not None:
                self.do(shop, commands.RefundOrder(self.key(), order, found["total_minor"], "broken"))
                for refund in (self.stores[shop].queries.order(order) or found)["refunds"]:
                    self.do(shop, commands.PayOutRefund(self.key(), refund["id"]))

    @rule(member=MEMBER, into=MEMBER)
    def merge(self, member: str, into: str) -> None:
        self.act(partial(member_points.merge, member=member, into=into, now=self.hq.clock.now()))

    @rule(member=MEMBER)
    def erase(self, member: str) -> None:
        self.act(partial(member_points.erase, member=member, now=self.hq.clock.now()))

    def act(self, work: partial[str]) -> None:
        answer = self.hq.act(work)
        assert isinstance(answer, str | RightsRefused)

    @rule(shop=SHOP)
    def chore(self, shop: str) -> None:
        """The second's round of headquarters."""
        self.hq.act(lambda books: member_news.tell_news(books, shop, self.hq.clock.now()))

    @rule(
        shop=SHOP,
        fate=st.sampled_from(["", "", "", "request lost", "reply lost", "doubled", "late", "crash"]),
    )
    def send(self, shop: str, fate: str) -> None:
        """One request, and what becomes of it."""
        store = self.stores[shop]
        asked = store.up.next(store.clock.monotonic())
        if asked is None:
            store.clock.seconds += 31
            return
        if fate == "late":
            self.late.append((shop, store.up, asked))
        if fate in ("request lost", "late"):
            return
        self.hq.crash = "after" if fate == "crash" else ""
        self.ask(shop, asked, heard=fate != "reply lost")
        if fate == "doubled":
            self.ask(shop, asked)

    @rule()
    def arrives_late(self) -> None:
        if self.late:
            shop, up, asked = self.late.pop(0)
            self.ask(shop, asked, heard=up is self.stores[shop].up)

    @rule()
    def back_up(self) -> None:
        self.saved = self.epochs(), self.hq.registry.backup()

    @rule()
    def restore_headquarters(self) -> None:
        """Its books are those of a backup (of these same epochs), and the stores tell it what it forgot."""
        if self.saved is not None and self.saved[0] == self.epochs():
            self.hq.registry.restore(self.saved[1])
            self.hq.start()

    def epochs(self) -> list[int]:
        return [self.stores[shop].epoch for shop in SHOPS]

    @rule(shop=SHOP)
    def join_again(self, shop: str) -> None:
        """The same disk begins a new epoch; what it has not sent yet comes later, of the epoch that is over."""
        store = self.stores[shop]
        store.identity, store.note = self.join(shop, store.epoch)
        store.boot()
        self.do(shop, commands.CountIn(self.key(), ("tea",)))

    @rule(shop=SHOP)
    def lose_the_computer(self, shop: str) -> None:
        """Its disk is gone with all that was not sent."""
        old = self.stores[shop]
        identity, note = self.join(shop, old.epoch)
        old.close()
        self.late = [entry for entry in self.late if entry[0] != shop]
        self.orders[shop], self.reports[shop] = [], 0
        self.stores[shop] = SimStore(shop, Clock(), identity, note)
        self.furnish(shop)

    def ask(self, shop: str, asked: Asked, *, heard: bool = True) -> None:
        store = self.stores[shop]
        answer = self.hq.hear(path_of(asked), store.identity.token, msgspec.json.encode(asked))
        self.hq.crash = ""
        if answer is None or not heard:
            return
        for outcome in store.up.heard(asked, answer, store.clock.monotonic()):
            for command in commands_of(outcome, store.clock.now()):
                self.do(shop, command)

    # ── what is true ────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def every_point_was_earned_and_is_in_one_place(self) -> None:
        if not hasattr(self, "hq"):
            return
        rows = self.hq.registry.look().member_rows
        kept = {key[1:]: points for key, points in rows.items() if key[0] == "points"}
        assert all(points >= 0 for points in kept.values()), "no hold and no pool is below zero"
        sums: Counter[str] = Counter()
        for key, value in rows.items():
            if key[0] == "posting":
                posting = value[0]
                sums[posting.source] -= posting.qty
                sums[posting.target] += posting.qty
        assert sums[MERGED] == 0
        earned, spent, void, owed = -sums[EARNED], sums[SPENT], sums[VOID], -sums[OWED]
        assert sum(kept.values()) == earned - spent - void + owed
        assert owed >= 0

    @invariant()
    def a_store_spends_only_what_it_holds(self) -> None:
        for store in getattr(self, "stores", {}).values():
            least = store.db.execute("SELECT MIN(points) FROM members").fetchone()[0]
            assert least is None or least >= 0

    def teardown(self) -> None:
        if hasattr(self, "hq"):
            self.heal()
            for store in self.stores.values():
                store.close()

    def heal(self) -> None:
        """The line works and everybody is told: each store holds what headquarters says it holds."""
        for _ in range(40):
            for shop in SHOPS:
                self.stores[shop].clock.seconds += 31
                self.chore(shop)
                self.send(shop, "")
        rows = self.hq.registry.look().member_rows
        assert not [key for key in rows if key[0] == "news"], "everybody was told"
        for shop, store in self.stores.items():
            assert store.standing == "ok"
            hold = hold_of(shop, store.epoch)
            here = dict(store.db.execute("SELECT member, points FROM members WHERE points > 0"))
            there = {key[2]: n for key, n in rows.items() if key[:2] == ("points", hold) and n}
            assert here == there
            assert differences(store.db) == []
        waiting = list(self.hq.registry.look().problems.values())
        assert not waiting, waiting
        for (_, member), record in ((key, record) for key, record in rows.items() if key[0] == "member"):
            if record.erased or record.merged_into:
                left = {key: n for key, n in rows.items() if key[0] == "points" and key[2] == member and n}
                assert not left, f"{member} is gone, and so are the points: {left}"


def test_every_point_is_earned_once_and_held_in_one_place_whatever_happens():
    run_state_machine_as_test(
        Points,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
