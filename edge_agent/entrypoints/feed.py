"""The live feed: a snapshot of all entities with a sequence number, then what changes after it.

Follows the ledger with a cursor. A change is an entity's whole new value, so a client that misses one and
gets the next is still right. Rows are turned into changes once, however many screens listen. What only staff
may see goes to staff's screens only.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import structlog

from cloud_sync.protocol import envelope
from cloud_sync.protocol.identifiers import LEDGER
from edge_agent.adapters.sqlite_store.queries import Queries

log = structlog.get_logger(__name__)

Change = dict[str, Any]


class Message(NamedTuple):
    """A message as it goes over the wire: written once, however many screens it goes to."""

    seq: int
    text: str


Screen = asyncio.Queue[Message | None]

MOST_ROWS_BEHIND = 5_000
"""A screen further behind takes a new snapshot instead."""
SCREEN_QUEUE = 200
PACE_S = 0.03
"""Changes of this span travel together: still live to the eye, and a busy store costs no more than a calm one."""
HEARTBEAT_S = 5.0
AFTER_TROUBLE_S = 1.0
FOR_STAFF = frozenset({"stock", "pin", "label", "audit"})
"""Kinds of entities that a kiosk is not given."""
EPOCH_STEP = 10**12
"""A feed's number is epoch × this + the row's: when a new epoch numbers its rows anew, the feed still goes up."""


class _Touched(msgspec.Struct):
    """Where a fact's data names entities of the feed."""

    order: str = ""
    device: str = ""
    sku: str = ""
    reservation: str = ""
    label: str = ""
    audit: str = ""


_decoder = msgspec.json.Decoder(_Touched)


class Feed:
    """Lives on the event loop; `wake` may be called from any thread."""

    def __init__(self, queries: Queries, status: Callable[[], list[Change]]) -> None:
        self._queries = queries
        self._status = status
        self._last_status: list[Change] = []
        self._screens: dict[Screen, bool] = {}
        """Each screen, and whether it is staff's."""
        self._cursor = 0
        self._sent_at_s = 0.0
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        """Follow the ledger until cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            try:
                await self._follow()
            except Exception:
                # Screens that stay dark until somebody restarts the agent would be worse than a late change.
                log.exception("feed_trouble", again_in_s=AFTER_TROUBLE_S)
                await asyncio.sleep(AFTER_TROUBLE_S)

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        self._cursor = self._cursor or await asyncio.to_thread(self._newest)
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), timeout=1.0)
            self._woken.clear()
            if not self._screens:
                self._cursor = await asyncio.to_thread(self._newest)
                continue
            message = await asyncio.to_thread(self._advance)
            if message["changes"] or message.get("reset") or loop.time() - self._sent_at_s >= HEARTBEAT_S:
                self._sent_at_s = loop.time()
                self._send(message)
            await asyncio.sleep(PACE_S)

    def wake(self) -> None:
        """Something was committed."""
        if self._loop is not None and self._screens and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken.set)

    def join(self, *, staff: bool = False) -> Screen:
        """A screen that listens from now on; it must first be given what it lacks (`catch_up`)."""
        screen: Screen = asyncio.Queue(SCREEN_QUEUE)
        self._screens[screen] = staff
        return screen

    def leave(self, screen: Screen) -> None:
        """The screen is gone."""
        self._screens.pop(screen, None)

    def _send(self, message: dict[str, Any]) -> None:
        for_staff = _written(message) if any(self._screens.values()) else None
        for_kiosks = _written(_for_kiosks(message))
        for screen, staff in list(self._screens.items()):
            if screen.full():
                # It cannot keep up: end it, so that it comes back for a snapshot.
                del self._screens[screen]
                screen.get_nowait()
                screen.put_nowait(None)
            else:
                screen.put_nowait(for_staff if staff else for_kiosks)

    def _advance(self) -> dict[str, Any]:
        message = self.changes_after(self._cursor)
        self._cursor = message["seq"]
        status = self._status()
        message["changes"] += [change for change in status if change not in self._last_status]
        self._last_status = status
        return message

    def catch_up(self, after: int, *, staff: bool = False) -> Message:
        """The first message of a screen: what the ledger changed since, and how the store stands now."""
        message = self.changes_after(after)
        message["changes"] += self._status()
        return _written(message if staff else _for_kiosks(message))

    def _newest(self) -> int:
        return self._base() + self._queries.last_seq(LEDGER)

    def _base(self) -> int:
        return int(self._queries.store().get("epoch", 0)) * EPOCH_STEP

    def changes_after(self, after: int) -> dict[str, Any]:
        """Everything the ledger changed after a row, as one message; `{"reset": True}` when that is too much."""
        with self._queries.consistent():
            base, last = self._base(), self._newest()
            if not max(base, last - MOST_ROWS_BEHIND) <= after <= last:
                return {"reset": True, "seq": last, "changes": []}
            rows = self._queries.bodies(LEDGER, after - base, MOST_ROWS_BEHIND)
            return {"seq": last, "changes": self._changes(rows)}

    def _changes(self, rows: list[bytes]) -> list[Change]:
        orders, devices, skus, pins = set(), set(), set(), set()
        labels: set[tuple[str, str]] = set()
        audits: set[str] = set()
        for body in rows:
            event = envelope.decode(body)
            touched = _decoder.decode(event.data)
            orders.add(touched.order)
            devices.add(touched.device)
            skus.add(touched.sku)
            pins.add(touched.reservation)
            audits.add(touched.audit)
            if touched.label:
                labels.add((touched.device, touched.label))
        of_labels = self._labels(labels, devices, skus)
        orders.discard("")
        devices.discard("")
        out: list[Change] = [
            {"kind": "order", "key": order, "value": self._queries.order(order)} for order in sorted(orders)
        ]
        for order in out:
            for line in (order["value"] or {"lines": []})["lines"]:
                devices.add(line["device"])
                skus.add(line["sku"])
        for device in self._queries.devices(sorted(devices)):
            out.append({"kind": "device", "key": device["id"], "value": device})
            # A machine that comes or goes changes what can be sold of everything in it.
            skus.update(slot["sku"] for slot in device["slots"])
        skus.discard("")
        out += [
            {"kind": "item", "key": item["sku"], "value": item} for item in self._queries.items(sorted(skus))
        ]
        out += [
            {"kind": "stock", "key": row["sku"], "value": row} for row in self._queries.rights(sorted(skus))
        ]
        return out + self._pins(pins - {""}) + of_labels + self._audits(audits - {""})

    def _pins(self, touched: set[str]) -> list[Change]:
        still_open = {row["reservation"]: row for row in self._queries.pins()} if touched else {}
        return [{"kind": "pin", "key": key, "value": still_open.get(key)} for key in sorted(touched)]

    def _audits(self, touched: set[str]) -> list[Change]:
        still_open = {row["audit"]: row for row in self._queries.audit_cases()} if touched else {}
        return [{"kind": "audit", "key": key, "value": still_open.get(key)} for key in sorted(touched)]

    def _labels(self, touched: set[tuple[str, str]], devices: set[str], skus: set[str]) -> list[Change]:
        """Labels that a row names, and those of a device or a price that changed."""
        found = {(row["device"], row["label"]): row for row in self._queries.labels_of(devices, skus)}
        return [
            {"kind": "label", "key": "/".join(key), "value": found.get(key)}
            for key in sorted(touched | found.keys())
        ]

    def snapshot(self, closed_after: str, *, staff: bool = False) -> dict[str, Any]:
        """All entities now."""
        q = self._queries
        with q.consistent():
            entities: dict[str, dict[str, Any]] = {
                "item": {item["sku"]: item for item in q.items()},
                "order": {order["id"]: order for order in q.recent_orders(closed_after)},
                "device": {device["id"]: device for device in q.devices()},
                "campaign": {},
                "promotion": {},
                "game": {},
            }
            if staff:
                entities["stock"] = {row["sku"]: row for row in q.rights()}
                entities["pin"] = {row["reservation"]: row for row in q.pins()}
                entities["label"] = {f"{row['device']}/{row['label']}": row for row in q.labels()}
                entities["audit"] = {row["audit"]: row for row in q.audit_cases()}
            seq = self._newest()
        for change in self._status():
            if change["value"] is not None:
                entities.setdefault(change["kind"], {})[change["key"]] = change["value"]
        return {"seq": seq, "entities": entities}


def _written(message: dict[str, Any]) -> Message:
    return Message(message["seq"], msgspec.json.encode(message).decode())


def _for_kiosks(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"changes": [change for change in message["changes"] if change["kind"] not in FOR_STAFF]}
