"""The simulated devices, each a `popshop device simulate` of its own that can be killed and switched on again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from hardware.link import BrokerAddress
from popshop.demo.assortment import Assortment
from popshop.demo.steps import JSON
from popshop.shop.addresses import broker_address
from popshop.shop.local import LocalShop
from popshop.shop.processes import popshop

MOTOR_MS: Final = 900
SHELF_SHOPPERS_EVERY_S: Final = 8.0
DOOR_PEOPLE_EVERY_S: Final = 3.0


class _Running:
    """A device's process and the pipe into it."""

    def __init__(self, folder: Path, name: str, options: list[str], broker: BrokerAddress) -> None:
        reading, self._lines = os.pipe()
        try:
            self.child = popshop(folder, name, options, stdin=reading, env=broker_address(broker))
        finally:
            os.close(reading)

    def tell(self, line: str) -> None:
        """Write a line; to a device that is gone it makes no difference."""
        if self.child.alive:
            try:
                os.write(self._lines, f"{line}\n".encode())
            except BrokenPipeError:
                return

    def stop(self) -> None:
        self.child.stop()
        os.close(self._lines)


class Floor:
    """All devices of the demo store. Their memory and their logs are under `folder`."""

    def __init__(self, shop: LocalShop, assortment: Assortment, *, speed: float, seed: int) -> None:
        self._shop = shop
        self._assortment = assortment
        self._speed = speed
        self._seed = seed
        self._folder = shop.folder / "devices"
        self._folder.mkdir(exist_ok=True)
        self._running: dict[str, _Running] = {}

    @property
    def devices(self) -> list[str]:
        """Their names."""
        return self._assortment.devices

    def switch_on(self, device: str, counts: dict[str, int]) -> None:
        """Start a device. `counts` is what a machine's slots hold; full where it says nothing."""
        gone = self._running.pop(device, None)
        if gone is not None:
            gone.stop()
        options = [
            *("device", "simulate", "--json", "--store", self._shop.store.store, "--device", device),
            *("--data", str(self._folder), "--seed", str(self._seed)),
            *self._kind(device, counts),
        ]
        self._running[device] = _Running(self._folder, device, options, self._shop.device_address(device))

    def _kind(self, device: str, counts: dict[str, int]) -> list[str]:
        plan = self._assortment
        if device == plan.scanner:
            return ["--kind", "scanner"]
        if device == plan.shelf.device:
            every_s = SHELF_SHOPPERS_EVERY_S / self._speed
            plates = self._file(device, plan.shelf.plates)
            return ["--kind", "shelf", "--slots", plates, "--shoppers-every-s", f"{every_s:.3f}"]
        if device == plan.door:
            return ["--kind", "footfall", "--shoppers-every-s", f"{DOOR_PEOPLE_EVERY_S / self._speed:.3f}"]
        motor_ms = str(int(MOTOR_MS / self._speed))
        kind = "sampling" if device == plan.sampler.device else "vending"
        return [
            *("--kind", kind, "--slots", self._file(device, plan.slots(device, counts))),
            *("--motor-ms", motor_ms, "--chance", "double=0.03", "--chance", "no_drop=0.01"),
        ]

    def _file(self, device: str, content: object) -> str:
        path = self._folder / f"{device}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(content)))
        return str(path)

    def tell(self, device: str, line: str) -> None:
        """Let something happen to a device."""
        self._running[device].tell(line)

    def dead(self) -> list[str]:
        """Devices whose process is gone."""
        return [name for name, running in self._running.items() if not running.child.alive]

    def stop(self) -> None:
        """Switch everything off in good order."""
        while self._running:
            self._running.popitem()[1].stop()


def counts_of(entities: JSON, device: str) -> dict[str, int]:
    """What the store's book says that a machine's slots hold."""
    slots = entities.get("device", {}).get(device, {}).get("slots", [])
    return {slot["slot"]: slot["count"] for slot in slots}
