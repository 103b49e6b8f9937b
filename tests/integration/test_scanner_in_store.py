"""A scanner of real sources, all the way into the store's journal; and `popshop device scanner` at the keyboard."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import segno

from hardware.broker import EmbeddedBroker
from hardware.device import Device
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.scanner.driver import ScannerDriver
from hardware.scanner.service import ScannerService
from hardware.scanner.sources.network import NetworkSettings, NetworkSource
from tests.edge_live import STORE, LiveAgent, device_address, eventually

POPSHOP = [sys.executable, "-c", "from popshop.cli import main; main()"]
ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}"}
PAYMENT_CODE = "281234560123456789"
GTIN = "6901234567892"
SOON_S = 15.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    broker = EmbeddedBroker(tmp_path / "broker", STORE)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
        return found


def scans(agent: LiveAgent) -> list[dict[str, Any]]:
    rows = [json.loads(body) for body in agent.queries.bodies("interactions", 0, 100)]
    return [row["data"] for row in rows if row["data"].get("kind") == "code_scanned"]


def test_what_is_scanned_is_in_the_journal_and_a_payment_code_is_left_nowhere(
    broker: EmbeddedBroker, port: int, tmp_path: Path
) -> None:
    source = NetworkSource(NetworkSettings(host="127.0.0.1", port=port))
    service = ScannerService([source], time.monotonic)
    scanner = Device(
        STORE,
        "sc-1",
        ScannerDriver([source.name], serial="sc-1"),
        tmp_path / "devices",
        device_address(broker, "sc-1"),
        clock=system_clock,
        new_boot_mark=random_boot_mark,
        act=service.act,
    )
    with (
        LiveAgent(tmp_path / "agent", broker) as agent,
        DeviceRunner([scanner]),
        service.running(scanner.put),
    ):
        agent.ready("sc-1")
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(f"]E0{GTIN}\r\n]Q1{PAYMENT_CODE}\r\n".encode())
            eventually(lambda: len(scans(agent)) == 2)
        product, payment = scans(agent)
        assert (product["detail"]["symbology"], product["detail"]["text"]) == ("EAN-13", GTIN)
        assert payment["detail"]["symbology"] == "QR Code"
        (device,) = agent.queries.devices(["sc-1"])
        assert (device["kind"], device["readings"]["sources_up_count"]) == ("scanner", 1.0)
        eventually(lambda: scanner.waiting() == 0, what="the scanner's memory empty")
    kept = [
        path for path in tmp_path.rglob("*") if path.is_file() and PAYMENT_CODE.encode() in path.read_bytes()
    ]
    # The broker's own store keeps what passed through it until it is overwritten: see docs/scanners.md.
    assert not [path for path in kept if "broker" not in path.parts]


def command(broker: EmbeddedBroker, data: Path, *sources: str) -> list[str]:
    who = broker.device_credentials("sc-1")
    address = f"mqtt://{who.user}:{who.password}@127.0.0.1:{broker.port}"
    options = ["--store", STORE, "--device", "sc-1", "--broker", address, "--data", str(data)]
    return [
        *POPSHOP,
        "device",
        "scanner",
        *options,
        *(word for each in sources for word in ("--source", each)),
    ]


def test_at_the_keyboard_a_scanner_tells_what_it_reads_and_never_a_payment_code(
    broker: EmbeddedBroker, port: int, tmp_path: Path
) -> None:
    argv = command(broker, tmp_path / "devices", f"tcp:127.0.0.1:{port}", "serial:/dev/tty-that-is-not-there")
    process = subprocess.Popen(
        [*argv, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert process.stdout is not None
    told: list[dict[str, Any]] = []

    def until(what: str, **detail: str) -> None:
        assert process.stdout is not None
        while not any(each["what"] == what and detail.items() <= each["detail"].items() for each in told):
            told.append(json.loads(process.stdout.readline()))

    try:
        until("source", source=f"tcp:127.0.0.1:{port}", state="up")
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(f"{GTIN}\r\n{PAYMENT_CODE}\r\n".encode())
            until("report", type="code_scanned", text=GTIN)
            until("report", type="code_scanned", text="28…89")
        until("report", type="fault_raised", code="source_lost")
        process.send_signal(signal.SIGTERM)
        rest, complaints = process.communicate(timeout=SOON_S)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "Traceback" not in complaints
    assert PAYMENT_CODE not in json.dumps(told) + rest + complaints
    reasons = [each["detail"]["reason"] for each in told if each["what"] == "source"]
    assert any("not plugged in" in reason for reason in reasons)


def test_a_film_is_a_camera_for_trying_things_out_and_a_code_held_up_is_one_scan(tmp_path: Path) -> None:
    code = np.kron(np.array(segno.make(f"https://id.example/01/0{GTIN}").matrix), np.ones((8, 8)))
    empty = np.full((480, 640, 3), 200, np.uint8)
    held = empty.copy()
    held[40 : 40 + len(code), 60 : 60 + len(code)] = (255 - code * 235)[:, :, None]
    writer = cv2.VideoWriter(str(tmp_path / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (640, 480))
    for picture in [empty] * 10 + [held] * 40 + [empty] * 10:
        writer.write(picture)
    writer.release()
    options = f"--store {STORE} --device sc-1 --broker mqtt://a:b@127.0.0.1:9 --data {tmp_path} --json"
    argv = [*POPSHOP, "device", "scanner", *options.split(), "--source", f"file:{tmp_path / 'film.avi'}"]
    done = subprocess.run(argv, capture_output=True, text=True, env=ENVIRONMENT, check=True, timeout=60)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    scanned = [each["detail"] for each in told if each["detail"].get("type") == "code_scanned"]
    assert [(each["symbology"], each["text"]) for each in scanned] == [
        ("QR Code", f"https://id.example/01/0{GTIN}")
    ]
    assert [each["detail"]["state"] for each in told if each["what"] == "source"] == ["up", "ended"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "--store is missing"),
        (["--store", "s", "--device", "d", "--broker", "mqtt://a:b@h:1"], "--source is missing"),
        (
            ["--store", "s", "--device", "d", "--broker", "mqtt://a:b@h:1", "--source", "tcp:1"],
            "127.0.0.1:9100",
        ),
        (
            [
                "--store",
                "s",
                "--device",
                "d",
                "--broker",
                "mqtt://a:b@h:1",
                *["--source", "tcp:127.0.0.1:1"] * 2,
            ],
            "given twice",
        ),
    ],
)
def test_a_mistake_at_the_keyboard_gets_a_sentence(options: list[str], sentence: str) -> None:
    argv = [*POPSHOP, "device", "scanner", *options]
    done = subprocess.run(argv, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_what_the_computer_has_is_listed_for_a_program() -> None:
    argv = [*POPSHOP, "device", "scanner", "--list", "--json"]
    done = subprocess.run(argv, capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert set(json.loads(done.stdout)) == {"cameras", "usb_scanners", "serial_lines"}
