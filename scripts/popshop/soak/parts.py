"""The processes of a soak: each can be killed as a power cut would, and started again where it stood."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final

from cloud_sync.hq.database.postgres import stop_left_behind
from hardware.broker import EmbeddedBroker
from hardware.broker_process import BrokerError
from hardware.child_process import Child
from popshop.clock import steady_s
from popshop.console import UserError
from popshop.shop.processes import HQ_STOP_TIMEOUT_S, popshop, wait_for_address, wait_until_answers

START_TRIES: Final = 4
TRY_AGAIN_S: Final = 1.0
ENDS_BY_ITSELF_S: Final = 30.0
POLL_S: Final = 0.05
FIRST_PORT: Final = 21_000
LAST_PORT: Final = 32_000
"""Below the range out of which the system takes ports for outgoing connections, so that nobody takes the port of a
server that is down for a moment."""

_given: set[int] = set()


def free_port() -> int:
    """A port that nobody listens on, and that this never answered before."""
    for port in range(FIRST_PORT + os.getpid() % 5_000, LAST_PORT):
        if port in _given:
            continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        _given.add(port)
        return port
    raise UserError(f"no port is free between {FIRST_PORT} and {LAST_PORT}")


class Part(ABC):
    """One process. `life` counts its starts; each life has a log of its own."""

    kind: str

    def __init__(self, name: str, logs: Path) -> None:
        self.name = name
        self.logs = logs
        self.life = 0

    @property
    @abstractmethod
    def pid(self) -> int | None:
        """The process, None while it does not run."""

    @abstractmethod
    def _start(self) -> None:
        """Start it and wait until it answers. Raises UserError or BrokerError."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it in good order."""

    def start(self) -> None:
        """Start it, again if need be: what a killed neighbour left may be in the way for a moment."""
        for attempt in range(START_TRIES):
            self.life += 1
            try:
                self._start()
                return
            except (UserError, BrokerError):
                if attempt == START_TRIES - 1:
                    raise
                time.sleep(TRY_AGAIN_S)

    def kill(self) -> bool:
        """kill -9. False when there was nothing to kill."""
        pid = self.pid
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        while self.pid == pid:
            time.sleep(POLL_S)
        return True

    @property
    def log(self) -> str:
        """The name of this life's log."""
        return f"{self.name}-{self.life}"


class _Command(Part):
    """A part that is one of our own commands."""

    def __init__(self, name: str, logs: Path) -> None:
        super().__init__(name, logs)
        self.child: Child | None = None

    @property
    def pid(self) -> int | None:
        child = self.child
        return child.pid if child is not None and child.alive else None

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()


class Headquarters(_Command):
    """Headquarters with its PostgreSQL."""

    kind = "hq"

    def __init__(self, folder: Path, logs: Path) -> None:
        super().__init__("hq", logs)
        self.data = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def _start(self) -> None:
        self.data.mkdir(exist_ok=True)
        # The last life may have left its address behind; the new one's is told by its pid.
        self.child = popshop(
            self.logs, self.log, ["hq", "run", "--data", str(self.data), "--port", str(self.port)]
        )
        wait_for_address(self.data / "address.json", self.child, self.logs / f"{self.log}.log")

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own folder."""
        return self.data / "postgres" / "cluster"

    def postmaster(self) -> list[str]:
        """The lines PostgreSQL wrote about itself: process, folder, start, port, socket folder …; empty without it."""
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(HQ_STOP_TIMEOUT_S)
        if self.cluster.exists():
            # After a kill nobody else is there to stop it.
            stop_left_behind(self.cluster)


class Postgres(Part):
    """Headquarters' PostgreSQL. Headquarters ends when its database does, so both are started again together."""

    kind = "postgres"

    def __init__(self, hq: Headquarters, logs: Path) -> None:
        super().__init__("postgres", logs)
        self._hq = hq

    @property
    def pid(self) -> int | None:
        said = self._hq.postmaster()
        if not said or self._hq.pid is None:
            return None
        return int(said[0]) if Path(f"/proc/{said[0]}").exists() else None

    def kill(self) -> bool:
        pid = self.pid
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        child = self._hq.child
        give_up_s = steady_s() + ENDS_BY_ITSELF_S
        while child is not None and child.alive:
            if steady_s() > give_up_s:
                raise UserError("headquarters goes on without its database")
            time.sleep(POLL_S)
        return True

    def _start(self) -> None:
        self._hq.start()

    def stop(self) -> None:
        """Headquarters stops it."""


class Broker(Part):
    """A store's broker."""

    kind = "broker"

    def __init__(self, store: str, folder: Path, logs: Path) -> None:
        super().__init__(f"{store}-broker", logs)
        self.server = EmbeddedBroker(folder, store, port=free_port())

    @property
    def pid(self) -> int | None:
        return self.server.pid

    def _start(self) -> None:
        self.server.restart()

    def stop(self) -> None:
        self.server.stop()


class Agent(_Command):
    """A store's agent. Its clock can be stepped by writing into `step_file`."""

    kind = "agent"

    def __init__(self, store: str, data: Path, broker: Broker, logs: Path, options: list[str]) -> None:
        super().__init__(f"{store}-agent", logs)
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.step_file = logs / f"{store}-clock"
        self._broker = broker.server
        self._options = options

    def _start(self) -> None:
        user, password = self._broker.agent_credentials()
        broker = f"mqtt://{user}:{password}@127.0.0.1:{self._broker.port}"
        run = ["edge", "run", "--data", str(self.data), "--port", str(self.port), "--broker", broker]
        program = [sys.executable, "-m", "popshop.soak.stepped_clock", str(self.step_file)]
        log = self.logs / f"{self.log}.log"
        address = self.data / "address.json"
        address.unlink(missing_ok=True)
        self.child = Child([*program, *run, *self._options], log, cwd=self.logs)
        wait_for_address(address, self.child, log)
        wait_until_answers(f"{self.url}/api/health", self.child)

    def step_clock(self, seconds: float) -> None:
        """From now on its clock is so far off."""
        self.step_file.write_text(str(seconds), "utf-8")


class DeviceProcess(_Command):
    """A simulated device, with a pipe into it."""

    kind = "device"

    def __init__(self, store: str, device: str, options: list[str], logs: Path) -> None:
        super().__init__(f"{store}-{device}", logs)
        self._options = options
        self._into: int | None = None

    def _start(self) -> None:
        reading, into = os.pipe()
        try:
            self.child = popshop(self.logs, self.log, self._options, stdin=reading)
        finally:
            os.close(reading)
        before, self._into = self._into, into
        if before is not None:
            os.close(before)

    def tell(self, line: str) -> None:
        """Let something happen to it; a device that is gone does not hear it."""
        if self._into is not None:
            try:
                os.write(self._into, f"{line}\n".encode())
            except BrokenPipeError:
                return

    def stop(self) -> None:
        super().stop()
        if self._into is not None:
            os.close(self._into)
            self._into = None
