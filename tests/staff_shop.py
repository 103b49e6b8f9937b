"""A store as the tablet reads it, for tests of what is drawn and of what a tap does. Nothing runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.entrypoints.staff.shop import Shop, StreamState

NOW = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)


def at(minutes_ago: float) -> str:
    return rfc3339(NOW - timedelta(minutes=minutes_ago))


def slot(name: str = "1-01", count: int = 5, **more: Any) -> dict[str, Any]:
    return {
        "slot": name,
        "sku": "A1",
        "name_zh": "可乐",
        "name_en": "Cola",
        "count": count,
        "held": 0,
        "par_level": 8,
        "capacity": 10,
        "blocked": None,
        "food": False,
    } | more


def device(name: str = "vm-1", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "vending",
        "model": "Vendo 6",
        "status": "ready",
        "faults": [],
        "readings": {"temperature_c": 4.02},
        "last_seen_at": at(1),
        "clock_offset_ms": 12,
        "food_stopped": None,
        "slots": [slot()],
    } | more


def case(vend: str = "ORDER-1-1", **more: Any) -> dict[str, Any]:
    return {
        "id": vend,
        "order": "ORDER",
        "device": "vm-1",
        "slot": "1-01",
        "sku": "A1",
        "name_zh": "可乐",
        "name_en": "Cola",
        "price_minor": 350,
        "currency": "CNY",
        "state": "unknown",
        "code": "no_answer",
        "case_number": vend,
        "disputed": "",
        "at": at(3),
    } | more


def refund(name: str = "PAY-R1", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "payment": "PAY",
        "order": "ORDER",
        "amount_minor": 350,
        "currency": "CNY",
        "reason": "vend_failed:EJC",
        "state": "requested",
        "method": "counter",
    } | more


def order(**more: Any) -> dict[str, Any]:
    line = {"line": 1, "sku": "A1", "name_zh": "可乐", "name_en": "Cola", "qty": 2, "price_minor": 350}
    return {
        "id": "ORDER",
        "state": "completed",
        "currency": "CNY",
        "total_minor": 700,
        "paid_minor": 700,
        "refunded_minor": 0,
        "placed_at": at(9),
        "lines": [line | {"device": "vm-1", "slot": "1-01"}],
        "payment": {"id": "PAY", "method": "counter", "state": "paid", "amount_minor": 700},
        "refunds": [],
        "vends": [],
        "handovers": [],
    } | more


def product(sku: str = "A1", *, room: int = 0, **more: Any) -> dict[str, Any]:
    """As many rights as goods: five in the machine, and what is in the stock room."""
    return {
        "sku": sku,
        "name_zh": "可乐",
        "name_en": "Cola",
        "available": 5 + room,
        "held": 0,
        "deficit": 0,
        "counted_in": True,
        "in_slots": 5,
        "pinned": 0,
        "room": {"available": room, "damaged": 0, "tester": 0},
    } | more


def pin(reservation: str = "R-1", **more: Any) -> dict[str, Any]:
    return {
        "reservation": reservation,
        "sku": "A1",
        "name_zh": "可乐",
        "name_en": "Cola",
        "qty": 1,
        "how": "picked_up",
        "for_whom": "H7KQ",
    } | more


def audit(name: str = "vm-1-audit-2", **more: Any) -> dict[str, Any]:
    line = {
        "selection": "1-01",
        "slot": "1-01",
        "sku": "A1",
        "name_zh": "可乐",
        "name_en": "Cola",
        "machine_units": 3,
        "own_units": 1,
        "machine_minor": 1_050,
        "own_minor": 350,
    }
    return {
        "audit": name,
        "device": "vm-1",
        "since": at(60 * 24),
        "at": at(3),
        "lines": [line],
        "more": 0,
        "currency": "CNY",
    } | more


def label(name: str = "l1", **more: Any) -> dict[str, Any]:
    return {
        "device": "shelf-1",
        "label": name,
        "sku": "A1",
        "name_zh": "可乐",
        "name_en": "Cola",
        "price_minor": 550,
        "currency": "CNY",
        "version": 2,
        "shown": {"item": "A1", "price_minor": 600, "version": 1, "at": at(60)},
        "state": "lagging",
        "since": at(5),
        "reason": "",
        "battery_percent": None,
        "battery_low": False,
    } | more


def shop(**more: Any) -> Shop:
    """A calm store with one machine; `more` replaces what matters to a test."""
    calm = Shop(
        now=NOW,
        store={
            "id": "s",
            "name": "测试店",
            "timezone": "Asia/Shanghai",
            "currency": "CNY",
            "selling": True,
            "notice": None,
            "standing": {"state": "ok", "reason": ""},
        },
        sync={
            "state": "online",
            "waiting": 0,
            "oldest_waiting_s": 0,
            "last_ok_at": at(0),
            "reason": "",
            "message": "",
            "message_zh": "",
            "message_en": "",
            "clock_offset_ms": 0,
        },
        streams=(StreamState("ledger", 10, 10, 0), StreamState("interactions", 0, 0, 0)),
        devices=[device()],
        cases=[],
        refunds=[],
        quarantined=[],
        disk_free_bytes=50 * 10**9,
        broker_connected=True,
        inbox=0,
        orders=[],
        order=None,
        stock=[product()],
        pins=[],
        audits=[],
        labels=[],
        visitors={},
    )
    return replace(calm, **more)
