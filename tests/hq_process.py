"""A real headquarters in a process of its own, for tests: started on a free port, joined and synced over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import requests

from cloud_sync.hq import address
from cloud_sync.protocol.session import JOIN_PATH, SYNC_PATH, JoinReply, SyncReply, SyncRequest

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "from popshop.cli import main; main()"


def popshop(*arguments: str) -> list[str]:
    """A popshop command, run by this Python."""
    return [sys.executable, "-c", COMMAND, *arguments]


def environment(**more: str) -> dict[str, str]:
    """Where the command finds the code under test."""
    paths = [str(ROOT), str(ROOT / "scripts"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **more}


@dataclass
class Headquarters:
    """One running headquarters."""

    process: subprocess.Popen[bytes]
    folder: Path
    url: str
    password: str

    @classmethod
    def start(cls, folder: Path, dsn: str = "") -> Headquarters:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "hq.log").open("ab") as log:
            process = subprocess.Popen(
                popshop("hq", "run", "--data", str(folder), "--port", "0", *(["--dsn", dsn] if dsn else [])),
                env=environment(),
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        for _ in range(600):
            if process.poll() is not None:
                break
            try:
                here = address.read(folder)
            except FileNotFoundError:
                time.sleep(0.05)
                continue
            if here.pid == process.pid:
                secrets = msgspec.json.decode((folder / "credentials.json").read_bytes())
                return cls(process, folder, here.url, secrets["admin_password"])
            time.sleep(0.05)
        process.kill()
        raise AssertionError(f"headquarters did not start:\n{(folder / 'hq.log').read_text()}")

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.process.terminate()
        return self.process.wait(30)

    def get(self, path: str, **params: str) -> object:
        """Ask the people's API."""
        answer = requests.get(self.url + path, params=params, auth=("test", self.password), timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def enrol(self, store: str, name: str, timezone: str = "Asia/Shanghai", currency: str = "CNY") -> str:
        """A one-time code."""
        asked = {"store": store, "name": name, "timezone": timezone, "currency": currency}
        answer = requests.post(
            f"{self.url}/api/enrolments", json=asked, auth=("test", self.password), timeout=30
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["code"])

    def join(self, code: str, epoch: int = 0, machine: str = "") -> JoinReply:
        asked = {"code": code, "epoch": epoch, "machine": machine}
        answer = requests.post(self.url + JOIN_PATH, json=asked, timeout=30)
        assert answer.ok, answer.text
        return msgspec.json.decode(answer.content, type=JoinReply)

    def sync(self, token: str, request: SyncRequest) -> SyncReply:
        answer = requests.post(
            self.url + SYNC_PATH,
            data=msgspec.json.encode(request),
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        assert answer.ok, answer.text
        return msgspec.json.decode(answer.content, type=SyncReply)
