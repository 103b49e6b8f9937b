"""`popshop device`: a simulated device by hand, as a maker or an operator would run it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.broker import EmbeddedBroker

POPSHOP = [sys.executable, "-c", "from popshop.cli import main; main()"]
ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}"}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", "pop-1")
    broker.start()
    yield broker
    broker.stop()


def test_a_simulated_machine_tells_what_happens_to_it_until_it_is_stopped(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    who = broker.device_credentials("vm-1")
    options = (
        "device simulate --kind vending --store pop-1 --device vm-1 --motor-ms 10 --fault unseen_drop@1-01 --json"
        f" --broker mqtt://{who.user}:{who.password}@127.0.0.1:{broker.port} --data {tmp_path / 'data'}"
    )
    device = subprocess.Popen(
        POPSHOP + options.split(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert device.stdin is not None
    assert device.stdout is not None
    told: list[str] = []

    def until(what: str) -> None:
        assert device.stdout is not None
        while what not in told:
            event = json.loads(device.stdout.readline())
            told.append(event["detail"].get("type", event["what"]))

    until("online")
    print("nonsense", "cash 1-01", "door open", "door closed", sep="\n", file=device.stdin, flush=True)
    until("door_closed")
    until("cash_sale")
    device.send_signal(signal.SIGTERM)
    rest, complaints = device.communicate(timeout=10)
    assert device.returncode == 0
    assert '"disconnected"' in rest
    assert "cannot read 'nonsense'" in complaints
    assert "Traceback" not in complaints


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--broker", "http://x", "--kind", "shelf"], "write mqtt://user:password@host:port"),
        (["--broker", "mqtt://a:b@h:1", "--kind", "vending", "--fault", "melt"], "unknown fault 'melt'"),
    ],
)
def test_a_mistake_at_the_keyboard_gets_a_sentence(options: list[str], sentence: str, tmp_path: Path) -> None:
    command = [
        *POPSHOP,
        "device",
        "simulate",
        "--store",
        "s",
        "--device",
        "d",
        "--data",
        str(tmp_path),
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broker_for_production_keeps_its_passwords_when_a_device_is_added(tmp_path: Path) -> None:
    def users(*devices: str) -> dict[str, str]:
        options = [word for device in devices for word in ("--device", device)]
        command = [
            *POPSHOP,
            "device",
            "mosquitto",
            "--store",
            "pop-1",
            "--folder",
            str(tmp_path),
            "--json",
            *options,
        ]
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=True)
        found: dict[str, str] = json.loads(done.stdout)["users"]
        return found

    first = users("vm-1")
    assert set(first) == {"_agent", "vm-1"}
    second = users("vm-2")
    assert second.items() > first.items()
    assert "allow_anonymous false" in (tmp_path / "mosquitto.conf").read_text("utf-8")
    assert first["vm-1"] not in (tmp_path / "passwords").read_text("utf-8")
