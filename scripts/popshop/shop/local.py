"""Starts, kills and stops a shop's processes. Each is the very command a person would type."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from edge_agent.adapters import identity, joining, witness_file
from edge_agent.adapters.identity import Identity
from hardware.broker import EmbeddedBroker
from hardware.child_process import Child
from hardware.link import BrokerAddress
from popshop.shop.addresses import ask_hq, broker_address
from popshop.shop.client import StaffClient
from popshop.shop.processes import (
    HQ_STOP_TIMEOUT_S,
    popshop,
    run_popshop,
    wait_for_address,
    wait_until_answers,
)


class LocalShop:
    """One store and (unless it stands alone) its headquarters, with all their data under `folder`."""

    def __init__(self, folder: Path, store: Identity, *, agent_options: Sequence[str] = ()) -> None:
        """`store` says name, zone and currency; joining replaces its epoch and token."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self.store = store
        self._agent_options = list(agent_options)
        self.broker = EmbeddedBroker(self.folder / "broker", store.store)
        self._hq: Child | None = None
        self._agent: Child | None = None
        self._hq_port = 0
        self._agent_port = 0

    # ── headquarters ────────────────────────────────────────────────────────────────────────────────

    @property
    def hq_data(self) -> Path:
        """Headquarters' folder."""
        return self.folder / "hq"

    @property
    def hq_url(self) -> str:
        """Where headquarters answers."""
        return f"http://127.0.0.1:{self._hq_port}"

    @property
    def hq_port(self) -> int:
        """Where it listens."""
        return self._hq_port

    def start_hq(self) -> None:
        """Start headquarters with its PostgreSQL; on the same port as before, if there was one."""
        self.hq_data.mkdir(exist_ok=True)
        options = ["hq", "run", "--data", str(self.hq_data), "--port", str(self._hq_port)]
        self._hq = popshop(self.folder, "hq", options)
        self._hq_port = _port(
            wait_for_address(self.hq_data / "address.json", self._hq, self.folder / "hq.log")
        )

    def stop_hq(self) -> None:
        """Stop headquarters and its PostgreSQL."""
        if self._hq is not None:
            self._hq.stop(HQ_STOP_TIMEOUT_S)
            self._hq = None

    @property
    def hq_alive(self) -> bool:
        """Whether headquarters' process runs."""
        return self._hq is not None and self._hq.alive

    def hq_credentials(self) -> dict[str, str]:
        """Headquarters' first-run credentials."""
        found: dict[str, str] = json.loads((self.hq_data / "credentials.json").read_text())
        return found

    def hq_get(self, path: str) -> dict[str, Any]:
        """Ask headquarters' API for something, as its administrator."""
        return ask_hq(self.hq_url, self.hq_credentials()["admin_password"], path)

    def join(self, *, over: str = "") -> None:
        """Enrol the store at headquarters and make the agent's folder that store (once).

        Headquarters started anew may have another port; the store is told, or asks it `over` another address.
        """
        if identity.load(self.edge_data) is None:
            self._enrol()
        known = identity.load(self.edge_data)
        assert known is not None, "the store has joined"
        identity.save(self.edge_data, msgspec.structs.replace(known, hq_url=over or self.hq_url))

    def _enrol(self) -> None:
        s = self.store
        options = ["--name", s.name, "--timezone", s.timezone, "--currency", s.currency]
        enrol = ["hq", "enrol", s.store, *options, "--data", str(self.hq_data), "--json"]
        answer = json.loads(run_popshop(self.folder, enrol))
        joining.join(self.edge_data, witness_file.beside(self.edge_data), answer["code"])

    # ── the store ───────────────────────────────────────────────────────────────────────────────────

    @property
    def edge_data(self) -> Path:
        """The agent's folder."""
        return self.folder / "store"

    @property
    def agent_url(self) -> str:
        """Where the agent answers."""
        return f"http://127.0.0.1:{self._agent_port}"

    @property
    def agent_alive(self) -> bool:
        """Whether the agent's process runs."""
        return self._agent is not None and self._agent.alive

    @property
    def agent_pid(self) -> int:
        """The agent's process."""
        assert self._agent is not None, "the agent runs"
        return self._agent.pid

    def credentials(self) -> dict[str, str]:
        """The store's first-run credentials."""
        found: dict[str, str] = json.loads((self.edge_data / "credentials.json").read_text())
        return found

    def staff(self, patience_s: float, connections: int) -> StaffClient:
        """Hands on the store's API."""
        token = self.credentials()["staff_token"]
        return StaffClient(self.agent_url, token, patience_s=patience_s, connections=connections)

    def stand_alone(self) -> None:
        """Make the agent's folder a store without headquarters."""
        if identity.load(self.edge_data) is None:
            identity.save(self.edge_data, self.store)

    def start_agent(self) -> None:
        """Start the agent; on the same port as before, if there was one."""
        user, password = self.broker.agent_credentials()
        broker = BrokerAddress(host="127.0.0.1", port=self.broker.port, user=user, password=password)
        options = ["edge", "run", "--data", str(self.edge_data), "--port", str(self._agent_port)]
        # A killed agent leaves its address behind; it must not be taken for the new one's.
        (self.edge_data / "address.json").unlink(missing_ok=True)
        options += self._agent_options
        self._agent = popshop(self.folder, "agent", options, env=broker_address(broker))
        address = wait_for_address(self.edge_data / "address.json", self._agent, self.folder / "agent.log")
        self._agent_port = _port(address)
        wait_until_answers(f"{self.agent_url}/api/health", self._agent)

    def kill_agent(self) -> None:
        """kill -9."""
        assert self._agent is not None, "the agent runs"
        self._agent.kill()

    def stop_agent(self) -> None:
        """Stop the agent in good order."""
        if self._agent is not None:
            self._agent.stop()
            self._agent = None

    def device_address(self, device: str) -> BrokerAddress:
        """Where a device signs in."""
        user, password = self.broker.device_credentials(device)
        return BrokerAddress(host="127.0.0.1", port=self.broker.port, user=user, password=password)

    def stop(self) -> None:
        """Stop everything, the store first so that headquarters hears the last of it."""
        self.stop_agent()
        self.broker.stop()
        self.stop_hq()

    def __enter__(self) -> LocalShop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _port(address: dict[str, Any]) -> int:
    return int(str(address["url"]).rpartition(":")[2])
