"""The business day: a drawer, a blind count, and reports that are right to the fen, whatever happened on the day."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_sync.protocol import day_facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.shop_instructions import CarryOver
from edge_agent.adapters.sqlite_store.verify import verify
from edge_agent.domain import commands
from edge_agent.domain.day import commands as day
from edge_agent.domain.methods import COUNTER
from hardware import messages
from tests import recount
from tests.edge_harness import Store

FLOAT_MINOR = 20_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "store.db")
    made.stock(("vm-1", "1", "A", 9))
    yield made
    made.close()


def x_of(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(msgspec.json.encode(store.queries.x_report(store.clock.now())))
    return found


def z_of(store: Store, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(msgspec.json.encode(store.queries.z_report(number)))
    return found


def sell(store: Store, method: str = COUNTER) -> str:
    """One unit, paid and dropped; its order."""
    order = store.paid_order(("A", 1), method=method)
    drop(store, order["vends"][0])
    return str(order["id"])


def drop(store: Store, vend: dict[str, Any], at: str = "") -> None:
    done = messages.VendSucceeded(command_id=vend["id"], slot=vend["slot"], drop_confirmed=True)
    store.report(done, device=vend["device"], at=at)


def close(store: Store, key: str = "", *, uncounted: bool = True) -> str:
    return store.do(day.CloseDay(key or store.key(), uncounted=uncounted)).refused


# ── the drawer ──────────────────────────────────────────────────────────────────────────────────────


def test_the_drawer_is_counted_against_float_sales_and_what_was_moved(store: Store) -> None:
    store.do(day.OpenDrawer("o", FLOAT_MINOR))
    sell(store)
    store.do(day.MoveCash("in", "paid_in", 300, "change from the bank"))
    store.do(day.MoveCash("out", "paid_out", 120, "milk"))
    store.do(day.MoveCash("drop", "drop", 10_000))
    assert store.do(day.CountDrawer("c", 10_670)).refused == ""
    counted = store.facts(day_facts.DrawerCounted)[0]
    assert (counted.expected_minor, counted.over_minor) == (FLOAT_MINOR + 500 + 300 - 120 - 10_000, -10)
    assert x_of(store)["cash"]["over_minor"] == -10


def test_a_count_is_stale_as_soon_as_cash_moves(store: Store) -> None:
    store.do(day.OpenDrawer("o", FLOAT_MINOR), day.CountDrawer("c", FLOAT_MINOR))
    assert x_of(store)["cash"]["counted_minor"] == FLOAT_MINOR
    sell(store)
    assert x_of(store)["cash"]["counted_minor"] is None
    assert close(store, uncounted=False) == "drawer_uncounted"
    store.do(day.CountDrawer("c2", FLOAT_MINOR + 500))
    assert close(store, uncounted=False) == ""


def test_the_float_is_put_in_once_a_day(store: Store) -> None:
    assert store.do(day.OpenDrawer("o1", FLOAT_MINOR)).refused == ""
    assert store.do(day.OpenDrawer("o2", FLOAT_MINOR)).refused == "drawer_open"
    close(store)
    assert store.do(day.OpenDrawer("o3", FLOAT_MINOR)).refused == ""


def test_coins_and_notes_add_up_or_the_count_is_not_taken(store: Store) -> None:
    wrong = day.CountDrawer("c", 1_000, {"500": 1, "100": 4})
    assert store.do(wrong).refused == "count_differs"
    assert store.do(day.CountDrawer("c", 900, {"500": 1, "100": 4, "50": 0})).refused == ""
    assert store.facts(day_facts.DrawerCounted)[0].denominations == {"500": 1, "100": 4}


def test_money_in_or_out_has_a_reason(store: Store) -> None:
    assert store.do(day.MoveCash("m", "paid_out", 100, "  ")).refused == "reason_needed"
    assert store.do(day.MoveCash("m", "float", 100, "x")).refused == "malformed"
    assert store.do(day.TakeOver("t", "li", "li")).refused == "same_staff"
    assert store.do(day.TakeOver("t", "li", "wang", note="keys too")).refused == ""
    assert store.queries.drawer_holders()[0]["staff"] == "wang"


# ── closing ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_day_closes_once_however_often_it_is_asked(store: Store) -> None:
    sell(store)
    assert close(store, "z") == ""
    store.restart()
    assert close(store, "z") == ""
    assert [f.z for f in store.facts(day_facts.DayClosed)] == [1]
    assert close(store) == "day_not_open"


def test_a_z_covers_the_commands_of_its_own_batch(store: Store) -> None:
    store.do(day.MoveCash("m", "paid_in", 700, "found"), day.CloseDay("z", uncounted=True))
    assert z_of(store)["cash"]["paid_in_minor"] == 700
    assert x_of(store)["cash"]["paid_in_minor"] == 0
    assert verify(store.path) == []


def test_numbers_and_the_grand_total_go_on_in_a_new_epoch(store: Store) -> None:
    sell(store)
    close(store)
    sell(store)
    store.open_epoch(2)
    store.report(messages.CashSale(slot="1", price_minor=300, currency="CNY"))
    close(store)
    z = store.facts(day_facts.DayClosed)[-1]
    assert (z.z, z.epoch, z.first_seq, z.grand_total_minor) == (2, 2, 1, 500 + 500 + 300)


def test_a_sale_heard_of_after_the_z_lies_on_its_own_day(store: Store) -> None:
    order = store.paid_order(("A", 1))
    yesterday = rfc3339(store.clock.now())
    store.clock.pass_s(60)
    close(store)
    store.clock.pass_s(86_400)
    drop(store, order["vends"][0], at=yesterday)
    store.report(messages.CashSale(slot="1", price_minor=300, currency="CNY"), at=yesterday)
    assert x_of(store)["late"] == [{"day": "2026-05-01", "units": 2, "takings_minor": 800}]
    sell(store)
    close(store)
    z = z_of(store)
    assert (z["day"], z["takings_minor"]) == ("2026-05-02", 800)
    assert store.facts(day_facts.DayClosed)[-1].late == [
        day_facts.LateSale(day="2026-05-01", units=2, takings_minor=800)
    ]


def test_a_refund_paid_out_by_hand_leaves_the_drawer(store: Store) -> None:
    order = sell(store, "sandbox")
    store.do(commands.RefundOrder(store.key(), order, 500, "staff gives back"))
    refund = store.queries.open_refunds()[0]["id"]
    store.do(commands.RefundAnswered("", refund, False, "", "account closed"))
    store.do(commands.PayOutRefund(store.key(), refund))
    x = x_of(store)
    assert (x["by_method"]["sandbox"]["refunded_minor"], x["cash"]["refunds_minor"]) == (500, 500)
    assert (x["goods_minor"], x["takings_minor"]) == (0, 0)


# ── against an independent recount ──────────────────────────────────────────────────────────────────


class Days:
    """A store whose days are made by dice."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store, self.dice, self.epoch = store, random.Random(seed), 1
        self.elsewhere_minor = 0
        """What other computers of the store took, as far as this one was told."""

    def run(self, steps: int) -> None:
        deeds = (self.order, self.order, self.order, self.report, self.report, self.refund, self.cash_sale)
        rare = (
            self.move,
            self.move,
            self.count,
            self.close,
            self.close,
            self.restart,
            self.rejoin,
            self.expire,
        )
        for _ in range(steps):
            self.store.clock.pass_s(self.dice.randrange(1, 4_000))
            self.dice.choice(deeds + rare)()

    def order(self) -> None:
        store, method = self.store, self.dice.choice((COUNTER, "sandbox"))
        lines = tuple(
            commands.RequestedLine(sku, self.dice.randrange(1, 3))
            for sku in self.dice.sample("ABC", self.dice.randrange(1, 3))
        )
        placed = store.do(commands.PlaceOrder(store.key(), "kiosk", "kiosk-1", lines))
        if placed.refused or self.dice.random() < 0.1:
            return
        store.do(commands.RequestPayment(store.key(), placed.subject, method))
        if method == "sandbox" and self.dice.random() < 0.9:
            store.provider_says(self.dice.choice(("paid", "paid", "closed")), placed.subject)

    def report(self) -> None:
        """Machines say how vends went, some of them only after the day was closed."""
        for vend in self.store.queries.vends_under_way()[: self.dice.randrange(1, 4)]:
            ago = timedelta(hours=self.dice.choice((0, 0, 0, 30)))
            if self.dice.random() < 0.8:
                drop(self.store, vend, rfc3339(self.store.clock.now() - ago))
            else:
                failed = messages.VendFailed(command_id=vend["id"], slot=vend["slot"], code="EDT")
                self.store.report(failed, device=vend["device"])

    def refund(self) -> None:
        store = self.store
        for row in store.queries.open_refunds():
            if row["method"] == COUNTER or row["state"] == "refused":
                store.do(commands.PayOutRefund(store.key(), row["id"]))
            else:
                store.do(commands.RefundAnswered("", row["id"], self.dice.random() < 0.7, "ref", ""))
        ended = [o for o in store.queries.last_orders(20) if o["state"] in ("completed", "part_refunded")]
        if ended:
            order = self.dice.choice(ended)
            left = order["paid_minor"] - order["refunded_minor"]
            back = self.dice.choice((left, max(1, left // 3)))
            lines = tuple((self.dice.randrange(1, 4), 1) for _ in range(self.dice.randrange(3)))
            refund = commands.RefundOrder(
                store.key(), order["id"], 0 if lines else back, "staff gives back", lines
            )
            store.do(refund)

    def cash_sale(self) -> None:
        at = self.store.clock.now() - timedelta(hours=self.dice.choice((0, 0, 20, 50)))
        sale = messages.CashSale(
            slot=self.dice.choice("123"), price_minor=self.dice.randrange(1, 999), currency="CNY"
        )
        self.store.report(sale, at=rfc3339(at))

    def move(self) -> None:
        minor = self.dice.randrange(1, 50_000)
        kind = self.dice.choice(("paid_in", "paid_out", "drop", "float"))
        if kind == "float":
            self.store.do(day.OpenDrawer(self.store.key(), minor))
        else:
            self.store.do(day.MoveCash(self.store.key(), kind, minor, "why"))

    def count(self) -> None:
        self.store.do(day.CountDrawer(self.store.key(), self.dice.randrange(0, 90_000)))

    def close(self) -> None:
        close(self.store)

    def restart(self) -> None:
        self.store.restart()

    def rejoin(self) -> None:
        if self.dice.random() < 0.3:
            self.epoch += 1
            self.store.open_epoch(self.epoch)
            if self.dice.random() < 0.7:
                self.carry_over()

    def carry_over(self) -> None:
        """Headquarters has some of the epochs' rows, and what another computer did in between."""
        store, rows = self.store, recount.ledger(self.store.path)
        heads = {}
        for epoch in range(1, self.epoch):
            heads[epoch] = max(r["row"][1] for r in rows if r["row"][0] == epoch)
            if epoch == self.epoch - 1:
                # Rows of the epoch before may still be on their way; those of older ones came first.
                heads[epoch] = max(1, heads[epoch] - self.dice.choice((0, 0, self.dice.randrange(1, 20))))
        self.elsewhere_minor += self.dice.choice((0, 0, self.dice.randrange(1, 99_999)))
        known = recount.taken(rows, heads) + self.elsewhere_minor
        z = self.dice.choice((0, 0, self.dice.randrange(1, 50)))
        began = store.db.execute("SELECT epoch, hash FROM journal WHERE stream = 'ledger' AND seq = 1")
        told = {epoch: (heads[epoch], bytes(first).hex()) for epoch, first in began if epoch in heads}
        store.told(CarryOver(z=z, total_minor=known, currency="CNY", heads=told))

    def expire(self) -> None:
        for order in self.store.queries.expired_orders(rfc3339(self.store.clock.now())):
            self.store.do(commands.ExpireOrder("", order))


def check_reports(store: Store, elsewhere_minor: int) -> None:
    """Every Z and the X, to the fen; their sum; and that each Z follows the one before it, here or elsewhere."""
    everything = recount.ledger(store.path)
    grand, closed_at, number = 0, "", 0
    for period, z in recount.periods(everything):
        carried = [r for r in period if r["type"] == "day.carried_over"]
        number = max(number, *(r["z"] for r in carried), 0) + 1
        grand += sum(r["carried_minor"] for r in carried)
        report = x_of(store) if z is None else z_of(store, number)
        recount.same(report, recount.recount(period, everything))
        late = {each["day"]: [each["units"], each["takings_minor"]] for each in report["late"]}
        assert late == recount.late(period, closed_at, 8)
        opened = report["takings_minor"] - report["goods_minor"]
        assert opened == report["open"]["to_hand_over_minor"] + report["open"]["owed_back_minor"]
        grand += report["takings_minor"]
        assert (report["z"], report["grand_total_minor"]) == (number, grand)
        closed_at = closed_at if z is None else z["closed_at"]
    assert grand == store.queries.totals()["takings_minor"] + elsewhere_minor


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_reports_of_random_days_are_right_to_the_fen(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    store = Store(tmp_path_factory.mktemp("days") / "store.db")
    taxed = [
        commands.ListedItem(sku, sku, sku, price, tax_rate_bp=rate)
        for sku, price, rate in (("A", 503, 1300), ("B", 1_999, 900), ("C", 7, 0))
    ]
    store.do(commands.ListItems("items", tuple(taxed)))
    planned = [commands.PlannedSlot("vm-1", str(n), sku, 50, 99, 90) for n, sku in enumerate("ABC", 1)]
    store.do(commands.PlanSlots("slots", tuple(planned)))
    store.introduce("vm-1")
    days = Days(store, seed)
    days.run(70)
    check_reports(store, days.elsewhere_minor)
    assert verify(store.path) == []
    store.close()


def test_the_worked_day_of_the_documentation_comes_out_as_its_table_says(store: Store) -> None:
    store.do(day.OpenDrawer("o", FLOAT_MINOR))
    order = store.paid_order(("A", 3))
    drop(store, order["vends"][0])
    drop(store, order["vends"][1])
    jammed = order["vends"][2]
    store.report(messages.VendFailed(command_id=jammed["id"], slot="1", code="EDT"))
    store.do(commands.PayOutRefund(store.key(), store.queries.open_refunds()[0]["id"]))
    sell(store, "sandbox")
    store.report(messages.CashSale(slot="1", price_minor=300, currency="CNY"))
    store.do(day.MoveCash("milk", "paid_out", 250, "milk"), day.MoveCash("safe", "drop", 10_000))
    store.do(day.CountDrawer("c", 10_740))
    assert close(store, uncounted=False) == ""
    page = (Path(__file__).resolve().parents[2] / "docs/closing-the-day.md").read_text("utf-8")
    told = dict(re.findall(r"^\| \**([^|*]+?)\** \| \**([−\d.]+)\** \|$", page, re.MULTILINE))
    z = z_of(store)
    cash = z["cash"]
    assert {name: round(float(value.replace("−", "-")) * 100) for name, value in told.items()} == {
        "Paid": z["paid_minor"],
        "Refunded": -z["refunded_minor"],
        "Machines' cash": z["cash_machine_minor"],
        "Takings": z["takings_minor"],
        f"Goods handed over, {z['units']} units": z["goods_minor"],
        "Float": cash["float_minor"],
        "Cash payments": cash["sales_minor"],
        "Cash refunds": -cash["refunds_minor"],
        "Paid out": -cash["paid_out_minor"],
        "Drops": -cash["drops_minor"],
        "Expected": cash["expected_minor"],
        "Counted": cash["counted_minor"],
        "Short": -cash["over_minor"],
        "Grand total": z["grand_total_minor"],
    }
