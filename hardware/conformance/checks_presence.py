"""Checks of presence: what the device says it is, how it is, that it is gone."""

from __future__ import annotations

import re
from typing import Any, Final

from hardware.conformance.bench import Bench, describe_of, state_of, status_of
from hardware.conformance.packets import Connect, Publish
from hardware.conformance.proxy import Weather
from hardware.conformance.rows import RFC3339, shown
from hardware.conformance.tape import Received, Unreadable
from hardware.conformance.verdicts import PRESENCE, TOPICS, Check, Verdict, failed, judged, not_tried, passed
from hardware.messages import Describe, State
from hardware.topics import Leaf, topic

MOST_PARTS: Final = 1_000
UNITS: Final = (
    *("c", "k", "percent", "v", "mv", "a", "ma", "mah", "w", "wh", "kwh", "hz", "db", "dbm", "lux", "ppm"),
    *(
        "g",
        "kg",
        "mm",
        "cm",
        "m",
        "ml",
        "l",
        "pa",
        "hpa",
        "kpa",
        "bar",
        "ms",
        "s",
        "min",
        "h",
        "rpm",
        "count",
    ),
)
"""What a reading's name may end in."""


def _describe(bench: Bench) -> Verdict:
    """Wait for the birth; without it nothing else can be checked."""
    found = bench.tape.wait(lambda: _latest(bench, "describe"), bench.pace.appear_s)
    if found is None:
        return failed(f"nothing on the topic within {bench.pace.appear_s:.0f} s")
    describe = describe_of(found.body)
    if isinstance(describe, str):
        return failed(f"{describe}; the bytes: {shown(found.body)}")
    bench.describe = describe
    wrong = [] if 0 < len(describe.boot) <= 64 else [f"boot id of {len(describe.boot)} characters, not 1–64"]
    wrong += wrong_capabilities(describe)
    return judged("; ".join(wrong), shown(found.body))


def wrong_capabilities(describe: Describe) -> list[str]:
    """What of the capabilities does not fit the kind."""
    has = describe.capabilities
    match describe.kind:
        case "vending" | "sampling":
            slots = _parts(has, "slots", "slot")
            if isinstance(slots, str):
                return [slots]
            capacities = [slot.get("capacity") for slot in has["slots"]]
            return (
                []
                if all(type(count) is int and count > 0 for count in capacities)
                else ["a slot's capacity is not a whole number above 0"]
            )
        case "shelf":
            plates = _parts(has, "plates", "plate") if has.get("plates") else []
            labels = _words(has, "labels") if has.get("labels") else []
            if not plates and not labels:
                return ["a shelf has plates or labels, this one names neither"]
            return [part for part in (plates, labels) if isinstance(part, str)]
        case "scanner":
            symbologies = _words(has, "symbologies")
            return [symbologies] if isinstance(symbologies, str) else []
    return []


def _parts(has: dict[str, Any], what: str, name: str) -> list[str] | str:
    """The names of a list of objects, or what is wrong with the list."""
    found = has.get(what)
    if not isinstance(found, list) or not 0 < len(found) <= MOST_PARTS:
        return f"capabilities.{what} is not a list of 1 to {MOST_PARTS} objects"
    names = [part.get(name) if isinstance(part, dict) else None for part in found]
    where = f"capabilities.{what}[].{name}"
    # Several SKUs may lie on one plate, each with an entry of its own.
    return _texts(names, where) if what == "plates" else _distinct(names, where)


def _words(has: dict[str, Any], what: str) -> list[str] | str:
    found = has.get(what)
    if not isinstance(found, list) or not 0 < len(found) <= MOST_PARTS:
        return f"capabilities.{what} is not a list of 1 to {MOST_PARTS} texts"
    return _distinct(found, f"capabilities.{what}")


def _distinct(names: list[Any], where: str) -> list[str] | str:
    found = _texts(names, where)
    twice = isinstance(found, list) and len(set(found)) < len(found)
    return f"{where} names something twice" if twice else found


def _texts(names: list[Any], where: str) -> list[str] | str:
    whole = all(isinstance(name, str) and name for name in names)
    return names if whole else f"{where} holds something that is not a text"


def _state(bench: Bench) -> Verdict:
    found = bench.tape.wait(lambda: _latest(bench, "state"), bench.pace.answer_s)
    if found is None:
        return failed("nothing on the topic")
    state = state_of(found.body)
    if isinstance(state, str):
        return failed(f"{state}; the bytes: {shown(found.body)}")
    wrong = []
    if bench.describe is not None and state.boot != bench.boot():
        wrong.append(f"boot is {state.boot!r}, the device runs in {bench.boot()!r}")
    if state.status in ("lost", "disconnected"):
        wrong.append(f"status {state.status!r} while the device is there")
    if RFC3339.fullmatch(state.at) is None:
        wrong.append(f"at {state.at[:60]!r} is not RFC 3339")
    return judged("; ".join(wrong), shown(found.body))


def _latest(bench: Bench, leaf: Leaf) -> Received | None:
    found = [seen for seen in bench.tape.since(0, Received) if seen.leaf == leaf]
    # A device that was lost or left before the check began may still be on its way back.
    if leaf == "state" and found and status_of(found[-1].body) in ("lost", "disconnected"):
        return found[-1] if not found[-1].retained else None
    return found[-1] if found else None


def _retained(bench: Bench) -> Verdict:
    kept = bench.side.retained(lambda kept: {"describe", "state"} <= set(kept), bench.pace.answer_s)
    # Once more for what ought not to be there: it may come last.
    kept |= bench.side.retained(lambda kept: "report" in kept, bench.pace.flight_s)
    wrong = [f"{leaf} is not retained" for leaf in ("describe", "state") if leaf not in kept]
    if "report" in kept:
        wrong.append(f"a report is retained: {shown(kept['report'].body)}")
    low = {seen.leaf for seen in bench.tape.since(0, Received) if seen.qos != 1}
    wrong += [f"{leaf} was published with QoS 0" for leaf in sorted(low)]
    for seen in bench.packets(0):
        if (
            isinstance(seen.packet, Publish)
            and seen.packet.retained
            and seen.packet.topic.endswith("/report")
        ):
            wrong.append("a report was published with the retain flag")
            break
    return judged("; ".join(wrong), "describe and state retained, reports not, all with QoS 1")


def _readings(bench: Bench) -> Verdict:
    names: set[str] = set()
    for seen in bench.tape.since(0, Received):
        if seen.leaf == "state" and isinstance(state := state_of(seen.body), State):
            names |= set(state.readings)
    if not names:
        return not_tried("the device gives no readings")
    wrong = sorted(name for name in names if not has_unit(name))
    return judged(
        ", ".join(wrong) + (" do not end in a unit" if wrong else ""), ", ".join(sorted(names)[:20])
    )


def has_unit(name: str) -> bool:
    """Whether a reading's name ends in its unit, as `temperature_c` does."""
    what, _, unit = name.rpartition("_")
    return bool(re.fullmatch(r"[a-z][a-z0-9_-]*", what, re.IGNORECASE)) and unit in UNITS


def _again(bench: Bench) -> Verdict:
    mark = bench.tape.mark()
    booted = bench.restart()
    if booted is None:
        return not_tried("the device did not restart")

    def births() -> list[float] | None:
        at_s = [
            seen.at_s
            for seen in bench.received(mark, "describe")
            if isinstance(said := describe_of(seen.body), Describe) and said.boot == booted.boot
        ]
        return at_s if len(at_s) > 1 and at_s[-1] - at_s[0] >= bench.pace.again_after_s else None

    if bench.tape.wait(births, bench.pace.again_within_s) is None:
        return failed(f"describe did not come again within {bench.pace.again_within_s:.0f} s of the new boot")
    again = bench.received(mark, "state")
    return passed() if len(again) > 1 else failed("describe came again, state did not")


def _connect(bench: Bench) -> Verdict:
    unreadable = bench.tape.since(0, Unreadable)
    if unreadable:
        return failed(f"what passes on the line is not MQTT 3.1.1 (no TLS here): {unreadable[0].why}")
    found = [seen for seen in bench.packets(0) if isinstance(seen.packet, Connect)]
    if not found:
        return not_tried("the device was connected before the kit listened, and did not connect anew")
    seen = found[-1].packet
    assert isinstance(seen, Connect)
    wrong = []
    if seen.client_id != bench.device:
        wrong.append(f"client id {seen.client_id[:80]!r}, not {bench.device!r}")
    if seen.clean_session:
        wrong.append("clean session is on: commands sent while the device is away are lost")
    if not 0 < seen.keep_alive_s <= 60:
        wrong.append(
            f"keep alive {seen.keep_alive_s} s, not 15: the store learns too late that the device is gone"
        )
    state_topic = topic(bench.store, bench.device, "state")
    if not seen.will_topic:
        wrong.append("no last will")
    elif (seen.will_topic, seen.will_qos, seen.will_retained) != (state_topic, 1, True):
        retained = "retained" if seen.will_retained else "not retained"
        wrong.append(
            f"last will to {seen.will_topic[:120]!r}, QoS {seen.will_qos}, {retained};"
            f" it belongs to {state_topic!r}, QoS 1, retained"
        )
    elif status_of(seen.will_body) != "lost":
        wrong.append(f"last will says {shown(seen.will_body)}")
    return judged("; ".join(wrong), f"client id {seen.client_id}, last will {shown(seen.will_body)}")


def _order(bench: Bench) -> Verdict:
    """On every connection: describe, state, then reports."""
    first: dict[int, list[str]] = {}
    for seen in bench.packets(0):
        if isinstance(seen.packet, Publish):
            leaf = seen.packet.topic.rpartition("/")[2]
            order = first.setdefault(seen.connection, [])
            if leaf not in order:
                order.append(leaf)
    began = {seen.connection for seen in bench.packets(0) if isinstance(seen.packet, Connect)}
    orders = {connection: order for connection, order in first.items() if connection in began}
    if not orders:
        return not_tried("the device was connected before the kit listened, and did not connect anew")
    wrong = [order for order in orders.values() if order[:2] != ["describe", "state"][: len(order)]]
    return judged(
        f"a connection began with {', '.join(wrong[0])}" if wrong else "", f"{len(orders)} connections"
    )


def _last_will(bench: Bench) -> Verdict:
    assert bench.line is not None
    boot = bench.boot()
    mark = bench.tape.mark()
    with bench.weather(bench.line, Weather.CUT):
        lost = bench.wait_state(mark, "lost", timeout_s=bench.pace.answer_s)
        kept = bench.side.retained(lambda kept: "state" in kept, bench.pace.answer_s)
    mark = bench.tape.mark()
    back = bench.wait_state(mark, "init", "ready", "sleeping", "alert", timeout_s=bench.pace.back_s)
    wrong = []
    if lost is None:
        wrong.append("the line was cut and no status lost appeared on the state topic")
    else:
        state = state_of(lost.body)
        if isinstance(state, State) and state.boot != boot:
            wrong.append(f"the last will names boot {state.boot!r}, the device ran in {boot!r}")
        if "state" not in kept or status_of(kept["state"].body) != "lost":
            wrong.append("the last will is not retained")
    if back is None:
        wrong.append(f"the device did not come back within {bench.pace.back_s:.0f} s")
    return judged("; ".join(wrong), shown(lost.body) if lost is not None else "")


FIRST: Final = (
    Check(
        name="presence.describe",
        rule=PRESENCE,
        expected="a birth on describe: kind, model, serial, firmware, boot, and capabilities that fit the kind",
        advice="publish describe at every connection, with the fields of the page and a list of your parts",
        run=_describe,
        needs=(),
    ),
    Check(
        name="presence.state",
        rule=PRESENCE,
        expected="state: one of the status words, the boot that runs, faults, readings, at (RFC 3339)",
        advice="publish state after describe, with the same boot id, and at every change",
        run=_state,
        needs=(),
    ),
    Check(
        name="presence.retained",
        rule=TOPICS,
        expected="describe and state are retained, reports are not, all have QoS 1",
        advice="set the retain flag on describe and state only, and QoS 1 on everything",
        run=_retained,
        needs=(),
    ),
)
"""What comes first: without a birth nothing else can be judged."""

CHECKS: Final = (
    Check(
        name="presence.again",
        rule=PRESENCE,
        expected="describe and state are published again 2 seconds after the connection",
        advice="start a timer of 2 seconds when you are connected, then one of a minute; publish both each time",
        run=_again,
        after=("commands.restart",),
    ),
    Check(
        name="presence.last_will",
        rule=PRESENCE,
        expected="when the line is cut the broker says status lost with the right boot, retained; the device returns",
        advice="set the last will in CONNECT anew for every boot: its body names the boot id",
        run=_last_will,
        needs=("line",),
    ),
    Check(
        name="presence.connect",
        rule=TOPICS,
        expected="client id is the device id, clean session off, keep alive 15 s, last will to state (QoS 1, retained)",
        advice="put these in CONNECT; most MQTT clients have clean session on unless told otherwise",
        run=_connect,
        needs=("line",),
    ),
    Check(
        name="presence.order",
        rule=PRESENCE,
        expected="after connecting: describe, then state, then reports",
        advice="hold the outbox back until both are handed to the connection",
        run=_order,
        needs=("line",),
    ),
)

AT_THE_END: Final = (
    Check(
        name="presence.readings",
        rule=PRESENCE,
        expected="every reading's name ends in its unit, as in temperature_c",
        advice=f"end the name in an underscore and one of: {' '.join(UNITS)}",
        run=_readings,
        needs=(),
    ),
)
