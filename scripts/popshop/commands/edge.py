"""`popshop edge`: join headquarters and run a store's agent, with its embedded broker unless one is given."""

from __future__ import annotations

from contextlib import ExitStack
from json import loads
from pathlib import Path
from typing import Annotated, Any

import requests
import typer

from edge_agent.adapters import identity
from edge_agent.adapters.mqtt_link import BrokerAddress
from edge_agent.adapters.sqlite_store.lock import StoreInUse
from edge_agent.domain.policy import Policy
from edge_agent.entrypoints.http_api import EnrolDevice
from edge_agent.entrypoints.main import ADDRESS_FILE, CannotStart, EdgeAgent, EdgeConfig
from hardware.broker import EmbeddedBroker
from popshop import console, logs
from popshop.shop.addresses import read_broker
from popshop.shop.client import AgentRefused, StaffClient

app = typer.Typer(help="Run a store's agent.", no_args_is_help=True)

DEFAULT_DATA = Path("popshop-data/store")
DATA = Annotated[Path, typer.Option(help="The store's folder: journal, credentials, broker.")]


@app.command()
def join(
    code: Annotated[
        str, typer.Argument(help="What `popshop hq enrol STORE` printed: XXXX-XXXX-XXXX@http://…")
    ],
    data: DATA = DEFAULT_DATA,
    json: Annotated[
        bool, typer.Option("--json", help="Print the identity (without its secret) as JSON.")
    ] = False,
) -> None:
    """Make this machine a store of headquarters, with a one-time code."""
    known = identity.load(data)
    if known is not None:
        raise console.UserError(
            f"{data} is already the store {known.store!r}. Use another --data folder for another store."
        )
    try:
        mine = identity.join(code)
    except identity.CannotJoin as error:
        raise console.UserError(str(error)) from None
    identity.save(data, mine)
    if json:
        console.print_json(
            {"store": mine.store, "name": mine.name, "hq_url": mine.hq_url, "epoch": mine.epoch}
        )
    else:
        console.out.print(
            f"Joined as [bold]{mine.store}[/] ({mine.name}). Next: popshop edge run --data {data}"
        )


@app.command()
def device(
    name: Annotated[str, typer.Argument(help="What the device is called: letters, digits, hyphens.")],
    data: DATA = DEFAULT_DATA,
    json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Let a device into the running store's broker: prints its user and password, the same every time."""
    try:
        url = loads((data / ADDRESS_FILE).read_text())["url"]
        token = loads((data / "credentials.json").read_text())["staff_token"]
    except FileNotFoundError:
        raise console.UserError(
            f"no agent runs on {data}: start it with popshop edge run --data {data}"
        ) from None
    try:
        with StaffClient(url, token) as staff:
            made = staff.post("/api/devices", {"device": name}, "")
    except AgentRefused as no:
        raise console.UserError(str(no)) from None
    except requests.RequestException as error:
        raise console.UserError(f"the agent at {url} does not answer ({type(error).__name__})") from None
    if json:
        console.print_json(made)
    else:
        console.out.print(console.facts_table(made.items()))


@app.command()
def run(
    data: DATA = DEFAULT_DATA,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets tablets in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8400,
    broker: Annotated[
        str,
        typer.Option(
            help="A broker of your own, mqtt://user:password@host:port, instead of the embedded one."
        ),
    ] = "",
    broker_port: Annotated[
        int, typer.Option(help="The embedded broker's MQTT port; 0 takes a free one.")
    ] = 0,
    public_url: Annotated[str, typer.Option(help="How phones reach this agent, if not by its address.")] = "",
    vend_timeout_s: Annotated[int, typer.Option(min=1, help="Silence after which a vend is unknown.")] = 30,
    device_clock_window_days: Annotated[
        int, typer.Option(min=0, help="How far back a device's clock is believed for the date of a sale.")
    ] = 35,
    disk_reserve_mb: Annotated[int, typer.Option(min=0, help="Sales stop when less than this is free.")] = 64,
) -> None:
    """Run the agent until Ctrl-C."""
    logs.to_stderr()
    mine = identity.load(data)
    if mine is None:
        raise console.UserError(
            f"{data} is not a store yet: run `popshop edge join CODE --data {data}` with the code of "
            "`popshop hq enrol`."
        )
    policy = Policy(
        vend_timeout_ms=vend_timeout_s * 1000,
        vend_command_ttl_ms=vend_timeout_s * 1000 * 2 // 3,
        device_clock_window_days=device_clock_window_days,
    )
    with ExitStack() as closing:
        ours = None if broker else _embedded(data, mine.store, broker_port, closing)
        address = _given(broker) if ours is None else _as_agent(ours)
        config = EdgeConfig(
            data,
            mine,
            address,
            host=host,
            port=port,
            public_url=public_url,
            policy=policy,
            disk_reserve_bytes=disk_reserve_mb * 1024 * 1024,
            enrol_device=None if ours is None else _enroller(ours),
        )
        try:
            agent = EdgeAgent(config)
        except StoreInUse as error:
            raise console.UserError(str(error)) from None
        except OSError as error:
            raise console.UserError(
                f"cannot listen on {host}:{port}: {error.strerror}. Try --port 0."
            ) from None
        closing.callback(agent.stop)
        try:
            agent.start()
        except CannotStart as error:
            raise console.UserError(str(error)) from None
        console.err.print(
            f"Agent of [bold]{mine.store}[/] at {agent.url}, credentials in {data}/credentials.json"
        )
        agent.serve()


def _embedded(data: Path, store: str, port: int, closing: ExitStack) -> EmbeddedBroker:
    embedded = EmbeddedBroker(data / "broker", store, port=port)
    embedded.start()
    closing.callback(embedded.stop)
    return embedded


def _given(url: str) -> BrokerAddress:
    given = read_broker(url)
    return BrokerAddress(given.host, given.port, given.user, given.password)


def _as_agent(broker: EmbeddedBroker) -> BrokerAddress:
    user, password = broker.agent_credentials()
    return BrokerAddress(broker.host, broker.port, user, password)


def _enroller(broker: EmbeddedBroker) -> EnrolDevice:
    def enrol(device: str) -> dict[str, Any]:
        user, password = broker.device_credentials(device)
        address = f"mqtt://{user}:{password}@{broker.host}:{broker.port}"
        return {"device": device, "user": user, "password": password, "broker": address}

    return enrol
