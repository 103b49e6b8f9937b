"""An existing machine on an MDB bus as a device of the shop: our orders wait for their shoppers at its buttons. Pure.

A paid vend opens a session with exactly its price (or waits for the selection, where the machine takes selections
first), and is approved for exactly its slot and price, once. What was not paid is denied and reported; what nobody
knows is not said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import msgspec

from cloud_sync.protocol.eva_dts import events
from hardware.behaviour import CommandGiven, Condition, Identity, Input, Output, Say, Update
from hardware.messages import (
    CashSale,
    Command,
    CommandRefused,
    FaultCleared,
    FaultRaised,
    SlotSelected,
    VendFailed,
    VendStarted,
    VendSucceeded,
)
from hardware.vending.mdb import port
from hardware.vending.mdb.codes import State
from hardware.vending.mdb.profile import CURRENCIES
from hardware.vending.mdb.settings import Selection, Settings

ADAPTER_GONE: Final = "EKM"
"""EVA-DTS 6.1, Annex C: the cashless reader does not answer."""
MACHINE_SILENT: Final = "EIL"
"""The same: the machine does not answer its communication unit."""
SESSION_AGAIN_S: Final = 2.0
"""A shopper who gave up may have changed his mind: his money is offered again, but not at once."""


class _Waiting(msgspec.Struct, frozen=True):
    """A paid vend that nobody has pressed yet."""

    command: Command
    selection: Selection
    expires_s: float


class _UnderWay(msgspec.Struct):
    """The vend that the machine was told to make."""

    request: int
    vend: _Waiting
    started: bool = False


class MdbVending:
    """Implements `hardware.behaviour.Behaviour`. Its acts are `port.Order`s."""

    def __init__(self, settings: Settings) -> None:
        """`settings` as `read_settings` lets through."""
        self._settings = settings
        self._profile = settings.profile()
        self._by_slot = {one.slot: one for one in settings.slots}
        self._by_item = {one.item_number: one for one in settings.slots}
        self._waiting: deque[_Waiting] = deque()
        self._under_way: _UnderWay | None = None
        self._reader = State.INACTIVE
        self._always_idle = False
        self._offered: _Waiting | None = None
        self._offer_at_s = 0.0
        self._line_lost = False
        self._quiet = False
        self._locked = False

    def identity(self) -> Identity:
        """Kind, model and slots."""
        settings = self._settings
        return Identity(
            kind=settings.kind,
            model=settings.model,
            serial=settings.serial,
            firmware="mdb-1",
            capabilities={
                "slots": [
                    {
                        "slot": one.slot,
                        "capacity": one.capacity,
                        "par_level": one.par_level,
                        "price_minor": one.price_minor,
                    }
                    for one in settings.slots
                ],
                "drop_sensor": settings.drop_sensor,
            },
        )

    def start(self, now_s: float) -> Update:
        """Power came on: vends under way and waiting are forgotten; a session that is open is ended.

        The reader on its line has gone on meanwhile: it is asked how it is.
        """
        self._waiting.clear()
        self._under_way = self._offered = None
        update = self.update(now_s, [])
        return Update([*update.outputs, port.EndSession(), port.TellState()], update.wake_s)

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        """See `Behaviour.update`."""
        outputs: list[Output] = []
        for happening in inputs:
            outputs += self._take(now_s, happening)
        outputs += self._expire(now_s)
        outputs += self._offer(now_s)
        outputs.append(self._condition())
        return Update(outputs, self._wake_s(now_s))

    def _take(self, now_s: float, happening: Input) -> list[Output]:
        match happening:
            case CommandGiven(command=command):
                return self._obey(happening, command)
            case port.StateIs(state=state, always_idle=always_idle):
                self._reader, self._always_idle = state, always_idle
                return []
            case port.SessionEnded():
                if self._offered in self._waiting:
                    self._offer_at_s = now_s + SESSION_AGAIN_S
                self._offered = None
                return []
            case port.Selected():
                return self._select(now_s, happening)
            case port.SoldForCash():
                return self._sold_for_cash(happening)
            case port.BusQuiet(quiet=quiet):
                return self._hear_of_trouble(MACHINE_SILENT, quiet)
            case port.LineLost():
                self._forget_pending()
                return self._hear_of_trouble(ADAPTER_GONE, True)
            case port.LineFound():
                return self._hear_of_trouble(ADAPTER_GONE, False)
            case port.Happening():
                return self._go_on(happening)
        raise TypeError(f"a machine on an MDB bus knows no {type(happening).__name__}")

    # ── commands ────────────────────────────────────────────────────────────────────────────────────

    def _obey(self, given: CommandGiven, command: Command) -> list[Output]:
        if command.kind == "vend":
            selection = self._by_slot.get(command.slot)
            reason = ""
            if selection is None:
                reason = "unknown_slot"
            elif self._locked:
                reason = "locked"
            elif len(self._waiting) >= self._settings.queue_limit:
                reason = "busy"
            if reason or selection is None:
                return [Say(CommandRefused(command_id=command.id, reason=reason))]
            self._waiting.append(_Waiting(command, selection, given.expires_s))
            return []
        if command.kind in ("lock", "unlock"):
            return self._lock(command.kind == "lock")
        if command.kind == "identify":
            return []
        return [Say(CommandRefused(command_id=command.id, reason="unsupported"))]

    def _lock(self, locked: bool) -> list[Output]:
        """Nothing is begun while it is locked; what the machine was told to make goes on."""
        self._locked = locked
        if not locked:
            return []
        refused: list[Output] = [
            Say(CommandRefused(command_id=vend.command.id, reason="locked")) for vend in self._waiting
        ]
        self._waiting.clear()
        return [*refused, *self._withdraw_offer()]

    def _expire(self, now_s: float) -> list[Output]:
        late = [vend for vend in self._waiting if now_s >= vend.expires_s]
        outputs: list[Output] = []
        for vend in late:
            self._waiting.remove(vend)
            outputs.append(Say(CommandRefused(command_id=vend.command.id, reason="expired")))
        if self._offered in late:
            outputs += self._withdraw_offer()
        return outputs

    def _withdraw_offer(self) -> list[Output]:
        if self._offered is None:
            return []
        self._offered = None
        return [port.EndSession()]

    # ── on the bus ──────────────────────────────────────────────────────────────────────────────────

    def _offer(self, now_s: float) -> list[Output]:
        """Open a session for whoever waits longest, unless the machine takes selections without one."""
        if not self._waiting or self._reader is not State.ENABLED or self._always_idle or self._line_lost:
            return []
        if self._under_way is not None or self._offered is not None or now_s < self._offer_at_s:
            return []
        first = self._waiting[0]
        funds = self._profile.units(first.selection.price_minor)
        assert funds is not None
        self._offered = first
        return [port.BeginSession(funds, first.expires_s)]

    def _select(self, now_s: float, asked: port.Selected) -> list[Output]:
        """Yes to what somebody paid for and nobody was given yet; no to everything else."""
        selection = self._by_item.get(asked.item)
        price_minor = self._profile.minor(asked.price)
        vend = self._paid(now_s, selection, price_minor)
        if vend is not None:
            self._waiting.remove(vend)
            self._under_way = _UnderWay(asked.request, vend)
            return [port.Approve(asked.request, vend.expires_s)]
        outputs: list[Output] = [port.Deny(asked.request)]
        if selection is not None:
            pressed = SlotSelected(
                slot=selection.slot, price_minor=price_minor, currency=self._settings.currency
            )
            outputs.insert(0, Say(pressed))
        return outputs

    def _paid(self, now_s: float, selection: Selection | None, price_minor: int) -> _Waiting | None:
        if self._under_way is not None or self._locked:
            return None
        for vend in self._waiting:
            if vend.selection is selection and now_s < vend.expires_s:
                return vend if selection.price_minor == price_minor else None
        return None

    def _go_on(self, happening: port.Happening) -> list[Output]:
        """What becomes of the vend that was approved; what concerns another request is no news."""
        current = self._under_way
        if current is None or getattr(happening, "request", None) != current.request:
            return []
        command, slot = current.vend.command, current.vend.command.slot
        if isinstance(happening, port.Withdrawn):
            self._under_way = None
            if self._locked:
                return [Say(CommandRefused(command_id=command.id, reason="locked"))]
            self._waiting.appendleft(current.vend)
            return []
        if isinstance(happening, port.OutcomeUnknown):
            self._under_way = None  # nothing is said: the store asks a person
            return []
        outputs: list[Output] = []
        if not current.started:
            current.started = True
            outputs.append(Say(VendStarted(command_id=command.id, slot=slot)))
        if isinstance(happening, port.Dispensed):
            seen = self._settings.drop_sensor and not happening.by_reset
            outputs.append(Say(VendSucceeded(command_id=command.id, slot=slot, drop_confirmed=seen)))
        elif isinstance(happening, port.NotDispensed):
            outputs.append(Say(VendFailed(command_id=command.id, slot=slot, code=events.DELIVERY_FAILED)))
        else:
            return outputs
        self._under_way = None
        return outputs

    def _sold_for_cash(self, sold: port.SoldForCash) -> list[Output]:
        """A selection that is not in the settings is reported by its number: staff see it, nothing is lost."""
        selection = self._by_item.get(sold.item)
        slot = selection.slot if selection is not None else f"item-{sold.item}"
        said = (name for name, (number, _) in CURRENCIES.items() if number == sold.currency)
        currency = next(said, self._settings.currency)
        return [Say(CashSale(slot=slot, price_minor=self._profile.minor(sold.price), currency=currency))]

    # ── how it is ───────────────────────────────────────────────────────────────────────────────────

    def _forget_pending(self) -> None:
        """What a yes that has left led to, nobody will know: the store asks a person. One that never left waits on."""
        if self._under_way is not None and not self._under_way.started:
            self._waiting.appendleft(self._under_way.vend)
        self._under_way = self._offered = None

    def _hear_of_trouble(self, code: str, there: bool) -> list[Output]:
        before = self._line_lost if code == ADAPTER_GONE else self._quiet
        if code == ADAPTER_GONE:
            self._line_lost = there
        else:
            self._quiet = there
        if there == before:
            return []
        report = FaultRaised if there else FaultCleared
        return [Say(report(code=code))]

    def _condition(self) -> Condition:
        """`alert`: it cannot be reached; `init`: the machine has not enabled us; `sleeping`: locked by command."""
        faults = (ADAPTER_GONE,) if self._line_lost else (MACHINE_SILENT,) if self._quiet else ()
        if faults:
            return Condition("alert", faults)
        if self._reader in (State.INACTIVE, State.DISABLED):
            return Condition("init")
        return Condition("sleeping" if self._locked else "ready")

    def _wake_s(self, now_s: float) -> float | None:
        due = [vend.expires_s for vend in self._waiting]
        if self._waiting and self._offer_at_s > now_s:
            due.append(self._offer_at_s)
        return min(due, default=None)
