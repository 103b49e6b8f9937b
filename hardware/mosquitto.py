"""The broker of a store in production: Mosquitto from the system's packages, configured for us.

`mosquitto_config` writes what an operator copies to /etc/mosquitto; `MosquittoBroker` runs it as our child.
"""

from __future__ import annotations

import base64
import getpass
import hashlib
import shutil
from pathlib import Path
from typing import Final, NamedTuple

from hardware.broker_process import MAX_PAYLOAD_BYTES, BrokerError, BrokerProcess
from hardware.broker_users import AGENT_USER, BrokerUsers, Credentials, new_salt, write_private
from hardware.topics import FROM_DEVICE, ROOT, TO_DEVICE

PASSWORD_ROUNDS: Final = 101
"""mosquitto_passwd's own number; our passwords are 192 random bits, rounds add nothing."""
AUTOSAVE_S: Final = 5
MAX_INFLIGHT_MESSAGES: Final = 1_000
"""The default of 20 would cut the agent's group commits down to 20 reports."""


class MosquittoFiles(NamedTuple):
    """What `mosquitto_config` wrote."""

    config: Path
    passwords: Path
    acl: Path


def mosquitto_config(
    folder: Path,
    store: str,
    users: BrokerUsers,
    *,
    host: str = "127.0.0.1",
    port: int = 1883,
    run_as: str = "mosquitto",
    autosave_s: int = AUTOSAVE_S,
) -> MosquittoFiles:
    """Write mosquitto.conf, its password file and its ACL into `folder`. Mosquitto 2.0 or later."""
    files = MosquittoFiles(folder / "mosquitto.conf", folder / "passwords", folder / "acl")
    lines = [
        f"listener {port} {host}",
        "allow_anonymous false",
        f"password_file {files.passwords}",
        f"acl_file {files.acl}",
        f"user {run_as}",
        "persistence true",
        f"persistence_location {folder}/",
        f"autosave_interval {autosave_s}",
        "# The default of 1000 drops what waits beyond it, without a word.",
        "max_queued_messages 0",
        f"max_inflight_messages {MAX_INFLIGHT_MESSAGES}",
        f"max_packet_size {MAX_PAYLOAD_BYTES + 1024}",
        "# Without it a command waits some 40 ms for nothing.",
        "set_tcp_nodelay true",
        f"log_dest file {folder}/broker.log",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "log_type information",
    ]
    write_private(files.config, "\n".join(lines) + "\n")
    write_private(files.passwords, "".join(f"{_password_line(entry)}\n" for entry in users.all()))
    write_private(files.acl, _acl(store))
    return files


def _acl(store: str) -> str:
    root = f"{ROOT}/{store}"
    lines = [f"user {AGENT_USER}", f"topic readwrite {root}/#", ""]
    # %u is the user's name, which is the device's.
    lines += [f"pattern write {root}/%u/{leaf}" for leaf in FROM_DEVICE]
    lines += [f"pattern read {root}/%u/{leaf}" for leaf in TO_DEVICE]
    return "\n".join(lines) + "\n"


def _password_line(entry: Credentials) -> str:
    """Mosquitto's own format 7: PBKDF2 with SHA-512."""
    salt = new_salt()
    digest = hashlib.pbkdf2_hmac("sha512", entry.password.encode(), salt, PASSWORD_ROUNDS)
    encoded = "$".join(base64.b64encode(part).decode() for part in (salt, digest))
    return f"{entry.user}:$7${PASSWORD_ROUNDS}${encoded}"


class MosquittoBroker(BrokerProcess):
    """`MosquittoBroker(folder, store, *, host="127.0.0.1", port=0)`: mosquitto as our child."""

    READY = " running"
    RELOADED = "Reloading config"

    autosave_s = AUTOSAVE_S

    def _command(self) -> list[str]:
        return [str(mosquitto()), "-c", str(self.folder / "mosquitto.conf")]

    def _write_config(self, users: BrokerUsers) -> None:
        mosquitto_config(
            self.folder,
            self.store,
            users,
            host=self.host,
            port=self.port,
            run_as=getpass.getuser(),
            autosave_s=self.autosave_s,
        )


def mosquitto() -> Path:
    """Where the program is. Raises BrokerError when it is not installed."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise BrokerError("mosquitto is missing: install the system's package `mosquitto`")
    return Path(found)
