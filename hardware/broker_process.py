"""What every broker run by us has in common: a folder, a port that stays the same, users, a child process."""

from __future__ import annotations

import socket
import threading
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Final

from hardware.broker_users import AGENT_USER, BrokerUsers, Credentials, check_name
from hardware.child_process import Child, ChildError

START_TIMEOUT_S: Final = 15.0
RELOAD_TIMEOUT_S: Final = 5.0

MAX_PAYLOAD_BYTES: Final = 1024 * 1024
"""Larger than the contract's 64 KiB: a message in between still reaches the agent, which puts it aside
and says so. The broker itself would just hang up, and the device would send it for ever."""


class BrokerError(RuntimeError):
    """The broker cannot be started or reached; the text says why."""


class BrokerProcess(ABC):
    """A broker for one store, its data in `folder`. Threads may share it."""

    READY: ClassVar[str]
    RELOADED: ClassVar[str]

    def __init__(self, folder: Path, store: str, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """`port` 0: a free one at the first start, the same one ever after."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder.resolve()
        self.store = check_name("store", store)
        self.host = host
        self._wanted_port = port
        self._lock = threading.Lock()
        self._users = BrokerUsers(self.folder / "users.json")
        self._users.add(AGENT_USER)
        self._child: Child | None = None
        self._log = self.folder / "broker.log"

    @abstractmethod
    def _write_config(self, users: BrokerUsers) -> None:
        """Write every file the server reads at start and at reload."""

    @abstractmethod
    def _command(self) -> list[str]:
        """The server's command line. Raises BrokerError when the program is not installed."""

    @property
    def port(self) -> int:
        """The MQTT port. Kept in `folder/port` once chosen."""
        if self._wanted_port == 0:
            kept = self.folder / "port"
            if kept.exists():
                self._wanted_port = int(kept.read_text("utf-8"))
            else:
                self._wanted_port = _free_port(self.host)
                kept.write_text(str(self._wanted_port), "utf-8")
        return self._wanted_port

    @property
    def pid(self) -> int | None:
        """The server's process, None while it does not run."""
        child: Child | None = self._child
        return child.pid if child is not None and child.alive else None

    def start(self) -> None:
        """Start the server and wait until it takes connections. Raises BrokerError."""
        with self._lock:
            if self.pid is not None:
                return
            if _taken(self.host, self.port):
                raise BrokerError(f"port {self.port} is in use: is this store's broker already running?")
            self._write_config(self._users)
            offset = self._log_size()
            try:
                self._child = Child(self._command(), self.folder / "startup.txt", cwd=self.folder)
                self._child.wait_for_line(self._log, offset, self.READY, START_TIMEOUT_S)
            except ChildError as error:
                self._stop()
                raise BrokerError(str(error)) from error

    def stop(self) -> None:
        """Stop the server; sessions and retained messages stay in the folder."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._child is not None:
            self._child.stop()
            self._child = None

    def restart(self) -> None:
        """Stop and start; also after the server died by itself."""
        self.stop()
        self.start()

    def agent_credentials(self) -> Credentials:
        """The agent's user: every topic of the store."""
        return self._users.credentials(AGENT_USER)

    def device_credentials(self, device: str) -> Credentials:
        """The device's user, made on first ask (the running server learns of it before this returns)."""
        check_name("device", device)
        with self._lock:
            if self._users.add(device) and self._child is not None and self._child.alive:
                self._write_config(self._users)
                offset = self._log_size()
                self._child.hang_up()
                self._child.wait_for_line(self._log, offset, self.RELOADED, RELOAD_TIMEOUT_S)
            return self._users.credentials(device)

    def _log_size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _taken(host: str, port: int) -> bool:
    try:
        socket.create_server((host, port)).close()
    except OSError:
        return True
    return False
