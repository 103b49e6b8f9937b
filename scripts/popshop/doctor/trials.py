"""Trial runs of the parts that a shop starts itself, the way it starts them. They may not be installed."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from popshop.doctor.findings import Unhealthy

TRIAL_TIMEOUT_S: Final = 10


@contextmanager
def _installed() -> Iterator[None]:
    """A part's package may be missing: the imports stand inside the trials for that reason only."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Unhealthy(f"the Python package {error.name} is not installed") from error


def broker() -> str:
    """Start the store's broker in a scratch folder, speak to it as the agent, stop it; its version."""
    with _installed():
        from hardware.broker import EmbeddedBroker, nats_server
        from hardware.broker_process import BrokerError

    with tempfile.TemporaryDirectory(prefix="popshop-doctor-") as scratch:
        try:
            version = _first_line(str(nats_server()), "--version")
            trial = EmbeddedBroker(Path(scratch), "doctor")
            trial.start()
        except BrokerError as error:
            raise Unhealthy(str(error)) from error
        try:
            agent = trial.agent_credentials()
            _say_hello(trial.host, trial.port, agent.user, agent.password)
        finally:
            trial.stop()
    return version


def _say_hello(host: str, port: int, user: str, password: str) -> None:
    """Log in over MQTT and leave. Raises Unhealthy when the broker does not let us in within the time."""
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
    from paho.mqtt.reasoncodes import ReasonCode

    answers: list[ReasonCode] = []
    client = Client(CallbackAPIVersion.VERSION2, client_id="doctor")
    client.username_pw_set(user, password)
    client.on_connect = lambda _client, _userdata, _flags, reason, _properties: answers.append(reason)
    client.connect(host, port)
    for _ in range(TRIAL_TIMEOUT_S * 10):
        if answers or client.loop(timeout=0.1) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            break
    client.disconnect()
    if not answers or answers[0].is_failure:
        raise Unhealthy(f"the broker starts but does not let us in: {answers[0] if answers else 'no answer'}")


def postgres_server(dsn: str) -> str:
    """Connect to a server of the operator's own. Returns its version."""
    with _installed():
        import psycopg
    try:
        with psycopg.connect(dsn, connect_timeout=TRIAL_TIMEOUT_S) as connection:
            return f"PostgreSQL {connection.info.parameter_status('server_version')}"
    except psycopg.Error as error:
        raise Unhealthy(str(error).strip()) from error


def postgres_wheel() -> str:
    """Run the server program that came as a wheel. Returns its version."""
    with _installed():
        from cloud_sync.hq.database.postgres import PostgresError, find_programs
    try:
        return _first_line(str(find_programs() / "postgres"), "--version")
    except PostgresError as error:
        raise Unhealthy(str(error)) from error


def chinese_font() -> str:
    """Take the kiosk's font out of the system's, as the kiosk does. Returns its name."""
    from kiosk_ui import fonts

    with tempfile.TemporaryDirectory(prefix="popshop-doctor-") as scratch:
        try:
            return Path(fonts.find(Path(scratch)).regular).stem
        except fonts.FontError as error:
            raise Unhealthy(str(error)) from error


def _first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TRIAL_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise Unhealthy(f"{Path(command[0]).name} does not run: {error}") from error
    return done.stdout.partition("\n")[0].strip().replace(": v", " ")
