"""The conformance kit passes what keeps the contract (simulators, the example) and names what does not.

All devices are checked at once, each on a line of its own, at one broker; the tests then read the findings.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random
from typing import Final

import pytest

from hardware.behaviour import Behaviour, Identity, Input, PowerCut, Update
from hardware.broker import EmbeddedBroker
from hardware.conformance.bench import Pace, PowerSwitch
from hardware.conformance.checking import Setting, check_device, line_to
from hardware.conformance.tape import Tape
from hardware.conformance.verdicts import Conformance
from hardware.device import Device
from hardware.footfall.port import Habits
from hardware.footfall.simulator import FootfallSimulator
from hardware.link import BrokerAddress
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.scanner.driver import ScannerDriver
from hardware.scanner.simulator import ScannerSimulator
from hardware.send_window import WindowLimits
from hardware.shelf.driver import ShelfDriver
from hardware.shelf.port import Plate
from hardware.shelf.simulator import ShelfSimulator
from hardware.vending.driver import MdbVending
from hardware.vending.mdb.settings import Selection, Settings
from hardware.vending.port import Machine, Slot
from hardware.vending.simulator import VendingSimulator
from tests import broken_devices as other

STORE: Final = "pop-1"
PACE: Final = Pace(
    appear_s=10.0,
    answer_s=4.0,
    boot_s=6.0,
    back_s=10.0,
    power_s=8.0,
    vend_s=5.0,
    label_s=3.0,
    resend_after_s=0.1,
    resend_within_s=4.0,
    again_within_s=4.0,
    flight_s=0.4,
    quiet_s=1.0,
    burst=9,
    remembered=20,
    slow_pause_s=0.002,
)


# ── our simulators, with a plug ─────────────────────────────────────────────────────────────────────


class Unplugged(Input, frozen=True):
    """Somebody pulls the plug."""


class Pluggable:
    """A simulator whose plug can be pulled."""

    def __init__(self, inner: Behaviour) -> None:
        self._inner = inner

    def identity(self) -> Identity:
        return self._inner.identity()

    def start(self, now_s: float) -> Update:
        return self._inner.start(now_s)

    def update(self, now_s: float, inputs: Sequence[Input]) -> Update:
        if any(isinstance(happening, Unplugged) for happening in inputs):
            return Update([PowerCut(off_ms=50)])
        return self._inner.update(now_s, inputs)


class Plug:
    """Pulls it."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def get_ready(self, what: str) -> None:
        """Nothing to prepare."""

    def cycle(self) -> None:
        self._device.put(Unplugged())


def machine(kind: str) -> VendingSimulator:
    slot = Slot(slot=other.SLOT, capacity=9, count=9)
    return VendingSimulator([slot], rng=Random(1), machine=Machine(kind=kind, motor_ms=300))


PLATES: Final = [Plate(plate="p1", item="A", weight_g=9.0, label="l1")]
SIMULATORS: Final[dict[str, Callable[[], Behaviour]]] = {
    "vending": lambda: machine("vending"),
    "sampling": lambda: machine("sampling"),
    "shelf": lambda: ShelfSimulator(PLATES, rng=Random(1)),
    "scanner": ScannerSimulator,
    "footfall": lambda: FootfallSimulator(
        rng=Random(1), clock=system_clock, habits=Habits(arrive_every_s=0.5), report_every_s=1.0
    ),
}

DRIVERS: Final[dict[str, Callable[[], Behaviour]]] = {
    "scanner driver": lambda: ScannerDriver(["usb"], serial="1"),
    "shelf driver": lambda: ShelfDriver([Plate(plate="p1", item="A", weight_g=9.0)]),
    "MDB driver": lambda: MdbVending(
        Settings(slots=[Selection(slot="1", item_number=1, price_minor=500, capacity=8)])
    ),
}
"""With nothing on their wires."""

OTHERS: Final = {
    "example": other.PeopleCounter,
    "machine": other.Machine,
    "labels": other.Shelf,
}
"""By another hand, and right."""

BROKEN: Final[dict[type[other.PeopleCounter], set[str]]] = {
    other.ForgetsAfterPuback: {"delivery.resend"},
    other.RenumbersAtRestart: {"delivery.earlier_boot_first", "power.reports", "power.commands"},
    other.KeepsItsBootId: {"commands.restart", "numbering.bytes"},
    other.ForgetsIdsAtRestart: {
        *("commands.once_after_restart", "power.commands"),
        *("vending.after_restart", "power.mid_vend"),
    },
    other.RepeatsTheVendAtRestart: {"power.mid_vend"},
    other.RunsExpiredCommands: {"commands.expired", "vending.expired"},
    other.RunsAnIdTwice: {"commands.once"},
    other.ChangesTheBytes: {"delivery.resend", "numbering.bytes"},
    other.HasNoLastWill: {"presence.last_will", "presence.connect"},
    other.IsNotRetained: {"presence.retained"},
    other.DiesOfHugeMessages: {"hostile.huge_command", "hostile.huge_ack"},
    other.LetsTheOlderPriceWin: {"shelf.labels"},
    other.SkipsANumber: {"numbering.sequence"},
    other.SaysTwoOutcomes: {"vending.outcome"},
    other.CountsBackwards: {"reports.data"},
    other.HasACleanSession: {"presence.connect", "line.while_away"},
}
"""What each must fail."""
UNTRIED: Final = {"presence.readings", "reports.used"}
"""What a device may have nothing for."""


@contextmanager
def simulated(make: Behaviour, folder: Path, name: str, address: BrokerAddress) -> Iterator[PowerSwitch]:
    limits = WindowLimits(resend_s=0.4, resend_most_s=1.0)
    device = Device(
        STORE,
        name,
        Pluggable(make),
        folder,
        address,
        clock=system_clock,
        new_boot_mark=random_boot_mark,
        limits=limits,
        act=lambda _: None,
    )
    with DeviceRunner([device]):
        yield Plug(device)


Place = tuple[Path, str, BrokerAddress]


def all_devices() -> dict[str, Callable[[Place], AbstractContextManager[PowerSwitch]]]:
    found: dict[str, Callable[[Place], AbstractContextManager[PowerSwitch]]] = {}
    for name, make in {**SIMULATORS, **DRIVERS}.items():
        found[name] = lambda place, make=make: simulated(make(), *place)  # type: ignore[misc]
    makers = {**OTHERS, **{maker.__name__: maker for maker in BROKEN}}
    for name, maker in makers.items():
        found[name] = lambda place, maker=maker: by_another_hand(maker, *place)  # type: ignore[misc]
    return found


def by_another_hand(
    maker: type[other.PeopleCounter], folder: Path, name: str, address: BrokerAddress
) -> AbstractContextManager[PowerSwitch]:
    where = (address.host, address.port, address.password, f"{folder / name}.sqlite")
    return other.Power(lambda: maker(STORE, name, *where))


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Conformance]]:
    """Every device, checked."""
    folder = tmp_path_factory.mktemp("conformance")
    broker = EmbeddedBroker(folder / "broker", STORE)
    devices = all_devices()
    logins = {name: f"d-{number}" for number, name in zip(itertools.count(1), devices, strict=False)}
    passwords = {name: broker.device_credentials(login).password for name, login in logins.items()}
    broker.start()
    agent = broker.agent_credentials()
    store = BrokerAddress(host=broker.host, port=broker.port, user=agent.user, password=agent.password)

    def check(name: str) -> Conformance:
        tape = Tape()
        setting = Setting(
            store=STORE, device=logins[name], vend_slot="" if name in DRIVERS else other.SLOT, pace=PACE
        )
        with line_to(store, ("127.0.0.1", 0), tape, PACE) as line:
            address = BrokerAddress(
                host=line.host, port=line.port, user=logins[name], password=passwords[name]
            )
            with devices[name]((folder, logins[name], address)) as power:
                return check_device(setting, store, tape, line=line, power=power, progress=lambda _: None)

    try:
        with ThreadPoolExecutor(len(devices)) as pool:
            found = dict(zip(devices, pool.map(check, devices), strict=True))
        # All at once they keep a small computer busy enough to be late; what was late is not so alone.
        yield {name: first if as_said(name, first) else check(name) for name, first in found.items()}
    finally:
        broker.stop()


def as_said(name: str, found: Conformance) -> bool:
    """Whether a device fails what it must fail, and nothing that it could be asked was left out."""
    must_fail = next((checks for maker, checks in BROKEN.items() if maker.__name__ == name), set())
    return set(failures(found)) == must_fail and (
        name not in {*SIMULATORS, *OTHERS} or untried(found) <= UNTRIED
    )


def untried(found: Conformance) -> set[str]:
    return {finding.check for finding in found.findings if finding.outcome == "not_tried"}


def failures(found: Conformance) -> dict[str, str]:
    return {finding.check: finding.seen for finding in found.findings if finding.outcome == "failed"}


@pytest.mark.parametrize("name", [*SIMULATORS, *OTHERS])
def test_whoever_keeps_the_contract_passes(name: str, findings: dict[str, Conformance]) -> None:
    assert failures(findings[name]) == {}
    assert untried(findings[name]) <= UNTRIED


@pytest.mark.parametrize("name", DRIVERS)
def test_a_driver_whose_wires_are_empty_keeps_the_contract(
    name: str, findings: dict[str, Conformance]
) -> None:
    assert failures(findings[name]) == {}


@pytest.mark.parametrize("maker", BROKEN, ids=lambda maker: maker.__name__)
def test_a_broken_device_fails_where_it_is_broken_and_nowhere_else(
    maker: type[other.PeopleCounter], findings: dict[str, Conformance]
) -> None:
    found = findings[maker.__name__]
    assert set(failures(found)) == BROKEN[maker], failures(found)
    for finding in found.findings:
        assert finding.outcome != "failed" or (finding.seen and finding.advice and finding.rule)


def test_a_device_of_every_kind_is_among_the_broken_ones(findings: dict[str, Conformance]) -> None:
    kinds = {findings[maker.__name__].kind for maker in BROKEN}
    assert kinds == {"vending", "sampling", "shelf", "scanner", "footfall"}
