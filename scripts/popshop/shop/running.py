"""A shop that somebody else runs (`popshop hq run`, `popshop edge run`), reached by its folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edge_agent.adapters import identity
from hardware.link import BrokerAddress
from popshop.console import UserError
from popshop.shop.addresses import ask_hq, read_broker
from popshop.shop.client import AgentRefused, StaffClient


class RunningShop:
    """The same calls as `LocalShop` has for whoever sells in it; nothing is started or stopped."""

    def __init__(self, store_data: Path, hq_data: Path, folder: Path) -> None:
        """`folder` takes what the caller keeps of its own. Raises UserError when a part does not run."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        found = identity.load(store_data)
        if found is None:
            raise UserError(f"{store_data} is no store: name the --data folder of `popshop edge run`")
        self.store = found
        self.agent_url = str(_read(store_data / "address.json", "popshop edge run")["url"])
        self._staff_token = str(_read(store_data / "credentials.json", "popshop edge run")["staff_token"])
        self.hq_url = str(_read(hq_data / "address.json", "popshop hq run")["url"])
        self._hq_password = str(_read(hq_data / "credentials.json", "popshop hq run")["admin_password"])

    def staff(self, patience_s: float, connections: int) -> StaffClient:
        """Hands on the store's API."""
        return StaffClient(self.agent_url, self._staff_token, patience_s=patience_s, connections=connections)

    def hq_get(self, path: str) -> dict[str, Any]:
        """Ask headquarters' API for something, as its administrator."""
        return ask_hq(self.hq_url, self._hq_password, path)

    def device_address(self, device: str) -> BrokerAddress:
        """Make the device's user at the store's broker, and say where it signs in. Raises UserError."""
        try:
            with self.staff(0, 1) as staff:
                made = staff.post("/api/devices", {"device": device}, "")
        except AgentRefused as no:
            raise UserError(str(no)) from None
        return read_broker(made["broker"])


def _read(path: Path, command: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is not there: does `{command} --data {path.parent}` run?") from None
    return found
