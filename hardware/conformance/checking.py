"""Puts a bench together: the broker, the line, the store's side, and runs the checks. What the command line calls.

Without an address of a broker the kit keeps one of its own in a folder, so that a device may keep its password.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hardware.broker import EmbeddedBroker
from hardware.conformance.bench import Bench, Pace, PowerSwitch
from hardware.conformance.proxy import Line, LineKeeper
from hardware.conformance.run import run
from hardware.conformance.store_side import StoreSide
from hardware.conformance.tape import Tape
from hardware.conformance.verdicts import Conformance, Finding
from hardware.link import BrokerAddress


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """Which device, and what the kit may do to it."""

    store: str
    device: str
    only: tuple[str, ...] = ()
    vend_slot: str = ""
    """The slot that may be sold from; empty: nothing is to drop."""
    pace: Pace = Pace()


@contextmanager
def own_broker(folder: Path, store: str, device: str) -> Iterator[tuple[BrokerAddress, str]]:
    """A broker of the kit's own; gives the agent's address and the device's password. Raises BrokerError."""
    broker = EmbeddedBroker(folder, store)
    who = broker.device_credentials(device)
    broker.start()
    try:
        agent = broker.agent_credentials()
        yield (
            BrokerAddress(host=broker.host, port=broker.port, user=agent.user, password=agent.password),
            who.password,
        )
    finally:
        broker.stop()


@contextmanager
def line_to(broker: BrokerAddress, listen: tuple[str, int], tape: Tape, pace: Pace) -> Iterator[Line]:
    """The kit's line to a broker. Raises OSError when the address to listen on cannot be had."""
    slow = (pace.slow_bytes, pace.slow_pause_s)
    with LineKeeper() as keeper:
        yield keeper.line(*listen, broker=(broker.host, broker.port), tape=tape, slow=slow)


def check_device(
    setting: Setting,
    broker: BrokerAddress,
    tape: Tape,
    *,
    line: Line | None = None,
    power: PowerSwitch | None = None,
    progress: Callable[[Finding], None],
) -> Conformance:
    """Check one device at a broker, as its store's agent. Raises NoBroker and OtherStore."""
    with StoreSide(broker, setting.store, setting.device, tape) as side:
        bench = Bench(
            setting.store,
            setting.device,
            tape,
            side,
            setting.pace,
            line=line,
            power=power,
            vend_slot=setting.vend_slot,
        )
        return run(bench, only=setting.only, progress=progress)
