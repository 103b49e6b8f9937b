"""`popshop device check` by hand: the documentation's example as a maker would run it, and mistakes at the keyboard."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from hardware.broker import EmbeddedBroker
from hardware.broker_users import Credentials
from hardware.conformance.bench import Pace
from hardware.conformance.checking import Setting, check_device
from hardware.conformance.store_side import OtherStore, StoreSide
from hardware.conformance.tape import Tape
from hardware.device import Device
from hardware.link import BrokerAddress
from hardware.runner import DeviceRunner, random_boot_mark, system_clock
from hardware.scanner.simulator import ScannerSimulator

ROOT: Final = Path(__file__).parents[2]
EXAMPLE: Final = ROOT / "docs" / "examples" / "people_counter.py"
POPSHOP: Final = [sys.executable, "-c", "from popshop.cli import main; main()"]
ENVIRONMENT: Final = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'scripts'}"}
CHECK: Final = ["device", "check", "--store", "pop-1", "--device", "door-1"]


def test_the_example_of_the_documentation_is_found_whole_and_fits_on_a_page(tmp_path: Path) -> None:
    """The quick checks here; tests/contract holds it against all of them."""
    assert len(EXAMPLE.read_text("utf-8").splitlines()) < 100
    only = [
        "presence.retained",
        "presence.last_will",
        "presence.connect",
        "commands.expired",
        "numbering",
        "reports",
    ]
    options = [word for name in only for word in ("--only", name)]
    kit = subprocess.Popen(
        [*POPSHOP, *CHECK, "--listen", "127.0.0.1:0", "--data", str(tmp_path / "kit"), "--json", *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert kit.stderr is not None
    login = re.search(r"mqtt://door-1:(\S+)@(\S+):(\d+)", kit.stderr.readline())
    assert login is not None
    password, host, port = login.groups()
    place = ["pop-1", "door-1", host, port, password, str(tmp_path / "door.sqlite")]
    counter = subprocess.Popen([sys.executable, str(EXAMPLE), *place], stderr=subprocess.PIPE)
    try:
        said, _ = kit.communicate(timeout=60)
    finally:
        counter.kill()
        complaints = counter.communicate()[1]
    report = json.loads(said)
    outcomes = {finding["check"]: finding["outcome"] for finding in report["checks"]}
    assert kit.returncode == 0, report
    assert (report["kind"], report["failed"], complaints) == ("footfall", 0, b"")
    assert outcomes["presence.last_will"] == outcomes["commands.expired"] == "passed"


def test_a_device_that_does_not_come_is_a_failure_that_says_what_to_do(tmp_path: Path) -> None:
    options = ["--listen", "127.0.0.1:0", "--data", str(tmp_path), "--wait", "1"]
    done = _run([*CHECK, *options])
    assert done.returncode == 1
    assert "FAILED    presence.describe" in done.stdout
    assert "nothing on the topic within 1 s" in done.stdout
    assert "to do" in done.stdout
    assert "0 passed, 1 failed" in done.stdout


def test_the_check_stops_when_another_store_answers_the_device(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path / "broker", "pop-1")
    who = broker.device_credentials("sc-1")
    broker.start()
    agent = _address(broker, broker.agent_credentials())
    device = Device(
        "pop-1",
        "sc-1",
        ScannerSimulator(),
        tmp_path,
        _address(broker, who),
        clock=system_clock,
        new_boot_mark=random_boot_mark,
    )
    setting = Setting(store="pop-1", device="sc-1", only=("delivery.resend",), pace=Pace(resend_within_s=1.0))
    try:
        with (
            DeviceRunner([device]),
            StoreSide(agent, "pop-1", "sc-1", Tape(), name="agent"),
            pytest.raises(OtherStore, match="stop the store's agent"),
        ):
            check_device(setting, agent, Tape(), progress=lambda _: None)
    finally:
        broker.stop()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--only", "delivery.pigeon"], "no check 'delivery.pigeon'; there are: presence.describe"),
        (["--broker", "http://x"], "write mqtt://user:password@host:port"),
        (["--broker", "mqtt://a:b@127.0.0.1:1"], "no broker at 127.0.0.1:1"),
        (["--listen", "here"], "write HOST:PORT"),
    ],
)
def test_a_mistake_at_the_keyboard_gets_a_sentence(options: list[str], sentence: str, tmp_path: Path) -> None:
    done = _run([*CHECK, "--data", str(tmp_path), *options])
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def _address(broker: EmbeddedBroker, who: Credentials) -> BrokerAddress:
    return BrokerAddress(host=broker.host, port=broker.port, user=who.user, password=who.password)


def _run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*POPSHOP, *words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=ENVIRONMENT,
        check=False,
    )
