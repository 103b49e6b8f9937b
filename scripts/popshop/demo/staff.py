"""The people behind the counter: they settle what no machine can tell, fill and repair. Pure and seeded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from random import Random
from typing import Any, Final

from popshop.demo.steps import JSON, Call, Look, Refused, Step, Tell, Visit, Wait

ROUND: Final = Wait(5.0, real=True)
DOOR_OPEN: Final = Wait(2.0)
LOW: Final = 0.4
"""A slot that holds less than this part of its capacity is worth a visit."""
VAN_UNITS: Final = 12
"""The van comes for as many units, or when a machine is low."""
MOST_PUT_OFF: Final = 3
"""Rounds that a visit waits for a machine to be at rest."""

FIRST_MISHAPS: Final = (
    (0.0, 0, "no_drop"),
    (15.0, 1, "jam"),
    (28.0, 0, "unseen_drop"),
    (40.0, 1, "silence"),
)
"""Seconds from opening, machine, fault: what every demo of a minute shows."""
MISHAPS: Final = ("no_drop", "jam", "unseen_drop", "silence", "motor", "sold_out", "double", "power_cut")
MISHAP_EVERY_S: Final = 30.0


def mishaps(rng: Random, machines: list[str]) -> Visit:
    """What goes wrong with the machines: some of it always, some by chance."""
    passed_s = 0.0
    for at_s, machine, fault in FIRST_MISHAPS:
        if at_s > passed_s:
            yield Wait(at_s - passed_s)
            passed_s = at_s
        yield Tell(machines[machine % len(machines)], f"fault {fault}")
    while True:
        yield Wait(rng.expovariate(1 / MISHAP_EVERY_S))
        yield Tell(rng.choice(machines), f"fault {rng.choice(MISHAPS)}")


def rounds(rng: Random, name: str) -> Visit:
    """Walk through the store every few seconds: settle cases, take deliveries in, see to machines that need it."""
    known: set[str] = set()
    put_off: Counter[str] = Counter()
    visits = turns = 0
    while True:
        turns += 1
        entities = yield Look()
        unknown = list(unknown_vends(entities))
        for vend in unknown:
            # Seen on the last round already: somebody has had the time to walk over and look.
            if vend["id"] in known:
                outcome = {"outcome": outcome_of(vend, rng)}
                yield Call(f"/api/vends/{vend['id']}/settle", outcome, f"{name}-{vend['id']}", staff=True)
        known = {vend["id"] for vend in unknown}
        devices = entities.get("device", {}).values()
        room = yield from take_in(devices, f"{name}-{turns}")
        busy = machines_at_work(entities)
        for device in devices:
            if device["kind"] == "shelf":
                yield from fill_shelf(device, room, f"{name}-{turns}")
            if not needs_a_visit(device, room):
                continue
            put_off[device["id"]] += 1
            # An open door fails the vends that wait behind it.
            if device["id"] not in busy or put_off[device["id"]] > MOST_PUT_OFF:
                put_off[device["id"]] = 0
                visits += 1
                yield from see_to(device["id"], room, f"{name}-visit-{visits}")
        yield ROUND


def take_in(devices: Iterable[JSON], name: str) -> Generator[Step, Any, dict[str, int]]:
    """Unload the van when it comes. What lies in the stock room then and may go into slots, by SKU.

    The right to sell what it brings was granted before: the store books the goods as a delivery, which gives it none.
    """
    answer = yield Call("/api/stock", staff=True)
    if isinstance(answer, Refused):
        return {}
    room = {line["sku"]: line["room"]["available"] - line["pinned"] for line in answer["stock"]}
    due = {line["sku"]: undelivered(line) for line in answer["stock"] if undelivered(line) > 0}
    wanted = {slot["sku"] for device in devices for slot in device["slots"] if is_low(slot)}
    if sum(due.values()) >= VAN_UNITS or wanted & due.keys():
        for sku, qty in due.items():
            body = {"sku": sku, "qty": qty, "kind": "delivery", "document": name}
            taken = yield Call("/api/stock/receive", body, f"{name}-{sku}", staff=True)
            room[sku] += 0 if isinstance(taken, Refused) else qty
    return room


def undelivered(line: JSON) -> int:
    """Rights of a product whose goods are not in the store: granted, and not driven there yet."""
    rights = line["available"] + line["held"] - line["deficit"]
    return int(rights - line["in_slots"] - line["room"]["available"])


def unknown_vends(entities: JSON) -> Iterator[JSON]:
    """Vends that wait for a person."""
    for order in entities.get("order", {}).values():
        yield from (vend for vend in order["vends"] if vend["state"] == "unknown")


def machines_at_work(entities: JSON) -> set[str]:
    """Machines that have a vend under way."""
    return {
        vend["device"]
        for order in entities.get("order", {}).values()
        for vend in order["vends"]
        if vend["state"] in ("requested", "dispensing")
    }


def outcome_of(vend: JSON, rng: Random) -> str:
    """What a look into the machine shows, as far as these simulated machines go."""
    if vend["code"] == "drop_not_confirmed":
        return "dispensed"
    if vend["code"] == "no_answer":
        return "not_dispensed"
    return rng.choice(("dispensed", "not_dispensed"))


def is_low(slot: JSON) -> bool:
    """Whether a slot is worth filling."""
    return bool(slot["count"] < slot["capacity"] * LOW)


def needs_a_visit(device: JSON, room: Mapping[str, int]) -> bool:
    """Whether a machine is blocked, faulty, or low in something that the stock room has.

    One that is away can't be helped by filling it.
    """
    if device["kind"] not in ("vending", "sampling") or device["status"] not in ("ready", "alert"):
        return False
    return bool(device["faults"]) or any(
        slot["blocked"] or (is_low(slot) and room.get(slot["sku"], 0) > 0) for slot in device["slots"]
    )


def fill_shelf(shelf: JSON, room: dict[str, int], name: str) -> Visit:
    """Put goods from the stock room onto plates that are low; there is no door in between."""
    for slot in shelf["slots"]:
        qty = min(slot["capacity"] - slot["count"], room.get(slot["sku"], 0))
        if is_low(slot) and qty > 0:
            body = {"device": shelf["id"], "slot": slot["slot"], "qty": qty}
            filled = yield Call("/api/stock/fill", body, f"{name}-shelf-{slot['slot']}", staff=True)
            if not isinstance(filled, Refused):
                room[slot["sku"]] -= qty


def see_to(machine: str, room: dict[str, int], name: str) -> Visit:
    """Open the machine, fill its slots out of the stock room, close it (which repairs it), unblock its slots.

    The book is told first and the machine then the count that the book has: its own report changes nothing any more.
    """
    yield Tell(machine, "door open")
    yield DOOR_OPEN
    seen = yield Call("/api/snapshot")
    slots = [] if isinstance(seen, Refused) else seen["entities"]["device"][machine]["slots"]
    for slot in slots:
        count = slot["count"]
        qty = min(slot["capacity"] - count, room.get(slot["sku"], 0))
        if qty > 0:
            body = {"device": machine, "slot": slot["slot"], "qty": qty}
            filled = yield Call("/api/stock/fill", body, f"{name}-fill-{slot['slot']}", staff=True)
            if not isinstance(filled, Refused):
                room[slot["sku"]] -= qty
                count = next(s["count"] for s in filled["slots"] if s["slot"] == slot["slot"])
        yield Tell(machine, f"fill {slot['slot']} {count}")
    yield Tell(machine, "door closed")
    for slot in slots:
        if slot["blocked"]:
            path = f"/api/devices/{machine}/slots/{slot['slot']}/unblock"
            yield Call(path, {}, f"{name}-{slot['slot']}", staff=True)
