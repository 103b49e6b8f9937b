"""The bench a device stands on while it is checked: what was seen of it, and the levers a check may pull.

Every wait is for something to be seen. Checks leave the bench as they found it: acks flowing, the line clear.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Literal, Protocol

import msgspec

from cloud_sync.protocol.envelope import rfc3339
from hardware.conformance.proxy import Line, Weather
from hardware.conformance.rows import Row
from hardware.conformance.store_side import StoreSide
from hardware.conformance.tape import OnLine, Received, Tape
from hardware.messages import Describe, MessageError, State, encode, parse_describe, parse_state
from hardware.runner import random_boot_mark, system_clock
from hardware.topics import Leaf

LONG_AGO: Final = "1970-01-01T00:00:00.000000Z"
"""Past for every clock, even one that lost its battery."""
COMMAND_TIME_S: Final = 3_600.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How long the kit waits. Seconds; `most` and `within` say when it gives up."""

    appear_s: float = 120.0
    answer_s: float = 10.0
    boot_s: float = 60.0
    back_s: float = 30.0
    """From a broken connection to the next."""
    power_s: float = 180.0
    vend_s: float = 60.0
    label_s: float = 20.0
    """Electronic paper is slow."""
    resend_after_s: float = 1.5
    """Sooner than that it is hammering: the contract says 2, and clocks and networks differ."""
    resend_within_s: float = 12.0
    again_after_s: float = 1.0
    again_within_s: float = 6.0
    """Presence is said again 2 seconds after the connection."""
    flight_s: float = 1.0
    """How long what was sent before may still be on its way."""
    quiet_s: float = 3.0
    """Long enough to see what must not come."""
    burst: int = 40
    """Commands at once, on a slow line and while it is cut."""
    slow_bytes: int = 64
    slow_pause_s: float = 0.005
    remembered: int = 1_000
    watch_s: float = 0.0
    """How long somebody uses the device while the kit watches."""


class PowerSwitch(Protocol):
    """Takes the power away and gives it back."""

    def get_ready(self, what: str) -> None:
        """Say beforehand what will be wanted, for a person's hands."""

    def cycle(self) -> None:
        """Off and on. May return before the device is back."""


class Bench:
    """One device under check. Made by `hardware.conformance.run`."""

    def __init__(
        self,
        store: str,
        device: str,
        tape: Tape,
        side: StoreSide,
        pace: Pace,
        *,
        line: Line | None,
        power: PowerSwitch | None,
        vend_slot: str,
    ) -> None:
        self.store, self.device = store, device
        self.tape, self.side, self.pace = tape, side, pace
        self.line, self.power, self.vend_slot = line, power, vend_slot
        self.describe: Describe | None = None
        """What the device says it is, once it has said it."""
        self._ids = (f"check-{random_boot_mark()}-{number}" for number in itertools.count(1))
        self._probe: Literal["", "unsupported", "expired"] = ""

    # ── what was seen ───────────────────────────────────────────────────────────────────────────────

    def received(self, mark: int, leaf: Leaf) -> list[Received]:
        """Messages of one topic after a mark that were news, not kept by the broker from before."""
        return [seen for seen in self.tape.since(mark, Received) if seen.leaf == leaf and not seen.retained]

    def rows(self, mark: int) -> list[Row]:
        """Reports after a mark, in order, repeated ones too."""
        return [seen.row for seen in self.received(mark, "report") if seen.row is not None]

    def packets(self, mark: int) -> list[OnLine]:
        """What the device put on the line after a mark."""
        return [seen for seen in self.tape.since(mark, OnLine) if seen.from_device]

    def wait_row(self, mark: int, fits: Callable[[Row], bool], timeout_s: float) -> Row | None:
        """The first report after a mark that fits."""
        return self.tape.wait(lambda: next(filter(fits, self.rows(mark)), None), timeout_s)

    def wait_state(self, mark: int, *statuses: str, timeout_s: float) -> Received | None:
        """The first presence after a mark that says one of these words."""

        def look() -> Received | None:
            found = self.received(mark, "state")
            return next((seen for seen in found if status_of(seen.body) in statuses), None)

        return self.tape.wait(look, timeout_s)

    def status(self) -> str:
        """The status word that the device said last."""
        found = self.received(0, "state")
        return status_of(found[-1].body) if found else ""

    def boot(self) -> str:
        """The boot the device runs in, by the last report that began one, else by its last birth."""
        booted = [row.boot for row in self.rows(0) if row.name == "booted"]
        if booted:
            return booted[-1]
        return self.describe.boot if self.describe is not None else ""

    def old_boots(self) -> frozenset[str]:
        """Boots that began before the device was here: who knows to whom their first reports went."""
        rows = self.rows(0)
        births = [describe_of(seen.body) for seen in self.received(0, "describe")]
        new = {birth.boot for birth in births if isinstance(birth, Describe)}
        new -= {self.describe.boot} if self.describe is not None else set()
        new |= {row.boot for row in rows if row.seq == 1}
        return frozenset({row.boot for row in rows} - new)

    # ── commands ────────────────────────────────────────────────────────────────────────────────────

    def command(self, kind: str, *, expires_at: str = "", command_id: str = "", **fields: Any) -> str:
        """Send a command and return its id (a new one unless given)."""
        command_id = command_id or next(self._ids)
        expires_at = expires_at or rfc3339(system_clock() + timedelta(seconds=COMMAND_TIME_S))
        body = {"id": command_id, "kind": kind, "expires_at": expires_at, **fields}
        self.side.send("command", encode(body))
        return command_id

    def find_probe(self) -> bool:
        """Find a command that the device refuses, whatever it is: it makes a report whenever one is wanted."""
        for self._probe in ("unsupported", "expired"):
            mark, probe = self.tape.mark(), self.probe()
            if self.answers(mark, [probe], self.pace.answer_s):
                return True
        self._probe = ""
        return False

    def probe(self, command_id: str = "") -> str:
        """Send the command that is refused and moves nothing; return its id."""
        if self._probe == "expired":
            return self.command("identify", expires_at=LONG_AGO, command_id=command_id)
        return self.command("popshop-check", command_id=command_id)

    def answers(self, mark: int, ids: Sequence[str], timeout_s: float) -> list[Row]:
        """The first report about each of these commands, in order; empty when one has none in time."""

        def look() -> list[Row] | None:
            first: dict[str, Row] = {}
            for row in self.rows(mark):
                first.setdefault(row.command_id, row)
            return [first[one] for one in ids] if all(one in first for one in ids) else None

        return self.tape.wait(look, timeout_s) or []

    def alive(self, timeout_s: float | None = None) -> bool:
        """Whether the device answers now."""
        return bool(self.answers(self.tape.mark(), [self.probe()], timeout_s or self.pace.answer_s))

    def restart(self) -> Row | None:
        """Order a restart and return the new boot's `booted`; None when none came."""
        before, mark = self.boot(), self.tape.mark()
        self.command("restart")
        return self.wait_boot(mark, before, self.pace.boot_s)

    def wait_boot(self, mark: int, before: str, timeout_s: float) -> Row | None:
        """The first `booted` after a mark of another boot than `before`."""
        return self.wait_row(mark, lambda row: row.name == "booted" and row.boot != before, timeout_s)

    # ── levers ──────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def no_acks(self) -> Iterator[None]:
        """The store says nothing; afterwards it has everything."""
        self.side.hold_acks()
        try:
            yield
        finally:
            self.side.catch_up()

    @contextmanager
    def weather(self, line: Line, weather: Weather) -> Iterator[None]:
        """The line is like this; afterwards it is clear."""
        line.set(weather)
        try:
            yield
        finally:
            line.set(Weather.CLEAR)


def status_of(body: bytes) -> str:
    """The status word of a presence message, empty when it cannot be read."""
    state = state_of(body)
    return state.status if isinstance(state, State) else ""


def state_of(body: bytes) -> State | str:
    """Presence, or what is wrong with it."""
    try:
        return parse_state(body)
    except MessageError as error:
        return str(error)


def describe_of(body: bytes) -> Describe | str:
    """A birth, or what is wrong with it."""
    try:
        return parse_describe(body)
    except MessageError as error:
        return str(error)
