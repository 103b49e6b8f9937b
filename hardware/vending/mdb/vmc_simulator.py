"""A vending machine's controller as a pure state machine: sets a cashless device up, polls it, sells, fails.

MDB/ICP 4.3 §7.4–7.5. It stands at the other end of the cable in tests and in `popshop device mdb --port sim:`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from hardware.vending.mdb.codes import Option, Response
from hardware.vending.mdb.frames import ACK, MODE, NAK, RET, Words, checksum, command_words

Fault = Literal[
    "nak",  # answers NAK to what the reader says next
    "retransmit",  # asks with RET for what the reader says next
    "deaf",  # does not hear what the reader says next
    "noise",  # the next command is damaged on its way, and repeated
    "reset",  # starts anew as soon as a vend is approved
    "jam",  # the next approved vend fails
    "power_cut",  # falls silent when a vend is approved, for good
]
GIVE_UP_AFTER: Final = 3
"""A command without an answer is repeated so often, then the reader is set up anew (§7.5)."""
VENDOR_ID: Final = b"VMC" + b"000000000001" + b"SIMULATOR   " + b"\x01\x00"


class VmcPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of machine it is. `prices`: by item number, in the bus's units."""

    prices: dict[int, int]
    address: int = 0x10
    level: int = 3
    wide: bool = False
    always_idle: bool = False
    poll_every_s: float = 0.02
    answer_within_s: float = 1.0
    motor_s: float = 0.05


class Pressed(msgspec.Struct, frozen=True):
    """A shopper presses this item's button. Without a session (or always idle) nothing is asked."""

    item: int


class GaveUp(msgspec.Struct, frozen=True):
    """A shopper presses the return lever."""


class PaidCash(msgspec.Struct, frozen=True):
    """A shopper buys this item with coins."""

    item: int


class HeardReader(msgspec.Struct, frozen=True):
    """Words came from the reader."""

    words: Words


class FaultOrdered(msgspec.Struct, frozen=True):
    """Have this happen at the next opportunity."""

    fault: Fault


VmcInput = Pressed | GaveUp | PaidCash | HeardReader | FaultOrdered


class VmcTurn(msgspec.Struct, frozen=True):
    """What follows: words for the bus in order, and when to ask again (monotonic)."""

    send: tuple[Words, ...]
    wake_s: float


class Vmc:
    """One controller with one cashless device."""

    def __init__(self, plan: VmcPlan) -> None:
        self._plan = plan
        self._faults: deque[Fault] = deque()
        self._send: list[Words] = []
        self._heard: list[int] = []
        self._to_say: deque[bytes] = deque()
        self._asked: bytes = b""
        self._tries = 0
        self._due_s = 0.0
        self._motor_at_s: float | None = None
        self._dead = False
        self.funds: int | None = None
        """What the reader offers while a session is open."""
        self.dispensed: list[int] = []
        """Items that fell after an approval, for whoever checks the machine against the books."""
        self._vending: int | None = None
        self._wide = False
        self._start()

    def update(self, now_s: float, inputs: Sequence[VmcInput]) -> VmcTurn:
        """Time went on and these things happened."""
        for given in inputs:
            self._take(now_s, given)
        if self._motor_at_s is not None and now_s >= self._motor_at_s:
            self._motor_at_s = None
            self._end_vend()
        if not self._dead and now_s >= self._due_s:
            self._speak(now_s)
        turn = VmcTurn(tuple(self._send), self._due_s if not self._dead else now_s + 60.0)
        self._send.clear()
        if self._motor_at_s is not None:
            return VmcTurn(turn.send, min(turn.wake_s, self._motor_at_s))
        return turn

    @property
    def busy(self) -> bool:
        """Whether a selection is being asked about or dispensed."""
        return self._vending is not None

    # ── what happens to it ──────────────────────────────────────────────────────────────────────────

    def _take(self, now_s: float, given: VmcInput) -> None:
        plan = self._plan
        match given:
            case HeardReader(words=words):
                for word in words:
                    self._heard.append(word)
                    if word & MODE or len(self._heard) > 40:
                        self._read(now_s, self._heard)
                        self._heard = []
            case Pressed(item=item):
                price = plan.prices.get(item)
                if price is None or self._vending is not None or not self._has_credit(price):
                    return
                self._vending = item
                self._command(0x03, b"\x00" + self._money(price) + item.to_bytes(2, "big"))
            case GaveUp():
                if self.funds is not None and self._vending is None:
                    self._command(0x03, b"\x04")
            case PaidCash(item=item):
                currency = b"\x11\x56" if self._wide else b""
                amount = self._money(plan.prices[item])
                self._command(0x03, b"\x05" + amount + item.to_bytes(2, "big") + currency)
            case FaultOrdered(fault=fault):
                self._faults.append(fault)

    def _has_credit(self, price: int) -> bool:
        return self._plan.always_idle or (self.funds is not None and price <= self.funds)

    def _read(self, now_s: float, words: Sequence[int]) -> None:
        """The reader's ACK, NAK or data; whatever else comes is as good as nothing."""
        data = bytes(word & 0xFF for word in words)
        if self._fault("deaf"):
            return
        if len(data) > 1 and checksum(data[:-1]) == data[-1]:
            if self._fault("nak"):
                self._send.append((NAK,))
            elif self._fault("retransmit"):
                self._send.append((RET,))
                return
            else:
                self._send.append((ACK,))
                self._listen(now_s, data[:-1])
        elif data != bytes([ACK]):
            self._due_s = now_s  # NAK, or not to be understood: say it again
            return
        self._asked = b""
        self._tries = 0
        self._due_s = now_s + self._plan.poll_every_s

    def _listen(self, now_s: float, data: bytes) -> None:
        code = data[0]
        match code:
            case Response.JUST_RESET | Response.OUT_OF_SEQUENCE if self._vending is None:
                self._start(reset=code == Response.OUT_OF_SEQUENCE)
            case Response.BEGIN_SESSION:
                self.funds = int.from_bytes(data[1 : 5 if self._wide else 3], "big")
            case Response.VEND_APPROVED if self._vending is not None:
                self._approved(now_s)
            case Response.VEND_DENIED:
                self._vending = None
                if self.funds is None:
                    self._command(0x03, b"\x04")
            case Response.SESSION_CANCEL_REQUEST:
                self._command(0x03, b"\x04")
            case Response.END_SESSION:
                self.funds = None

    def _approved(self, now_s: float) -> None:
        if self._fault("reset"):
            self._start(reset=True)
        elif self._fault("power_cut"):
            self._dead = True
        else:
            self._motor_at_s = now_s + self._plan.motor_s

    def _end_vend(self) -> None:
        item, self._vending = self._vending, None
        if item is None:
            return
        if self._fault("jam"):
            self._command(0x03, b"\x03")
        else:
            self.dispensed.append(item)
            self._command(0x03, b"\x02" + item.to_bytes(2, "big"))
        self._command(0x03, b"\x04")

    # ── what it says ────────────────────────────────────────────────────────────────────────────────

    def _start(self, *, reset: bool = True) -> None:
        """Set the reader up from the beginning (§7.4.1–7.4.3, 7.4.13, 7.4.17)."""
        plan = self._plan
        self._to_say.clear()
        self._asked = b""
        self.funds = self._vending = self._motor_at_s = None
        self._wide = False
        if reset:
            self._command(0x00, b"")
            return  # JUST RESET brings the rest
        highest, lowest = max(plan.prices.values()), min(plan.prices.values())
        self._command(0x01, bytes([0x00, plan.level, 0, 0, 0]))
        self._command(0x01, b"\x01" + highest.to_bytes(2, "big") + lowest.to_bytes(2, "big"))
        self._command(0x07, b"\x00" + VENDOR_ID)
        if plan.level >= 3:
            bits = (Option.MONEY_32_BIT if plan.wide else 0) | (Option.ALWAYS_IDLE if plan.always_idle else 0)
            self._command(0x07, b"\x04" + bits.to_bytes(4, "big"))
            self._wide = plan.wide
        self._command(0x04, b"\x01")

    def _command(self, code: int, body: bytes) -> None:
        self._to_say.append(bytes([self._plan.address | code]) + body)

    def _money(self, units: int) -> bytes:
        return units.to_bytes(4 if self._wide else 2, "big")

    def _speak(self, now_s: float) -> None:
        """The command that has no answer yet, the next one, or POLL."""
        if self._asked:
            self._tries += 1
            if self._tries >= GIVE_UP_AFTER:
                self._tries = 0
                self._start()
        if not self._asked:
            poll = bytes([self._plan.address | 0x02])
            self._asked = self._to_say.popleft() if self._to_say else poll
        words = command_words(self._asked)
        if self._fault("noise"):
            words = (*words[:-1], words[-1] ^ 0x55)
        self._send.append(words)
        self._due_s = now_s + self._plan.answer_within_s

    def _fault(self, kind: Fault) -> bool:
        if kind not in self._faults:
            return False
        self._faults.remove(kind)
        return True


class EagerShopper:
    """Presses, one after the other, the items that cost exactly what a session offers, until one is given."""

    def __init__(self, prices: Mapping[int, int]) -> None:
        self._prices = prices
        self._untried: list[int] | None = None

    def __call__(self, vmc: Vmc) -> list[VmcInput]:
        """What this shopper does now."""
        if vmc.funds is None:
            self._untried = None
        elif self._untried is None:
            self._untried = [item for item, price in self._prices.items() if price == vmc.funds]
        if not self._untried or vmc.busy:
            return []
        return [Pressed(self._untried.pop(0))]
