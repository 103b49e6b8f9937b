"""Devices by another hand than ours, for the conformance kit: the example of the documentation, whole and broken.

Each broken one does one thing wrong and says so in its docstring. None runs in the shell of our own devices.
"""

from __future__ import annotations

import importlib.util
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from hardware.topics import TO_DEVICE

EXAMPLE: Final = Path(__file__).parents[1] / "docs" / "examples" / "people_counter.py"
_spec = importlib.util.spec_from_file_location("people_counter", EXAMPLE)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
SLOT: Final = "1-01"


Example: Any = _module.PeopleCounter


class PlugPulled(Exception):
    """The device has no power any more."""


class PeopleCounter(Example):  # type: ignore[misc]
    """The example as it is, but sending again sooner than after the rule's two seconds."""

    RESEND_S = 0.4
    unplugged: threading.Event
    reports: list[list[Any]]
    commands: list[str]
    restarting: bool
    sent: int
    client: Any

    def step(self) -> None:
        if self.unplugged.is_set():
            raise PlugPulled
        super().step()


class Machine(PeopleCounter):
    """A vending machine: the example with a motor and a lock."""

    IS = {  # noqa: RUF012
        **PeopleCounter.IS,
        "kind": "vending",
        "capabilities": {"slots": [{"slot": SLOT, "capacity": 8}]},
    }
    MOTOR_S = 0.3

    def __init__(self, *place: Any) -> None:
        self.vend: tuple[float, str] | None = None
        self.status = "ready"
        super().__init__(*place)

    def obey(self, command_id: str, kind: str, command: dict[str, Any]) -> str | None:
        if kind in ("lock", "unlock"):
            self.status = "sleeping" if kind == "lock" else "ready"
            self.keep(command_id)
            self.present(self.status)
            return None
        if kind != "vend":
            return super().obey(command_id, kind, command)  # type: ignore[no-any-return]
        if self.status != "ready" or command["slot"] != SLOT:
            return "unknown_slot" if self.status == "ready" else "locked"
        self.keep(command_id, "vend_started", command_id=command_id, slot=SLOT)
        self.vend = time.monotonic() + self.MOTOR_S, command_id
        return None

    def step(self) -> None:
        super().step()
        if self.vend is not None and time.monotonic() > self.vend[0]:
            self.end(self.vend[1])
            self.vend = None

    def end(self, command_id: str) -> None:
        self.keep("", "vend_succeeded", command_id=command_id, slot=SLOT, drop_confirmed=True)


class SamplingMachine(Machine):
    """The same for samples."""

    IS = {**Machine.IS, "kind": "sampling"}  # noqa: RUF012


class Shelf(PeopleCounter):
    """A cloud shelf with one label."""

    IS = {  # noqa: RUF012
        **PeopleCounter.IS,
        "kind": "shelf",
        "capabilities": {"plates": [{"plate": "p1"}], "labels": ["l1"]},
    }

    def __init__(self, *place: Any) -> None:
        self.shown = {"label": "l1", "item": "", "price_minor": 0, "version": 0}
        super().__init__(*place)

    def obey(self, command_id: str, kind: str, command: dict[str, Any]) -> str | None:
        if command.get("label", "l1") != "l1" or command.get("plate", "p1") != "p1":
            return "unknown_slot"
        if kind in ("show", "light"):
            self.keep(command_id)
            return None
        if kind != "set_label":
            return super().obey(command_id, kind, command)  # type: ignore[no-any-return]
        if self.replaces(command):
            self.shown = {name: command[name] for name in self.shown}
        self.keep(command_id, "label_shown", **self.shown)
        return None

    def replaces(self, command: dict[str, Any]) -> bool:
        return bool(command["version"] >= self.shown["version"])


class Scanner(PeopleCounter):
    """A scanner."""

    IS = {**PeopleCounter.IS, "kind": "scanner", "capabilities": {"symbologies": ["EAN-13"]}}  # noqa: RUF012


# ── broken ones ─────────────────────────────────────────────────────────────────────────────────────


class ForgetsAfterPuback(Machine):
    """Takes the broker's word for the store's."""

    def step(self) -> None:
        super().step()
        self.reports, self.sent = self.reports[self.sent :], 0


class RenumbersAtRestart(PeopleCounter):
    """Gives what an earlier boot could not deliver the new boot's numbers."""

    def __init__(self, *place: Any) -> None:
        super().__init__(*place)
        booted, waiting = self.reports[-1], self.reports[:-1]
        self.reports = [booted]
        for _, _, body in waiting:
            event = json.loads(body)
            name = event["type"].split(".")[2]
            self.keep("", name, **event["data"])


class KeepsItsBootId(PeopleCounter):
    """Begins to count anew under the same boot id."""

    def __init__(self, *place: Any) -> None:
        super().__init__(*place)
        self.reports.pop()
        self.boot, self.seq = "always-the-same", 0
        self.keep("", "booted")


class ForgetsIdsAtRestart(SamplingMachine):
    """Keeps the ids of commands in memory only."""

    def __init__(self, *place: Any) -> None:
        super().__init__(*place)
        self.commands = []


class RepeatsTheVendAtRestart(Machine):
    """Ends at the start what was under way when the power went."""

    def __init__(self, *place: Any) -> None:
        super().__init__(*place)
        begun = self.db.execute("SELECT kept FROM memory WHERE one = 2").fetchone()
        if begun:
            self.vend = time.monotonic() + self.MOTOR_S, begun[0]

    def obey(self, command_id: str, kind: str, command: dict[str, Any]) -> str | None:
        reason = super().obey(command_id, kind, command)
        if self.vend is not None:
            self.db.execute("REPLACE INTO memory VALUES (2, ?)", (command_id,))
        return reason

    def end(self, command_id: str) -> None:
        super().end(command_id)
        self.db.execute("DELETE FROM memory WHERE one = 2")


class RunsExpiredCommands(Machine):
    """Does not look at expires_at."""

    def on_message(self, client: Any, userdata: Any, message: Any) -> None:
        message.payload = message.payload.replace(b'"1970-', b'"2099-')
        super().on_message(client, userdata, message)


class RunsAnIdTwice(Shelf):
    """Does not remember what it has run."""

    def step(self) -> None:
        super().step()
        self.commands = []


class ChangesTheBytes(Scanner):
    """Writes the time of sending into the report."""

    def step(self) -> None:
        at = f"2026-11-22T00:00:{time.monotonic() % 60:09.6f}Z"
        told = [(boot, seq, {**json.loads(body), "time": at}) for boot, seq, body in self.reports]
        self.reports = [[boot, seq, json.dumps(event)] for boot, seq, event in told]
        super().step()


class HasNoLastWill(Scanner):
    """Does not tell the broker what to say when it is gone."""

    def connect(self) -> None:
        connect_otherwise(self, will=False)


class IsNotRetained(PeopleCounter):
    """Publishes what it is and how it is for those who listen just now."""

    def present(self, status: str) -> None:
        publish = self.client.publish
        self.client.publish = lambda topic, body, qos, retain=False: publish(topic, body, qos)
        super().present(status)
        self.client.publish = publish


class DiesOfHugeMessages(Scanner):
    """Has a buffer of 64 KiB and starts anew when it is full."""

    def on_message(self, client: Any, userdata: Any, message: Any) -> None:
        super().on_message(client, userdata, message)
        self.restarting = self.restarting or len(message.payload) > 65_536


class LetsTheOlderPriceWin(Shelf):
    """Shows whatever came last."""

    def replaces(self, command: dict[str, Any]) -> bool:
        return True


class SkipsANumber(Scanner):
    """Takes a number for a report that it then does not write."""

    def keep(self, noting: str, name: str = "", **data: Any) -> None:
        self.seq += name == "command_refused" and self.seq % 7 == 5
        super().keep(noting, name, **data)


class SaysTwoOutcomes(Machine):
    """Says that the vend failed, and that it did not."""

    def end(self, command_id: str) -> None:
        self.keep("", "vend_failed", command_id=command_id, slot=SLOT, code="ELA")
        super().end(command_id)


class CountsBackwards(PeopleCounter):
    """Reports people who leave before they come."""

    def __init__(self, *place: Any) -> None:
        super().__init__(*place)
        later, sooner = "2026-11-22T10:01:00Z", "2026-11-22T10:00:00Z"
        self.keep("", "footfall_counted", entered=2, left=0, from_at=later, to_at=sooner)


class HasACleanSession(Scanner):
    """Lets the broker forget it whenever it is away."""

    def connect(self) -> None:
        connect_otherwise(self, clean_session=True)


def connect_otherwise(device: PeopleCounter, *, will: bool = True, clean_session: bool = False) -> None:
    """Connect as the example does, but for one thing."""
    client = paho.Client(CallbackAPIVersion.VERSION2, device.login[0], clean_session, manual_ack=True)
    device.client = client
    client.username_pw_set(*device.login)
    if will:
        lost = {"status": "lost", "boot": device.boot}
        client.will_set(f"{device.root}state", json.dumps(lost), 1, True)
    topics = [(f"{device.root}{leaf}", 1) for leaf in TO_DEVICE]
    client.on_connect = lambda *_: client.subscribe(topics) and None
    client.on_subscribe = lambda *_: device.present("ready")
    client.on_message = device.on_message
    device.sent, device.again_at, device.silence_s = 0, 0, device.RESEND_S
    host, port = device.address
    client.connect(host, port, keepalive=15)


# ── the plug ────────────────────────────────────────────────────────────────────────────────────────


class Power:
    """Runs such a device in a thread; pulls its plug and puts it back. A context."""

    def __init__(self, make: Callable[[], PeopleCounter]) -> None:
        self._make = make
        self._off = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Power:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._off.set()
        self._thread.join()

    def get_ready(self, what: str) -> None:
        """Nothing to prepare."""

    def cycle(self) -> None:
        """Off, and on again."""
        self.__exit__()
        self._off.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._off.is_set():
            device = self._make()
            device.unplugged = self._off
            with suppress(PlugPulled):
                device.run()
            if device.client is not None and device.client.socket() is not None:
                device.client.socket().close()
            device.db.close()
