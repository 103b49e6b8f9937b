"""Headquarters' stock over HTTP on a real PostgreSQL: what people move, what follows demand, what can be read."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_sync.protocol import stock_facts
from tests.hq_stock import StockHq, started
from tests.journal_rows import cash, item, planned

hq = pytest.fixture(started)


def test_units_are_received_granted_recalled_and_every_step_can_be_traced(hq: StockHq) -> None:
    shop = hq.shop("sh-01")
    assert hq.post("/api/receipts", sku="A1", qty=50, receipt="L-1") == {"new": True}
    assert hq.post("/api/receipts", sku="A1", qty=50, receipt="L-1") == {"new": False}
    hq.post("/api/grants", store="sh-01", sku="A1", qty=20, why="opening week")
    shop.sync()
    hq.post("/api/recalls", store="sh-01", sku="A1", qty=5)
    [open_recall] = [m for m in hq.sku("A1")["moves"] if m["answered_at"] is None]
    assert (open_recall["kind"], open_recall["qty"]) == ("recall", 5)
    shop.sync()

    stock = hq.sku("A1")
    assert stock["pool"] == 35
    [store] = stock["stores"]
    assert (store["hold"], store["away"], store["limbo"]) == (15, 15, 0)
    assert [(m["kind"], m["why"], m["answered_qty"]) for m in stock["moves"]] == [
        ("recall", "by hand", 5),
        ("grant", "opening week", 20),
    ]
    path = hq.get("/api/stock/A1/trace")
    assert [(p["source"], p["target"], p["qty"]) for p in path] == [
        ("external", "pool", 50),
        ("pool", "sh-01/hold/1", 20),
        ("sh-01/hold/1", "pool", 5),
    ]
    assert hq.get("/api/stock/A1/trace", after=path[0]["id"], most=1) == path[1:2]
    [line] = hq.get("/api/stock")
    assert (line["sku"], line["pool"], line["hold"], line["holds"]) == ("A1", 35, 15, {"sh-01": 15})


def test_an_act_with_the_same_key_is_done_once_and_a_key_means_one_thing(hq: StockHq) -> None:
    hq.shop("sh-01")
    hq.post("/api/receipts", sku="A1", qty=50, receipt="L-1")
    first = hq.post("/api/grants", key="k1", store="sh-01", sku="A1", qty=20)
    assert hq.post("/api/grants", key="k1", store="sh-01", sku="A1", qty=20) == first
    assert hq.sku("A1")["pool"] == 30
    assert hq.refused("/api/grants", key="k1", store="sh-01", sku="A1", qty=9) == (409, "another")


def test_what_cannot_be_done_is_refused_in_words(hq: StockHq) -> None:
    hq.shop("sh-01")
    grant: dict[str, Any] = {"sku": "A1", "qty": 5}
    assert hq.refused("/api/grants", store="sh-01", **grant) == (409, "pool_short")
    assert hq.refused("/api/grants", store="nowhere", **grant) == (404, "unknown_store")
    assert hq.refused("/api/grants", store="sh-01", sku="A1", qty=0) == (400, "malformed")
    assert hq.refused("/api/corrections", sku="A1", difference=-1, why="broken") == (409, "pool_short")
    assert hq.refused("/api/corrections", sku="A1", difference=0, why="") == (400, "malformed")
    assert hq.refused("/api/policies", cover_days=1, minimum=5, ceiling=4) == (400, "malformed")
    assert hq.refused("/api/refill/set-aside", store="sh-01") == (409, "not_refilling")
    assert hq.client.get("/api/stock").status_code == 401


def test_a_store_that_runs_out_is_answered_in_the_same_sync(hq: StockHq) -> None:
    hq.post("/api/receipts", sku="A1", qty=50, receipt="L-1")
    hq.post("/api/policies", cover_days=2, minimum=4, ceiling=30)
    shop = hq.shop("sh-01", item("A1"), *planned("1-01", "A1", 1))
    shop.sync()
    shop.write(cash("c1"), stock_facts.RightsWanted(sku="A1"))
    [grant] = shop.sync().granted
    assert grant.qty >= 4
    assert hq.sku("A1")["moves"][0]["why"].endswith("has run out")


def test_rights_follow_demand_and_what_lies_idle_comes_back(hq: StockHq) -> None:
    busy = hq.shop("sh-01", item("A1"), *planned("1-01", "A1", 9))
    idle = hq.shop("sh-02", item("A1"), *planned("1-01", "A1", 30))
    busy.write(*(cash(f"c{n}", sold_at=hq.now) for n in range(8)))
    busy.sync()
    idle.sync()
    hq.post("/api/policies", cover_days=1, minimum=2, ceiling=40)
    hq.rounds()
    idle.sync()
    assert idle.released == 28, "all but its minimum: it sold nothing"
    hq.rounds()
    busy.sync()
    stores = {s["store"]: s for s in hq.sku("A1")["stores"]}
    assert stores["sh-01"]["hold"] > 8
    assert stores["sh-02"]["hold"] == 2
    before = len(hq.get("/api/stock/A1/trace"))
    for _ in range(3):
        hq.rounds()
        busy.sync()
        idle.sync()
    assert len(hq.get("/api/stock/A1/trace")) == before, "nothing goes to and fro"


def test_a_recall_is_not_repeated_while_it_is_unanswered(hq: StockHq) -> None:
    shop = hq.shop("sh-01", item("A1"), *planned("1-01", "A1", 30))
    shop.sync()
    hq.post("/api/policies", cover_days=1, minimum=0, ceiling=9)
    hq.rounds()
    hq.rounds()
    assert [m["kind"] for m in hq.sku("A1")["moves"]] == ["recall"]


def test_a_dead_store_is_retired_and_its_units_are_brought_back_or_written_off(hq: StockHq) -> None:
    shop = hq.shop("sh-01", item("A1"), *planned("1-01", "A1", 9))
    shop.sync()
    assert hq.post("/api/stores/sh-01/retire")["limbo"] == {"A1": 9}
    assert hq.post("/api/stores/sh-01/retire")["limbo"] == {"A1": 9}, "once is enough"
    [right] = hq.get("/api/stores/sh-01/rights")
    assert (right["hold"], right["limbo"]) == (0, 9)
    assert hq.post("/api/stock/bring-back", store="sh-01", sku="A1", qty=6) == {"moved": 6}
    assert hq.post("/api/stock/write-off", store="sh-01", sku="A1") == {"moved": 3}
    stock = hq.sku("A1")
    assert (stock["pool"], stock["shrink"]) == (6, 3)


def test_alerts_stand_until_a_person_closes_them(hq: StockHq) -> None:
    shop = hq.shop("sh-01", item("A1"), *planned("1-01", "A1", 1))
    shop.write(
        stock_facts.StockFound(sku="A1", qty=2, into="available", reason="sold_without_right"), cash("c1")
    )
    shop.sync()
    [alert] = hq.get("/api/alerts")
    assert (alert["kind"], alert["store"], alert["qty"]) == ("sold_without_right", "sh-01", 2)
    named = {name: alert[name] for name in ("kind", "store", "sku", "reference")}
    assert hq.post("/api/alerts/close", **named, note="found a box") == {"closed": True}
    assert hq.get("/api/alerts") == []
    assert hq.post("/api/alerts/close", **named, note="again") == {"closed": False}


def test_after_a_restore_a_person_may_go_on_without_a_store(hq: StockHq) -> None:
    for store in ("sh-01", "sh-02"):
        hq.shop(store, item("A1"), *planned("1-01", "A1", 5)).sync()
    hq.restored()
    state: Any = hq.get("/api/refill")
    assert (state["refilling"], state["awaited"]) == (True, ["sh-01", "sh-02"])
    assert hq.refused("/api/grants", store="sh-01", sku="A1", qty=1) == (503, "refilling")
    assert hq.post("/api/refill/set-aside", store="sh-02")["awaited"] == ["sh-01"]
    assert hq.post("/api/refill/end") == {"set_aside": ["sh-01"], "refilling": False}
    assert hq.get("/api/refill")["set_aside"] == ["sh-01", "sh-02"]
