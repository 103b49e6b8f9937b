"""One store of a soak: broker, agent, a vending machine and a shelf, joined to headquarters over a line of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from popshop.shop.client import StaffClient
from popshop.shop.line import Exchange, Line
from popshop.shop.processes import run_popshop
from popshop.soak import goods
from popshop.soak.parts import Agent, Broker, DeviceProcess, Headquarters, free_port

VEND_TIMEOUT_S: Final = 4
"""Short: a machine killed in the middle of a vend leaves a case for a person soon."""
MOTOR_MS: Final = 250
SHOPPERS_EVERY_S: Final = 1.5
DISK_RESERVE_MB: Final = 8
PATIENCE_S: Final = 90.0


class Store:
    """All that belongs to one store, under `folder`."""

    def __init__(self, name: str, folder: Path, exchange: Exchange, hq: Headquarters) -> None:
        logs = folder / "logs"
        logs.mkdir(parents=True)
        self.name = name
        self.folder = folder
        self.data = folder / "store"
        self.hq_line = exchange.line(free_port(), hq.port)
        self.broker = Broker(name, folder / "broker", logs)
        self.device_line: Line = exchange.line(free_port(), self.broker.server.port)
        options = ["--vend-timeout-s", str(VEND_TIMEOUT_S), "--disk-reserve-mb", str(DISK_RESERVE_MB)]
        self.agent = Agent(name, self.data, self.broker, logs, options)
        self.machine = self._device(goods.MACHINE, logs, seed=1)
        self.shelf = self._device(goods.SHELF, logs, seed=2)
        self._hq = hq

    def _device(self, device: str, logs: Path, seed: int) -> DeviceProcess:
        user, password = self.broker.server.device_credentials(device)
        broker = f"mqtt://{user}:{password}@127.0.0.1:{self.device_line.port}"
        options = [
            *("device", "simulate", "--json", "--store", self.name, "--device", device),
            *("--broker", broker, "--data", str(logs.parent / "devices"), "--seed", str(seed)),
        ]
        (logs.parent / "devices").mkdir(exist_ok=True)
        if device == goods.SHELF:
            plates = [{"plate": f"p{n}", "item": sku, "weight_g": 120.0} for n, sku in enumerate(goods.SKUS)]
            options += ["--kind", "shelf", "--shoppers-every-s", str(SHOPPERS_EVERY_S)]
            return DeviceProcess(self.name, device, [*options, *self._slots(logs, device, plates)], logs)
        options += ["--kind", "vending", "--motor-ms", str(MOTOR_MS)]
        options += ["--chance", "no_drop=0.02", "--chance", "double=0.03", "--chance", "silence=0.01"]
        slots = self._slots(logs, device, goods.machine_slots())
        return DeviceProcess(self.name, device, [*options, *slots], logs)

    @staticmethod
    def _slots(logs: Path, device: str, content: list[dict[str, Any]]) -> list[str]:
        path = logs / f"{device}.json"
        path.write_text(json.dumps(content), "utf-8")
        return ["--slots", str(path)]

    def open(self) -> None:
        """Join headquarters, start everything, bring the catalogue in."""
        hq = ["--data", str(self._hq.data), "--json"]
        zone = ["--timezone", goods.TIMEZONE, "--currency", goods.CURRENCY]
        made = json.loads(run_popshop(self.folder, ["hq", "enrol", self.name, *zone, *hq]))
        code = f"{made['code'].partition('@')[0]}@http://127.0.0.1:{self.hq_line.port}"
        run_popshop(self.folder, ["edge", "join", code, "--data", str(self.data), "--json"])
        self.broker.start()
        self.agent.start()
        self.machine.start()
        self.shelf.start()
        with self.staff() as staff:
            staff.list_items(goods.catalogue())
            staff.plan(goods.planogram())
            staff.wait_until_ready([goods.MACHINE, goods.SHELF])

    def staff(self, patience_s: float = PATIENCE_S) -> StaffClient:
        """Hands on the agent's API. They wait for an agent that is away."""
        token = json.loads((self.data / "credentials.json").read_text())["staff_token"]
        return StaffClient(self.agent.url, token, patience_s=patience_s)

    def stop(self) -> None:
        """Stop everything, devices first."""
        for part in (self.machine, self.shelf, self.agent, self.broker):
            part.stop()
