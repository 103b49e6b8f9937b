"""What a store asks of its broker, asked of both of them: the embedded one and Mosquitto."""

from __future__ import annotations

import os
import queue
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hardware.broker import EmbeddedBroker
from hardware.broker_process import BrokerError, BrokerProcess
from hardware.broker_users import Credentials
from hardware.mosquitto import MosquittoBroker, mosquitto

STORE = "pop-1"
REPORT_A = f"popshop/1/{STORE}/vm-a/report"
STATE_A = f"popshop/1/{STORE}/vm-a/state"
COMMAND_A = f"popshop/1/{STORE}/vm-a/command"
COMMAND_B = f"popshop/1/{STORE}/vm-b/command"
QUIET_S = 0.4
"""How long nothing must arrive before we believe that nothing comes."""


class QuickMosquitto(MosquittoBroker):
    """Saves every second, so that a test need not wait for it."""

    autosave_s = 1


BROKERS: list[type[BrokerProcess]] = [EmbeddedBroker, QuickMosquitto]


@pytest.fixture(params=BROKERS, ids=["embedded", "mosquitto"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrokerProcess]:
    if request.param is QuickMosquitto:
        try:
            mosquitto()
        except BrokerError:
            pytest.skip("mosquitto is not installed (apt-get install mosquitto)")
    broker = request.param(tmp_path / "broker", STORE)
    broker.start()
    yield broker
    broker.stop()


class Client:
    """A plain MQTT client of one user."""

    def __init__(self, port: int, who: Credentials, client_id: str = "", **options: object) -> None:
        self.messages: queue.Queue[tuple[str, bytes, bool]] = queue.Queue()
        self.answers: queue.Queue[str] = queue.Queue()
        self.granted: queue.Queue[bool] = queue.Queue()
        self.mqtt = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id or who.user, clean_session=False
        )
        if who.user:
            self.mqtt.username_pw_set(who.user, who.password)
        if "will" in options:
            self.mqtt.will_set(str(options["will"]), b"last will", qos=1, retain=True)
        self.mqtt.on_connect = lambda *args: self.answers.put(str(args[3]))
        self.mqtt.on_message = lambda _c, _u, m: self.messages.put((m.topic, bytes(m.payload), m.retain))
        self.mqtt.on_subscribe = lambda *args: self.granted.put(not args[3][0].is_failure)
        self.mqtt.connect("127.0.0.1", port)
        self.mqtt.loop_start()
        self.answer = self.answers.get(timeout=5)

    def subscribe(self, topic: str) -> bool:
        self.mqtt.subscribe(topic, qos=1)
        return self.granted.get(timeout=5)

    def publish(self, topic: str, body: bytes, retain: bool = False) -> None:
        self.mqtt.publish(topic, body, qos=1, retain=retain).wait_for_publish(5)

    def next(self, timeout_s: float = 10) -> tuple[str, bytes, bool]:
        return self.messages.get(timeout=timeout_s)

    def nothing_comes(self) -> bool:
        try:
            self.messages.get(timeout=QUIET_S)
        except queue.Empty:
            return True
        return False

    def close(self) -> None:
        self.mqtt.disconnect()
        self.mqtt.loop_stop()

    def break_off(self) -> None:
        self.mqtt._sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
        self.mqtt.disconnect()
        self.mqtt.loop_stop()


Connect = Callable[..., Client]


@pytest.fixture
def connect(broker: BrokerProcess) -> Iterator[Connect]:
    clients: list[Client] = []

    def make(who: Credentials, client_id: str = "", **options: object) -> Client:
        clients.append(Client(broker.port, who, client_id, **options))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def test_a_device_reports_to_the_agent_and_gets_its_commands(broker: BrokerProcess, connect: Connect) -> None:
    agent = connect(broker.agent_credentials())
    device = connect(broker.device_credentials("vm-a"))
    assert agent.subscribe(f"popshop/1/{STORE}/+/report")
    assert device.subscribe(COMMAND_A)
    device.publish(REPORT_A, b"sold one")
    assert agent.next() == (REPORT_A, b"sold one", False)
    agent.publish(COMMAND_A, b"drop one")
    assert device.next() == (COMMAND_A, b"drop one", False)


def test_a_device_cannot_write_into_another_ones_topics(broker: BrokerProcess, connect: Connect) -> None:
    agent = connect(broker.agent_credentials())
    agent.subscribe(f"popshop/1/{STORE}/#")
    agent.subscribe(f"popshop/1/{STORE}/+/report")
    thief = connect(broker.device_credentials("vm-b"))
    for topic in (
        REPORT_A,
        STATE_A,
        COMMAND_A,
        COMMAND_B,
        f"popshop/1/{STORE}/*/report",
        f"$MQTT/msgs/popshop/1/{STORE}/vm-a/report",
    ):
        thief.mqtt.publish(topic, b"forged", qos=1, retain=False)
    thief.mqtt.publish(STATE_A, b"forged", qos=1, retain=True)
    assert agent.nothing_comes()
    later = connect(broker.agent_credentials(), "later")
    later.subscribe(STATE_A)
    assert later.nothing_comes(), "nor did the broker keep a forged state"


def test_a_device_cannot_leave_a_last_will_in_another_ones_name(
    broker: BrokerProcess, connect: Connect
) -> None:
    agent = connect(broker.agent_credentials())
    agent.subscribe(f"popshop/1/{STORE}/+/state")
    own = Client(broker.port, broker.device_credentials("vm-a"), will=f"popshop/1/{STORE}/vm-a/state")
    own.break_off()
    assert agent.next()[:2] == (STATE_A, b"last will")
    Client(broker.port, broker.device_credentials("vm-b"), will=STATE_A).break_off()
    assert agent.nothing_comes()


def test_a_device_cannot_read_another_ones_commands(broker: BrokerProcess, connect: Connect) -> None:
    agent = connect(broker.agent_credentials())
    thief = connect(broker.device_credentials("vm-b"))
    for topic in (COMMAND_A, f"popshop/1/{STORE}/+/command", f"popshop/1/{STORE}/#", "#"):
        thief.subscribe(topic)
    agent.publish(COMMAND_A, b"drop one")
    assert thief.nothing_comes()


def test_a_device_cannot_take_over_another_ones_waiting_commands(
    broker: BrokerProcess, connect: Connect
) -> None:
    agent = connect(broker.agent_credentials())
    device = connect(broker.device_credentials("vm-a"))
    device.subscribe(COMMAND_A)
    device.close()
    agent.publish(COMMAND_A, b"drop one")
    thief = connect(broker.device_credentials("vm-b"), "vm-a")
    assert thief.nothing_comes()


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_is_refused(broker: BrokerProcess, connect: Connect, password: str) -> None:
    broker.device_credentials("vm-a")
    assert connect(Credentials("vm-a", password)).answer == "Not authorized"


def test_nobody_comes_in_without_a_name(broker: BrokerProcess, connect: Connect) -> None:
    assert connect(Credentials("", ""), "anonymous").answer == "Not authorized"


def test_a_new_device_can_log_in_at_once_and_disturbs_nobody(broker: BrokerProcess, connect: Connect) -> None:
    agent = connect(broker.agent_credentials())
    agent.subscribe(f"popshop/1/{STORE}/+/report")
    for number in range(5):
        device = connect(broker.device_credentials(f"new-{number}"))
        assert device.answer == "Success"
        device.publish(f"popshop/1/{STORE}/new-{number}/report", b"hello")
        assert agent.next()[1] == b"hello"
    assert agent.answers.empty(), "the agent never had to connect again"


def test_a_name_that_could_widen_rights_is_refused(broker: BrokerProcess) -> None:
    for name in ("+", "#", "*", "a/b", "a.b", ">", "", "_agent"):
        with pytest.raises(ValueError, match="use 1"):
            broker.device_credentials(name)


def test_passwords_are_readable_by_their_owner_only(broker: BrokerProcess) -> None:
    broker.device_credentials("vm-a")
    holding = [path for path in broker.folder.iterdir() if path.suffix != ".log" and path.is_file()]
    secret = broker.device_credentials("vm-a").password.encode()
    for path in holding:
        if secret in path.read_bytes():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_credentials_and_port_outlive_a_restart(broker: BrokerProcess, connect: Connect) -> None:
    before = (broker.port, broker.agent_credentials(), broker.device_credentials("vm-a"))
    broker.stop()
    again = type(broker)(broker.folder, STORE)
    again.start()
    try:
        assert (again.port, again.agent_credentials(), again.device_credentials("vm-a")) == before
        assert connect(again.device_credentials("vm-a")).answer == "Success"
    finally:
        again.stop()


def test_a_killed_broker_keeps_sessions_and_retained_messages(
    broker: BrokerProcess, connect: Connect
) -> None:
    device = connect(broker.device_credentials("vm-a"))
    device.publish(STATE_A, b"ready", retain=True)
    agent = connect(broker.agent_credentials())
    agent.subscribe(f"popshop/1/{STORE}/+/report")
    agent.close()
    device.publish(REPORT_A, b"while the agent was away")
    time.sleep(2.2 if isinstance(broker, MosquittoBroker) else 0)
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    broker.restart()
    agent = connect(broker.agent_credentials())
    assert agent.next() == (REPORT_A, b"while the agent was away", False)
    agent.subscribe(f"popshop/1/{STORE}/+/state")
    assert agent.next() == (STATE_A, b"ready", True)


def test_more_than_a_thousand_reports_wait_for_an_agent_that_is_away(
    broker: BrokerProcess, connect: Connect
) -> None:
    agent = connect(broker.agent_credentials())
    agent.subscribe(REPORT_A)
    agent.close()
    device = connect(broker.device_credentials("vm-a"))
    infos = [device.mqtt.publish(REPORT_A, b"%d" % number, qos=1) for number in range(1_500)]
    for info in infos:
        info.wait_for_publish(10)
    agent = connect(broker.agent_credentials())
    assert {agent.next()[1] for _ in range(1_500)} == {b"%d" % number for number in range(1_500)}


def test_a_report_over_the_contracts_limit_still_reaches_the_agent(
    broker: BrokerProcess, connect: Connect
) -> None:
    agent = connect(broker.agent_credentials())
    agent.subscribe(REPORT_A)
    device = connect(broker.device_credentials("vm-a"))
    device.publish(REPORT_A, b"x" * 1_000_000)
    assert len(agent.next()[1]) == 1_000_000


def test_a_second_broker_on_the_same_folder_says_why_it_will_not_start(broker: BrokerProcess) -> None:
    with pytest.raises(BrokerError, match=f"port {broker.port} is in use"):
        type(broker)(broker.folder, STORE).start()


def test_the_embedded_broker_takes_no_user_at_its_own_protocols_port(tmp_path: Path) -> None:
    broker = EmbeddedBroker(tmp_path, STORE)
    broker.start()
    try:
        log = (tmp_path / "broker.log").read_text("utf-8")
        port = int(log.split("client connections on 127.0.0.1:")[1].split()[0])
        login = b'CONNECT {"user":"%s","pass":"%s"}\r\n' % tuple(map(str.encode, broker.agent_credentials()))
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            said = connection.makefile("rb")
            assert said.readline().startswith(b"INFO")
            connection.sendall(login)
            assert said.readline() == b"-ERR 'Authorization Violation'\r\n"
    finally:
        broker.stop()


def test_the_broker_dies_with_whoever_started_it(tmp_path: Path) -> None:
    script = (
        "import sys,time,pathlib;from hardware.broker import EmbeddedBroker;"
        "b=EmbeddedBroker(pathlib.Path(sys.argv[1]),'pop-1');b.start();print(b.pid,flush=True);time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    give_up_at = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < give_up_at:
        time.sleep(0.02)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
