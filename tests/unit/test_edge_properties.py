"""Random sequences of everything people, machines, providers and time can do to a store: its books always hold."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cloud_sync.protocol import instructions
from cloud_sync.protocol.envelope import rfc3339
from edge_agent.domain import commands
from edge_agent.domain.order import ENDED
from hardware import messages
from tests.edge_harness import Store, assert_books_hold, assert_chained, assert_headquarters_agrees

PICK = st.integers(0, 10**6)
SKU = st.sampled_from("AB")
Make = Callable[[str, str, int], instructions.Instruction]
MACHINES = {"vm-1": "1", "vm-2": "1"}


class AnyDay(RuleBasedStateMachine):
    """One store, two machines, and nobody who behaves."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.folder.name) / "store.db", shares_stock=True)
        self.store.stock(("vm-1", "1", "A", 3), ("vm-2", "1", "A", 2), ("vm-2", "2", "B", 2))
        self.orders: list[str] = []
        self.boots = {"vm-1": 1, "vm-2": 1}
        self.dispensed: set[str] = set()

    def teardown(self) -> None:
        self.wind_down()
        assert_chained(self.store.path)
        assert_headquarters_agrees(self.store.path)
        self.store.close()
        self.folder.cleanup()

    # ── people ──────────────────────────────────────────────────────────────────────────────────────

    @rule(sku=st.sampled_from("AB"), qty=st.integers(1, 4))
    def order(self, sku: str, qty: int) -> None:
        key = self.store.key()
        answer = self.store.order((sku, qty), key=key)
        if answer.refused == "":
            self.orders.append(answer.subject)
            assert self.store.order((sku, qty), key=key) == answer

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, method=st.sampled_from(["sandbox", "counter"]))
    def pay(self, pick: int, method: str) -> None:
        self.store.do(commands.RequestPayment(self.store.key(), self._one(pick), method))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        self.store.do(commands.CancelOrder(self.store.key(), self._one(pick)))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, dispensed=st.booleans())
    def settle(self, pick: int, dispensed: bool) -> None:
        for vend in self.store.look(self._one(pick))["vends"]:
            self.store.do(commands.SettleVend(self.store.key(), vend["id"], dispensed))

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, amount_minor=st.integers(1, 2_000))
    def give_back(self, pick: int, amount_minor: int) -> None:
        order = self._one(pick)
        self.store.do(commands.RefundOrder(self.store.key(), order, amount_minor, "staff gives back"))

    @rule(device=st.sampled_from(sorted(MACHINES)), count=st.integers(0, 5), unblock=st.booleans())
    def count(self, device: str, count: int, unblock: bool) -> None:
        self.store.do(commands.CountSlot(self.store.key(), device, MACHINES[device], count))
        if unblock:
            self.store.do(commands.UnblockSlot(self.store.key(), device, MACHINES[device]))

    # ── goods ───────────────────────────────────────────────────────────────────────────────────────

    @rule(
        sku=SKU,
        qty=st.integers(0, 3),
        make=st.sampled_from(
            [
                lambda key, sku, qty: commands.ReceiveStock(key, sku, qty, "supplier"),
                lambda key, sku, qty: commands.ReceiveStock(key, sku, qty, "transfer", "T1"),
                lambda key, sku, qty: commands.ReceiveStock(key, sku, qty, "delivery"),
                lambda key, sku, qty: commands.SendStock(key, sku, qty, "transfer", "pop-2"),
                lambda key, sku, qty: commands.SendStock(key, sku, qty, "collected"),
                lambda key, sku, qty: commands.ReturnStock(key, sku, qty, "available"),
                lambda key, sku, qty: commands.ReturnStock(key, sku, qty, "damaged"),
                lambda key, sku, qty: commands.CountStock(key, sku, "available", qty),
                lambda key, sku, qty: commands.CountStock(key, sku, "damaged", qty),
                lambda key, sku, qty: commands.MoveStock(key, sku, qty, "available", "tester"),
                lambda key, sku, qty: commands.MoveStock(key, sku, qty, "damaged", "available"),
                lambda key, sku, qty: commands.WasteStock(key, sku, qty, "available", "broken"),
                lambda key, sku, qty: commands.FillSlot(key, "vm-1", "1", qty),
                lambda key, sku, qty: commands.FillSlot(key, "vm-1", "1", -qty),
            ]
        ),
    )
    def goods(self, sku: str, qty: int, make: Callable[[str, str, int], commands.Command]) -> None:
        self.store.do(make(self.store.key(), sku, qty))

    @rule(sku=SKU, count=st.integers(0, 4))
    def plan_another_product(self, sku: str, count: int) -> None:
        planned = commands.PlannedSlot("vm-1", "1", sku, 5, 10, count)
        self.store.do(commands.PlanSlots(self.store.key(), (planned,)))

    # ── headquarters ────────────────────────────────────────────────────────────────────────────────

    @rule(
        sku=SKU,
        qty=st.integers(1, 3),
        name=st.sampled_from(["R1", "R2", "R3"]),
        make=st.sampled_from(
            [
                lambda name, sku, qty: instructions.Grant(grant=name, sku=sku, qty=qty),
                lambda name, sku, qty: instructions.Recall(recall=name, sku=sku, qty=qty),
                lambda name, sku, qty: instructions.Pin(reservation=name, sku=sku, qty=qty),
                lambda name, sku, qty: instructions.Pin(reservation=name, sku=sku, qty=qty),
                lambda name, sku, qty: instructions.Unpin(reservation=name, sku=sku, qty=qty),
            ]
        ),
        seq=st.sampled_from([0, 0, 0, 1, 9]),
    )
    def hq(self, sku: str, qty: int, name: str, make: Make, seq: int) -> None:
        before = self.store.queries.down_seq()
        self.store.told(make(name, sku, qty), seq=seq)
        assert self.store.queries.down_seq() == before + (seq in (0, before + 1))

    @rule(name=st.sampled_from(["R1", "R2", "R3"]))
    def hand_over(self, name: str) -> None:
        self.store.do(commands.HandOverPinned(self.store.key(), name, "picked_up"))

    @rule(sku=SKU)
    def count_in(self, sku: str) -> None:
        self.store.do(commands.CountIn(self.store.key(), (sku,)))

    @rule(chance=st.integers(0, 3))
    def join_again(self, chance: int) -> None:
        if chance == 0:
            assert_headquarters_agrees(self.store.path)
            self.store.open_epoch(self.store.queries.epoch() + 2)
            assert not any(right["available"] for right in self.store.queries.rights())

    # ── providers ───────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.orders)
    @rule(
        pick=PICK,
        state=st.sampled_from(["pending", "paid", "paid", "closed", "unknown"]),
        short_minor=st.sampled_from([0, 0, 0, 1]),
        first=st.booleans(),
    )
    def provider(self, pick: int, state: str, short_minor: int, first: bool) -> None:
        order = self.store.look(self._one(pick))
        if order["payment"] is not None and order["payment"]["method"] == "sandbox":
            payment = f"{order['id']}-P1" if first else order["payment"]["id"]
            amount_minor = order["total_minor"] - short_minor
            self.store.provider_says(state, order["id"], amount_minor=amount_minor, payment=payment)

    @precondition(lambda self: self.orders)
    @rule(pick=PICK, given=st.booleans())
    def refunds(self, pick: int, given: bool) -> None:
        for refund in self.store.look(self._one(pick))["refunds"]:
            self.store.do(commands.RefundAnswered("", refund["id"], given, "ref", "no"))
            self.store.do(commands.PayOutRefund(self.store.key(), refund["id"]))

    # ── machines ────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.orders)
    @rule(
        pick=PICK,
        what=st.sampled_from(["start", "drop", "drop", "doubt", "fail", "refuse"]),
        again=st.booleans(),
    )
    def machine(self, pick: int, what: str, again: bool) -> None:
        for vend in self.store.look(self._one(pick))["vends"]:
            for _ in range(2 if again else 1):
                self._say(vend["device"], _words(what, vend["id"], vend["slot"]))

    @rule(device=st.sampled_from(sorted(MACHINES)))
    def power_cut(self, device: str) -> None:
        self.boots[device] += 1
        self._say(device, messages.Booted())

    @rule(device=st.sampled_from(sorted(MACHINES)), price_minor=st.integers(-1, 900))
    def cash(self, device: str, price_minor: int) -> None:
        self._say(device, messages.CashSale(slot="1", price_minor=price_minor, currency="CNY"))

    # ── time, crashes ───────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from([1, 40, 400]))
    def time_passes(self, seconds: int) -> None:
        self.store.clock.pass_s(seconds)
        self._timers()

    @rule()
    def crash(self) -> None:
        self.store.restart()

    @invariant()
    def the_books_hold(self) -> None:
        assert_books_hold(self.store.path)
        broken = [row for row in self.store.queries.quarantined() if "Error: " in row["reason"]]
        assert not broken, "a rule lets through what the tables refuse"
        for order in self.orders:
            for vend in self.store.look(order)["vends"]:
                if vend["id"] in self.dispensed:
                    assert vend["state"] == "dispensed", "what was handed over stays so"
                elif vend["state"] == "dispensed":
                    self.dispensed.add(vend["id"])

    def wind_down(self) -> None:
        """However the day went: with every question answered, each order ends and nothing is held."""
        for order in self.orders:
            payment = self.store.look(order)["payment"]
            if payment is not None and payment["state"] in ("created", "pending", "unknown"):
                self.store.provider_says("closed", order)
            self.machine_settles(order)
            for refund in self.store.look(order)["refunds"]:
                self.store.do(commands.RefundAnswered("", refund["id"], False, reason="no"))
                self.store.do(commands.PayOutRefund(self.store.key(), refund["id"]))
        self.store.clock.pass_s(400)
        self._timers()
        for order in self.orders:
            assert self.store.look(order)["state"] in ENDED, self.store.look(order)
        for device in MACHINES:
            assert not any(slot["held"] for slot in self.store.queries.devices([device])[0]["slots"])
        assert_books_hold(self.store.path)

    def machine_settles(self, order: str) -> None:
        for vend in self.store.look(order)["vends"]:
            self._say(vend["device"], _words("drop", vend["id"], vend["slot"]))

    # ── hands ───────────────────────────────────────────────────────────────────────────────────────

    def _one(self, pick: int) -> str:
        return self.orders[pick % len(self.orders)]

    def _say(self, device: str, report: messages.Report) -> None:
        assert self.store.report(report, device=device, boot=f"boot{self.boots[device]}").upto > 0

    def _timers(self) -> None:
        now = rfc3339(self.store.clock.at)
        for vend in self.store.queries.overdue_vends(now):
            self.store.do(commands.VendOverdue("", vend))
        for order in self.store.queries.expired_orders(now):
            self.store.do(commands.ExpireOrder("", order))


def _words(what: str, vend: str, slot: str) -> messages.Report:
    if what == "start":
        return messages.VendStarted(command_id=vend, slot=slot)
    if what == "fail":
        return messages.VendFailed(command_id=vend, slot=slot, code="EJC")
    if what == "refuse":
        return messages.CommandRefused(command_id=vend, reason="expired")
    return messages.VendSucceeded(command_id=vend, slot=slot, drop_confirmed=what == "drop")


TestAnyDay = AnyDay.TestCase
TestAnyDay.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
