"""Picking up: a signed code for an order, what is typed of it, and how its pick-up stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cloud_sync.protocol.codes import own_codes
from edge_agent.adapters.code_key import from_private
from edge_agent.adapters.sqlite_store.pickup_tables import PICKUP_TABLES
from edge_agent.domain import commands
from edge_agent.domain.pickup import code_of, read_code, standing, typed
from edge_agent.domain.refusals import Refusal, sentences
from tests.edge_harness import Store, assert_books_hold

KEY = from_private(b"k" * 32)
KEYS = {KEY.name: KEY.public}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "can", 3), ("vm-1", "2", "shirt", 0))
    assert store.do(commands.ReceiveStock(store.key(), "shirt", 9, "supplier")).refused == ""
    store.queries.code_key = KEY
    yield store
    assert_books_hold(store.path)
    store.close()


def ordered(store: Store, way: str = "pickup", *, pay: bool = True) -> str:
    line = commands.RequestedLine("can" if way == "vend" else "shirt", 1, handover=way)
    placed = store.do(commands.PlaceOrder(store.key(), "kiosk", "kiosk-1", (line,)))
    if pay:
        assert store.do(commands.RequestPayment(store.key(), placed.subject, "counter")).refused == ""
    return placed.subject


def state(store: Store, order: str) -> str:
    return str(standing(store.look(order))["standing"])


def test_the_code_names_its_order_to_the_store_that_signed_it() -> None:
    code = code_of("ABCDEFGH23", "pop-1", KEY.name, KEY.private)
    assert code == code_of("ABCDEFGH23", "pop-1", KEY.name, KEY.private), "the same whenever it is asked for"
    assert read_code(f" {code.lower()}\n", KEYS, "pop-1") == "ABCDEFGH23"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (code_of("ABCDEFGH23", "pop-2", KEY.name, KEY.private), "order_code_elsewhere"),
        (code_of("ABCDEFGH23", "pop-1", KEY.name, b"x" * 32), "order_code_invalid"),
        (code_of("ABCDEFGH23", "pop-1", "other", KEY.private), "order_code_invalid"),
        (
            own_codes.mint("coupon", own_codes.Content(key=KEY.name, id="C", expires_at=9), KEY.private),
            "order_code_invalid",
        ),
        ("PS1.O.ABC", "order_code_invalid"),
        ("ABCDEFGH23", "order_code_invalid"),
    ],
)
def test_any_other_code_is_refused_with_a_sentence(text: str, why: str) -> None:
    refused = read_code(text, KEYS, "pop-1")
    assert isinstance(refused, Refusal)
    assert refused.code == why
    assert all(sentences(refused))


def test_a_code_is_shown_for_as_long_as_something_waits_at_the_counter(store: Store) -> None:
    unpaid = ordered(store, pay=False)
    assert (store.look(unpaid)["pickup_code"], state(store, unpaid)) == ("", "unpaid")
    order = ordered(store)
    code = store.look(order)["pickup_code"]
    assert store.queries.order_of_code(code) == order
    assert state(store, order) == "ready"
    assert store.do(commands.HandOver(store.key(), f"{order}-1")).refused == ""
    assert store.look(order)["pickup_code"] == ""
    done = standing(store.look(order))
    assert (done["standing"], done["by"]) == ("collected", "staff")
    assert done["at"] == store.look(order)["handovers"][0]["sold_at"]
    machine = ordered(store, "vend")
    assert (store.look(machine)["pickup_code"], state(store, machine)) == ("", "nothing")


def test_what_was_given_up_is_refunded_and_what_was_not_paid_is_cancelled(store: Store) -> None:
    order = ordered(store)
    assert store.do(commands.FailHandover(store.key(), f"{order}-1", "missing")).refused == ""
    assert state(store, order) == "refunded"
    unpaid = ordered(store, pay=False)
    store.do(commands.CancelOrder(store.key(), unpaid))
    assert state(store, unpaid) == "cancelled"


def test_an_order_is_found_by_its_end_however_it_is_typed(store: Store) -> None:
    order, other = ordered(store), ordered(store)
    find = store.queries.orders_typed
    for text in (
        order,
        order.lower(),
        f" {order[:5]} {order[5:]} ",
        order[-4:],
        order[-6:-3] + "-" + order[-3:],
    ):
        assert find(text) == [order], text
    assert find(other[-4:]) == [other]
    assert find(order[-3:]) == [], "three characters fit too many"
    assert find("2222222222") == []
    assert find(store.look(order)["pickup_code"]) == [order]
    machine = ordered(store, "vend")
    assert (find(machine), find(machine[-5:])) == ([machine], [])
    elsewhere = code_of(order, "pop-2", KEY.name, KEY.private)
    refused: Any = find(elsewhere)
    assert refused.code == "order_code_elsewhere"


def test_nought_one_and_eight_are_read_as_the_letters_they_look_like() -> None:
    assert typed(" a0-b1 c8 ") == "AOBICB"


def test_looking_for_an_order_goes_by_an_index(store: Store) -> None:
    plan = store.queries._rows(
        "EXPLAIN QUERY PLAN SELECT order_id FROM handovers WHERE substr(order_id, -4) = 'ABCD'"
    )
    assert "handovers_by_end" in plan[0]["detail"]


def test_an_older_file_learns_from_its_journal_who_handed_over(store: Store) -> None:
    orders = [ordered(store), ordered(store), ordered(store)]
    store.do(commands.HandOver(store.key(), f"{orders[0]}-1"))
    store.do(commands.HandOver(store.key(), f"{orders[1]}-1", by="headquarters"))
    store.db.execute("DROP INDEX handovers_by_end")
    store.db.execute("ALTER TABLE handovers DROP COLUMN handed_by")
    for statement in PICKUP_TABLES.split(";"):
        store.db.execute(statement)
    store.db.commit()
    said = [store.look(order)["handovers"][0]["by"] for order in orders]
    assert said == ["staff", "headquarters", ""]
