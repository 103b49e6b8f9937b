"""The people behind the counter: they settle what no machine can tell, fill and repair. Pure and seeded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Final

from popshop.demo.steps import JSON, Call, Look, Tell, Visit, Wait

ROUND: Final = Wait(5.0, real=True)
DOOR_OPEN: Final = Wait(2.0)
LOW: Final = 0.4
"""A slot that holds less than this part of its capacity is worth a visit."""
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
    """Walk through the store every few seconds: settle cases, see to machines that need it."""
    known: set[str] = set()
    put_off: Counter[str] = Counter()
    visits = 0
    while True:
        entities = yield Look()
        unknown = list(unknown_vends(entities))
        for vend in unknown:
            # Seen on the last round already: somebody has had the time to walk over and look.
            if vend["id"] in known:
                outcome = {"outcome": outcome_of(vend, rng)}
                yield Call(f"/api/vends/{vend['id']}/settle", outcome, f"{name}-{vend['id']}", staff=True)
        known = {vend["id"] for vend in unknown}
        busy = machines_at_work(entities)
        for device in entities.get("device", {}).values():
            if not needs_a_visit(device):
                continue
            put_off[device["id"]] += 1
            # An open door fails the vends that wait behind it.
            if device["id"] not in busy or put_off[device["id"]] > MOST_PUT_OFF:
                put_off[device["id"]] = 0
                visits += 1
                yield from see_to(device, f"{name}-{visits}")
        yield ROUND


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


def needs_a_visit(device: JSON) -> bool:
    """Whether a machine is low, blocked or faulty. One that is away can't be helped by filling it."""
    if device["kind"] != "vending" or device["status"] not in ("ready", "alert"):
        return False
    return bool(device["faults"]) or any(
        slot["blocked"] or slot["count"] < slot["capacity"] * LOW for slot in device["slots"]
    )


def see_to(device: JSON, name: str) -> Visit:
    """Open the machine, fill every slot, close it (which repairs it), and put blocked slots back on sale."""
    machine = device["id"]
    yield Tell(machine, "door open")
    yield DOOR_OPEN
    for slot in device["slots"]:
        yield Tell(machine, f"fill {slot['slot']} {slot['capacity']}")
    yield Tell(machine, "door closed")
    for slot in device["slots"]:
        if slot["blocked"]:
            path = f"/api/devices/{machine}/slots/{slot['slot']}/unblock"
            yield Call(path, {}, f"{name}-{slot['slot']}", staff=True)
