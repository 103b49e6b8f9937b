"""Prices have versions, labels show them, and one that lags is a person's business."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import rfc3339
from edge_agent.adapters.label_relay import LabelRelay
from edge_agent.adapters.timers import Timers
from edge_agent.domain import commands, label
from edge_agent.entrypoints.feed import Feed
from hardware import messages
from hardware.messages import Command
from tests.edge_harness import START, Store, assert_chained, read_journal

SHELF = "shelf-1"


class Wire:
    """Takes what the relay sends; a line that is down takes nothing."""

    def __init__(self) -> None:
        self.up = True
        self.sent: list[Command] = []

    def command(self, device: str, command: Command) -> bool:
        assert device == SHELF
        if self.up:
            self.sent.append(command)
        return self.up

    def taken(self) -> list[Command]:
        """What came since the last call."""
        taken, self.sent = self.sent, []
        return taken


class Shelf:
    """A store with a shelf of two labels, worked by hand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.wire = Wire()
        self.relay = LabelRelay(store.queries, self.wire, store.clock)
        self.timers = Timers(store.queries, store.brain, store.clock, store.policy)

    def price(self, minor: int, sku: str = "A") -> None:
        listed = commands.ListedItem(sku, f"商品{sku}", sku, minor)
        assert self.store.do(commands.ListItems(self.store.key(), (listed,))).refused == ""

    def plan(self, sku: str = "A", name: str = "l1") -> str:
        planned = (commands.PlannedLabel(SHELF, name, sku),)
        return self.store.do(commands.PlanLabels(self.store.key(), planned)).refused

    def sent(self) -> list[tuple[str, int, int]]:
        """Label, price and version of every command that the relay sends now."""
        self.relay.step()
        return [(c.label, c.price_minor, c.version) for c in self.wire.taken()]

    def shows(self, minor: int, version: int, *, sku: str = "A", name: str = "l1") -> None:
        shown = messages.LabelShown(label=name, item=sku, price_minor=minor, version=version)
        self.store.report(shown, device=SHELF)

    def is_(self, status: str) -> None:
        self.store.do(commands.DevicePresence("", SHELF, messages.State(status=status)))

    def wait(self, seconds: float) -> None:
        self.store.clock.pass_s(seconds)
        self.timers.step()
        while self.store.brain.step(0):
            pass

    @property
    def label(self) -> dict[str, Any]:
        return self.store.queries.labels()[0]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    store = Store(tmp_path / "store.db")
    shelf = Shelf(store)
    shelf.price(500)
    store.introduce(SHELF)
    yield shelf
    store.close()
    assert_chained(store.path)


# ── versions of a price ─────────────────────────────────────────────────────────────────────────────


def test_a_new_price_is_the_next_version_and_the_same_price_is_not(shelf: Shelf) -> None:
    for minor, version in ((500, 1), (500, 1), (450, 2), (500, 3)):
        shelf.price(minor)
        assert shelf.store.queries.items(["A"])[0]["price_version"] == version


def test_one_import_may_name_a_product_twice_and_the_versions_still_go_up(shelf: Shelf) -> None:
    twice = (commands.ListedItem("A", "甲", "A", 600), commands.ListedItem("A", "甲", "A", 700))
    shelf.store.do(commands.ListItems("k", twice))
    assert [f.price_version for f in shelf.store.facts(facts.ItemListed)] == [1, 2, 3]


def test_an_order_freezes_the_version_of_its_price(shelf: Shelf) -> None:
    shelf.store.stock(("vm-1", "1", "A", 5), price_minor=450)
    before = shelf.store.look(shelf.store.order(("A", 1)).subject)
    shelf.price(900)
    (line,) = shelf.store.look(before["id"])["lines"]
    assert (line["price_minor"], line["price_version"]) == (450, 2)
    assert shelf.store.facts(facts.OrderPlaced)[0].lines[0].price_version == 2


# ── what is sent ────────────────────────────────────────────────────────────────────────────────────


def test_a_planned_label_is_given_its_price_once_and_each_new_price_as_it_comes(shelf: Shelf) -> None:
    shelf.plan()
    assert shelf.sent() == [("l1", 500, 1)]
    assert shelf.sent() == []
    shelf.shows(500, 1)
    shelf.price(450)
    assert shelf.sent() == [("l1", 450, 2)]
    shelf.shows(450, 2)
    assert shelf.label["state"] == "shown"
    assert shelf.sent() == []


def test_a_label_of_another_product_is_left_in_peace(shelf: Shelf) -> None:
    shelf.price(100, "B")
    shelf.plan()
    shelf.shows(500, 1)
    shelf.price(120, "B")
    assert shelf.sent() == []


def test_a_label_that_goes_to_another_product_and_back_is_asked_each_time(shelf: Shelf) -> None:
    shelf.price(100, "B")
    ids = []
    for sku in ("A", "B", "A"):
        shelf.plan(sku)
        shelf.relay.step()
        ids += [command.id for command in shelf.wire.taken()]
        shelf.wait(1)
    assert len(set(ids)) == 3, "a device obeys an id once"


def test_a_label_that_does_not_answer_is_asked_again_less_and_less_often(shelf: Shelf) -> None:
    shelf.plan()
    asked_at_s = []
    for second in range(0, 1_500, 5):
        if shelf.sent():
            asked_at_s.append(second)
        shelf.store.clock.pass_s(5)
    assert asked_at_s == [0, 15, 45, 105, 225, 465, 765, 1065, 1365]


def test_a_restart_goes_on_with_the_same_tries_and_a_lost_line_repeats_them(shelf: Shelf) -> None:
    shelf.plan()
    shelf.relay.step()
    (first,) = shelf.wire.taken()
    LabelRelay(shelf.store.queries, shelf.wire, shelf.store.clock).step()
    assert [command.id for command in shelf.wire.taken()] == [first.id]
    shelf.relay.start_over()
    shelf.wire.up = False
    assert shelf.sent() == []
    shelf.wire.up = True
    shelf.relay.step()
    assert [command.id for command in shelf.wire.taken()] == [first.id]


def test_a_command_expires_before_the_third_try(shelf: Shelf) -> None:
    shelf.plan()
    shelf.relay.step()
    (command,) = shelf.wire.taken()
    assert command.expires_at == rfc3339(START + timedelta(seconds=label.COMMAND_TTL_S))


def test_a_shelf_that_is_away_is_not_asked_and_is_at_once_when_it_is_back(shelf: Shelf) -> None:
    shelf.plan()
    shelf.shows(500, 1)
    shelf.is_("lost")
    shelf.price(450)
    assert shelf.sent() == []
    shelf.wait(3_600)
    shelf.is_("ready")
    assert shelf.sent() == [("l1", 450, 2)]
    shelf.wait(15)
    assert shelf.sent() == [("l1", 450, 2)], "the pauses begin anew with every return"


def test_after_a_boot_every_label_of_the_shelf_is_asked_to_show_its_price(shelf: Shelf) -> None:
    shelf.plan()
    shelf.shows(500, 1)
    shelf.store.report(messages.Booted(), device=SHELF, boot="boot2")
    assert shelf.sent() == [("l1", 500, 1)]
    shelf.shows(500, 1)
    assert shelf.label["state"] == "shown"


# ── what a person is told ───────────────────────────────────────────────────────────────────────────


def test_a_label_that_keeps_its_old_price_beyond_the_patience_is_told_once(shelf: Shelf) -> None:
    shelf.plan()
    shelf.shows(500, 1)
    shelf.price(450)
    shelf.wait(59)
    assert shelf.label["state"] == "waiting"
    shelf.wait(1)
    shelf.wait(60)
    assert len(shelf.store.facts(device_facts.LabelLagged)) == 1
    lagging = shelf.label
    assert (lagging["state"], lagging["price_minor"], lagging["shown"]["price_minor"]) == (
        "lagging",
        450,
        500,
    )
    shelf.price(400)
    assert shelf.label["state"] == "lagging", "another price does not make it right"
    shelf.shows(400, 3)
    assert shelf.label["state"] == "shown"
    assert shelf.label["since"] == ""


def test_an_old_price_that_comes_back_by_itself_begins_a_new_wait(shelf: Shelf) -> None:
    shelf.plan()
    shelf.price(450)
    shelf.shows(450, 2)
    shelf.wait(600)
    shelf.shows(500, 1)
    assert shelf.label["state"] == "waiting"
    shelf.wait(60)
    assert shelf.label["state"] == "lagging"


def test_a_label_that_fails_is_told_at_once_and_still_tried(shelf: Shelf) -> None:
    shelf.plan()
    assert len(shelf.sent()) == 1
    wrong = messages.LabelFailed(label="l1", item="A", version=9, reason="broken")
    shelf.store.report(wrong, device=SHELF)
    assert shelf.label["state"] == "waiting", "it speaks of a price that is not asked for"
    shelf.store.report(messages.LabelFailed(label="l1", item="A", version=1, reason="battery"), device=SHELF)
    assert (shelf.label["state"], shelf.label["reason"]) == ("failed", "battery")
    shelf.wait(15)
    assert len(shelf.sent()) == 1
    shelf.shows(500, 1)
    assert (shelf.label["state"], shelf.label["reason"]) == ("shown", "")


def test_a_weak_battery_is_told_from_the_shelfs_readings(shelf: Shelf) -> None:
    shelf.plan()
    for percent, low in ((80.0, False), (14.0, True)):
        state = messages.State(status="ready", readings={"battery_l1_percent": percent})
        shelf.store.do(commands.DevicePresence("", SHELF, state))
        assert (shelf.label["battery_percent"], shelf.label["battery_low"]) == (percent, low)


def test_a_label_that_shows_a_newer_version_than_there_is_makes_the_price_newer_still_once(
    shelf: Shelf,
) -> None:
    """As after the store's computer was replaced: versions began anew, and no device lets an older one in."""
    shelf.plan()
    shelf.shows(600, 7)
    shelf.wait(60)
    assert shelf.sent() == [("l1", 500, 8)]
    shelf.shows(500, 9)
    for _ in range(5):
        shelf.wait(60)
    assert shelf.label["version"] == 8, "a label that always says more is not followed"
    assert shelf.label["state"] == "lagging"


def test_a_label_that_goes_to_another_product_gets_its_price_with_a_newer_version(shelf: Shelf) -> None:
    for minor in (510, 520, 530):
        shelf.price(minor)
    shelf.plan()
    shelf.shows(530, 4)
    shelf.price(100, "B")
    shelf.plan("B")
    assert shelf.sent() == [("l1", 100, 5)]
    shelf.shows(100, 5, sku="B")
    shelf.price(110, "B")
    assert shelf.sent() == [("l1", 110, 6)]


@pytest.mark.parametrize("shown", [label.MAX_VERSION, label.MAX_VERSION + 1])
def test_a_version_that_nobody_can_top_is_not_topped(shelf: Shelf, shown: int) -> None:
    shelf.plan()
    shelf.shows(600, shown)
    shelf.wait(60)
    assert (shelf.label["version"], shelf.label["state"]) == (1, "lagging")


# ── the plan ────────────────────────────────────────────────────────────────────────────────────────


def test_a_label_for_a_product_nobody_knows_refuses_the_whole_plan(shelf: Shelf) -> None:
    planned = (commands.PlannedLabel(SHELF, "l1", "A"), commands.PlannedLabel(SHELF, "l2", "ghost"))
    assert shelf.store.do(commands.PlanLabels("k", planned)).refused == "unknown_item"
    assert shelf.store.queries.labels() == []


def test_the_same_plan_again_is_no_news_and_an_empty_product_ends_it(shelf: Shelf) -> None:
    shelf.plan()
    shelf.plan()
    assert len(shelf.store.facts(device_facts.LabelPlanned)) == 1
    shelf.plan("")
    assert shelf.store.queries.labels() == []
    assert shelf.sent() == []
    shelf.shows(500, 1)
    assert shelf.store.queries.labels() == [], "what is not planned is only journalled"


@pytest.mark.parametrize(
    "nonsense",
    [
        messages.LabelShown(label="l1", item="A", price_minor=-1, version=1),
        messages.LabelShown(label="l1", item="A", price_minor=10**20, version=1),
        messages.LabelShown(label="l1", item="A", price_minor=1, version=10**20),
        messages.LabelFailed(label="l1", item="A", version=-1),
    ],
)
def test_a_label_that_says_what_no_label_can_show_is_kept_aside(
    shelf: Shelf, nonsense: messages.Report
) -> None:
    shelf.plan()
    before = shelf.label
    shelf.store.report(nonsense, device=SHELF)
    assert shelf.label == before
    assert len(shelf.store.queries.quarantined()) == 1


def test_screens_of_staff_hear_of_labels_and_kiosks_do_not(shelf: Shelf) -> None:
    feed = Feed(shelf.store.queries, list)
    shelf.plan()
    seq = feed.snapshot("", staff=True)["seq"]
    assert feed.snapshot("", staff=True)["entities"]["label"][f"{SHELF}/l1"]["state"] == "waiting"
    assert "label" not in feed.snapshot("")["entities"]
    shelf.price(450)
    told = [c for c in json.loads(feed.catch_up(seq, staff=True).text)["changes"] if c["kind"] == "label"]
    assert [(c["key"], c["value"]["version"]) for c in told] == [(f"{SHELF}/l1", 2)]
    assert not [c for c in json.loads(feed.catch_up(seq).text)["changes"] if c["kind"] == "label"]
    shelf.plan("")
    assert feed.changes_after(seq)["changes"][-1] == {"kind": "label", "key": f"{SHELF}/l1", "value": None}


# ── reports of shelves and machines that are interactions ───────────────────────────────────────────


def interactions(store: Store) -> list[facts.Interaction]:
    return [f for _, f in read_journal(store.path, "interactions") if isinstance(f, facts.Interaction)]


def test_a_tagged_unit_in_somebodys_hands_is_told_without_its_tag(shelf: Shelf) -> None:
    shelf.store.report(messages.ItemSensed(item="A", tag="3034257BF7194E4000001A85"), device=SHELF)
    (sensed,) = interactions(shelf.store)
    assert (sensed.kind, sensed.item, sensed.detail) == ("item_sensed", "A", {})


def test_a_button_that_nobody_had_paid_for_is_a_look_at_the_product(shelf: Shelf) -> None:
    shelf.store.stock(("vm-1", "1", "A", 5))
    for slot, item in (("1", "A"), ("9", "")):
        shelf.store.report(messages.SlotSelected(slot=slot, price_minor=500, currency="CNY"))
        seen = interactions(shelf.store)[-1]
        assert (seen.kind, seen.item) == ("item_viewed", item)
        assert seen.detail == {"slot": slot, "price_minor": 500, "currency": "CNY", "at_machine": True}


def test_how_many_units_and_whether_misplaced_are_details(shelf: Shelf) -> None:
    shelf.store.report(messages.ItemPutBack(plate="p1", item="A", weight_g=240.0, count=2, misplaced=True))
    (put_back,) = interactions(shelf.store)
    assert put_back.detail == {"plate": "p1", "weight_g": 240.0, "count": 2, "misplaced": True}
