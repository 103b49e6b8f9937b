"""A member shows a code, buys, earns and spends: only what this store holds, and nobody needs to be one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud_sync.hq.rules.member_folds import MEMBER_FACTS
from cloud_sync.protocol import facts, member_facts
from cloud_sync.protocol.codes.own_codes import Content, mint
from cloud_sync.protocol.rules_facts import StoreRules
from cloud_sync.protocol.shop_instructions import (
    EraseMember,
    GrantPoints,
    Member,
    MergeMembers,
    RecallPoints,
    Rules,
)
from edge_agent.adapters.sqlite_store.verify import verify
from edge_agent.domain import commands
from edge_agent.domain.member_commands import MemberShown
from edge_agent.domain.methods import COUNTER
from hardware import messages
from tests.edge_harness import START, Store

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PUBLIC = Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw().hex()
RULES = StoreRules(version=1, code_keys={"hq-1": PUBLIC}, points_per_major=2, point_value_minor=1)
ANN = "m-7f3a9c02"


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store.db", shares_stock=True)
    made.stock(("vm-1", "1", "A", 9))
    made.told(Rules(rules=RULES))
    yield made
    assert verify(made.path) == []
    made.close()


NEXT_YEAR = START + timedelta(days=365)


def code(member: str = ANN, tier: str = "T2", *, key: bytes = KEY, until: datetime = NEXT_YEAR) -> str:
    content = Content(key="hq-1", id=member, expires_at=int(until.timestamp()), tier=tier)
    return mint("member", content, key)


def show(store: Store, text: str, visit: str = "v1"):
    return store.do(MemberShown(store.key(), "kiosk-1", visit, text))


def here(store: Store, member: str = ANN):
    found = store.journal.reader.member(member)
    assert found is not None
    return found


def buy(store: Store, *, points: int = 0, dispensed: bool = True, qty: int = 1) -> str:
    """A member's order, paid at the counter, whose unit drops or does not. Points are as the order says."""
    key = store.key()
    line = commands.RequestedLine("A", qty)
    placed = store.do(commands.PlaceOrder(key, "kiosk", "kiosk-1", (line,), visit="v1", points=points))
    assert not placed.refused, placed
    store.do(commands.RequestPayment(store.key(), placed.subject, COUNTER))
    for vend in store.look(placed.subject)["vends"]:
        ended = (
            messages.VendSucceeded(command_id=vend["id"], slot="1", drop_confirmed=True)
            if dispensed
            else messages.VendFailed(command_id=vend["id"], slot="1", code="EJB")
        )
        store.report(ended)
    return placed.subject


def pay_out(store: Store, order: str) -> None:
    for refund in store.look(order)["refunds"]:
        store.do(commands.PayOutRefund(store.key(), refund["id"]))


def written(store: Store, kind: type[facts.Fact]) -> list[Any]:
    return store.facts(kind)


def test_a_code_alone_tells_who_is_here_without_any_network(store):
    assert show(store, code()).refused == ""
    assert (here(store).tier, here(store).points) == ("T2", 0)
    assert store.journal.reader.member_of_visit("v1") == ANN
    assert store.journal.reader.tier(ANN) == "T2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (code(key=OTHER_KEY), "member_invalid"),
        (code()[:-9], "member_invalid"),
        ("hello", "member_invalid"),
        (mint("coupon", Content(key="hq-1", id="c1", expires_at=2_000_000_000), KEY), "member_invalid"),
        (code(until=START - timedelta(seconds=1)), "member_expired"),
    ],
)
def test_a_code_that_is_not_good_makes_nobody_a_member_and_the_shop_sells_all_the_same(store, text, why):
    assert show(store, text).refused == why
    assert not written(store, member_facts.MemberKnown)
    assert store.paid_order(("A", 1))["paid_minor"] == 500


def test_headquarters_word_of_a_tier_outlasts_the_code(store):
    show(store, code(tier="T1"))
    store.told(Member(member=ANN, tier="T3", elsewhere=40))
    show(store, code(tier="T1"), "v2")
    assert (here(store).tier, here(store).elsewhere) == ("T3", 40)


def test_points_are_earned_for_whole_units_of_money_when_the_order_ends(store):
    show(store, code())
    buy(store)
    assert here(store).points == 10, "2 points for each of ¥5"


def test_nothing_is_earned_for_what_was_not_delivered(store):
    show(store, code())
    pay_out(store, buy(store, dispensed=False))
    assert here(store).points == 0


def test_a_later_refund_takes_points_back_but_never_more_than_are_held(store):
    show(store, code())
    order = buy(store)
    store.told(RecallPoints(recall="R1", member=ANN, points=7))
    assert here(store).points == 3
    store.do(commands.RefundOrder(store.key(), order, 500, "broken"))
    pay_out(store, order)
    assert here(store).points == 0
    assert [fact.points for fact in written(store, member_facts.PointsEarned)] == [10, -3]


def test_a_recall_gives_back_what_is_here_and_no_more(store):
    show(store, code())
    store.told(GrantPoints(grant="G1", member=ANN, points=30))
    store.told(RecallPoints(recall="R1", member=ANN, points=50))
    assert here(store).points == 0
    assert written(store, member_facts.PointsReleased)[0].points == 30


def test_showing_a_code_asks_headquarters_for_points_held_elsewhere(store):
    show(store, code())
    assert [fact.points for fact in written(store, member_facts.PointsWanted)] == [0]


def test_a_merged_member_is_the_other_one_by_either_code(store):
    show(store, code())
    buy(store)
    store.told(Member(member="m-2", tier="T3"))
    store.told(MergeMembers(member=ANN, into="m-2"))
    show(store, code(), "v9")
    assert (here(store).member, here(store).points, here(store).tier) == ("m-2", 10, "T3")
    assert store.journal.reader.member_of_visit("v1") == "m-2"
    assert store.journal.reader.member_of_visit("v9") == "m-2"


def test_an_order_that_ends_after_a_merge_earns_for_the_one_who_is_left(store):
    show(store, code())
    line = (commands.RequestedLine("A", 1),)
    placed = store.do(commands.PlaceOrder("o1", "kiosk", "kiosk-1", line, member=ANN))
    store.told(MergeMembers(member=ANN, into="m-2"))
    store.do(commands.RequestPayment(store.key(), placed.subject, COUNTER))
    vend = store.look(placed.subject)["vends"][0]["id"]
    store.report(messages.VendSucceeded(command_id=vend, slot="1", drop_confirmed=True))
    assert here(store, "m-2").points == 10


def test_an_erased_member_leaves_no_visit_no_points_and_no_way_back(store):
    show(store, code())
    buy(store)
    store.told(EraseMember(member=ANN))
    assert here(store).points == 0
    assert store.journal.reader.member_of_visit("v1") == ""
    assert show(store, code(), "v2").refused == "member_erased"
    assert store.journal.reader.tier(ANN) == ""
    assert store.paid_order(("A", 1))["paid_minor"] == 500


def test_an_order_of_nobody_the_store_knows_is_sold_as_anybodys(store):
    line = (commands.RequestedLine("A", 1),)
    placed = store.do(commands.PlaceOrder("o1", "kiosk", "kiosk-1", line, member="m-unknown", visit="v7"))
    assert placed.refused == ""
    assert store.facts(facts.OrderPlaced)[0].member == ""


def test_no_name_and_no_phone_has_a_place_in_any_row_about_members(store):
    fields = {name for kind in MEMBER_FACTS for name in kind.__struct_fields__}
    assert not fields & {"name", "phone", "email", "address", "birthday", "text", "code"}


def test_a_new_epoch_holds_no_points_and_still_knows_the_member(store):
    show(store, code())
    buy(store)
    store.open_epoch(2)
    assert (here(store).points, here(store).tier) == (0, "T2")


def test_points_are_spent_at_checkout_and_come_back_when_nobody_pays(store):
    show(store, code())
    store.told(GrantPoints(grant="G1", member=ANN, points=120))
    line = (commands.RequestedLine("A", 1),)
    placed = store.do(commands.PlaceOrder("o1", "kiosk", "kiosk-1", line, visit="v1", points=120))
    assert placed.refused == ""
    assert (here(store).points, store.look(placed.subject)["total_minor"]) == (0, 380)
    store.do(commands.CancelOrder(store.key(), placed.subject))
    assert here(store).points == 120


def test_more_points_than_are_held_here_cannot_be_spent(store):
    show(store, code())
    store.told(Member(member=ANN, tier="T2", elsewhere=500))
    line = (commands.RequestedLine("A", 1),)
    placed = store.do(commands.PlaceOrder("o1", "kiosk", "kiosk-1", line, visit="v1", points=1))
    assert placed.refused == "points_short"


def test_nonsense_from_headquarters_is_passed_over(store):
    store.told(Member(member=ANN, tier="gold"))
    store.told(GrantPoints(grant="G1", member=ANN, points=0))
    store.told(Rules(rules=StoreRules(version=2, code_keys={"hq-1": "no key"})))
    assert store.journal.reader.member(ANN) is None
    assert show(store, code()).refused == ""
