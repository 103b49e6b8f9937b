"""`popshop edge`: join headquarters, run a store's agent with a broker of its own or a given one, check its books."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import ExitStack, closing
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import requests
import typer

from cloud_sync.protocol.identifiers import STREAMS
from cloud_sync.protocol.witness import Standing
from edge_agent.adapters import identity, joining, witness_file
from edge_agent.adapters.mqtt_link import BrokerAddress
from edge_agent.adapters.printing.address import NoSuchPrinter, PrinterAddress, address_of
from edge_agent.adapters.sqlite_store import verify as books
from edge_agent.adapters.sqlite_store.lock import StoreInUse
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.policy import Policy
from hardware.broker import EmbeddedBroker
from hardware.broker_process import BrokerError
from popshop import console, logs
from popshop.shop.addresses import BROKER_VARIABLE, read_broker
from popshop.shop.client import AgentRefused, StaffClient

if TYPE_CHECKING:
    from edge_agent.entrypoints.http_api import EnrolDevice

app = typer.Typer(help="Run a store's agent.", no_args_is_help=True)

DEFAULT_DATA = Path("popshop-data/store")
WITNESS = Annotated[
    Path | None,
    typer.Option(
        help="The note that proves the folder to be the latest. It stands outside of the folder and of its "
        "backups: DATA.witness unless given."
    ),
]
PRINTER = Annotated[
    str,
    typer.Option(
        help="The receipt printer: tcp://HOST:9100, file:///dev/usb/lp0 or none; with ?profile=raster-58 for its kind."
    ),
]
DATA = Annotated[Path, typer.Option(help="The store's folder: journal, credentials, broker.")]


@app.command()
def join(
    code: Annotated[
        str, typer.Argument(help="What `popshop hq enrol STORE` printed: XXXX-XXXX-XXXX@http://…")
    ],
    data: DATA = DEFAULT_DATA,
    witness: WITNESS = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Join again without asking, where this folder is a store already.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print the identity (without its secret) as JSON.")
    ] = False,
) -> None:
    """Make this machine a store of headquarters, with a one-time code; or have a store join again."""
    known = identity.load(data)
    note = _witness(data, witness)
    if known is not None and not yes:
        _ask_to_join_again(known.store)
    try:
        mine = joining.join(data, note, code)
    except (identity.CannotJoin, StoreInUse) as error:
        raise console.UserError(str(error)) from None
    except OSError as error:
        raise console.UserError(f"cannot write {error.filename}: {error.strerror}") from None
    if json:
        console.print_json(
            {
                "store": mine.store,
                "name": mine.name,
                "hq_url": mine.hq_url,
                "epoch": mine.epoch,
                "again": known is not None,
            }
        )
        return
    console.out.print(f"Joined as [bold]{mine.store}[/] ({mine.name}). Next: popshop edge run --data {data}")
    if known is not None:
        console.out.print(
            "Then count every product on the tablet. Each one sells again as soon as it is counted and "
            "headquarters has answered. Orders under way go on by themselves, and what this store had not sent "
            "yet is sent now."
        )


def _ask_to_join_again(store: str) -> None:
    """Have the person say the store's name: joining again stops sales until somebody has counted."""
    if not sys.stdin.isatty():
        raise console.UserError(
            f"this folder is the store {store!r} already; add --yes to have it join again. It then sells "
            "nothing before every product is counted"
        )
    console.err.print(
        f"This folder is the store [bold]{store}[/] already. When it joins again, its right to sell ends, the one "
        "on any other computer that runs this store too, and every product has to be counted before it sells "
        "again. Nothing that happened here is lost."
    )
    if typer.prompt("Type the store's name to go on", err=True).strip() != store:
        raise console.UserError("nothing was changed")


@app.command()
def verify(
    data: DATA = DEFAULT_DATA,
    witness: WITNESS = None,
    json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check the store's journal and books row by row; works while the agent runs. Exit status 1 on any difference."""
    store_file = data / identity.STORE_FILE
    mine = identity.load(data)
    if mine is None or not store_file.exists():
        raise console.UserError(f"{data} holds no store's journal")
    # The note before the file: a running agent moves both on, the file first.
    note = witness_file.read(_witness(data, witness))
    try:
        with closing(Queries(store_file)) as queries:
            chains = _chains(queries)
            proof = witness_file.judge(note, queries) if mine.hq_url else None
        differences = books.verify(store_file)
    except sqlite3.DatabaseError as error:
        raise console.UserError(f"{store_file} cannot be read ({error}): start its agent once") from None
    if proof is Standing.RESTORED and note is not None:
        differences.append(
            f"the note outside knows row {note.seq} of epoch {note.epoch}, which this file lacks or has otherwise: "
            "an older copy was put back"
        )
    said = "not needed" if proof is None else proof.value
    if json:
        console.print_json(
            {"store": mine.store, "chains": chains, "witness": said, "differences": differences}
        )
    else:
        _print_findings(chains, said, differences)
    if differences:
        raise typer.Exit(1)


def _chains(queries: Queries) -> list[dict[str, Any]]:
    """Every epoch's streams that have rows: how many, and the hash at the end."""
    found = []
    for epoch in range(1, queries.epoch() + 1):
        for stream in STREAMS:
            rows = queries.last_seq(stream, epoch)
            if rows:
                head = queries.hash_at(stream, rows, epoch)
                found.append({"epoch": epoch, "stream": stream, "rows": rows, "head": head})
    return found


def _print_findings(chains: list[dict[str, Any]], witness: str, differences: list[str]) -> None:
    rows = [(c["epoch"], c["stream"], f"{c['rows']:,}", c["head"]) for c in chains]
    console.out.print(console.table(("epoch", "stream", "rows", "chain ends with"), rows, numbers={"rows"}))
    meaning = {
        "not needed": "this store stands alone, it has nothing to prove",
        Standing.LATEST.value: "the note outside says that this is the latest",
        Standing.RESTORED.value: "the note outside says that this is an older copy",
        Standing.UNKNOWN.value: "no note outside: nothing proves that this is the latest",
    }
    console.out.print(f"Witness: {meaning[witness]}.")
    if not differences:
        console.out.print("Every chain holds, and every table is what the journal says.")
    for difference in differences:
        console.show_error(difference)


@app.command()
def device(
    name: Annotated[str, typer.Argument(help="What the device is called: letters, digits, hyphens.")],
    data: DATA = DEFAULT_DATA,
    json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Let a device into the running store's broker: prints its user and password, the same every time."""
    try:
        url = loads((data / identity.ADDRESS_FILE).read_text())["url"]
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
            envvar=BROKER_VARIABLE,
            help="A broker of your own, mqtt://user:password@host:port, instead of the embedded one.",
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
    witness: WITNESS = None,
    printer: PRINTER = "none",
) -> None:
    """Run the agent until Ctrl-C."""
    # A web server and the tablet's pages: the other commands start at once without them.
    from edge_agent.entrypoints.main import CannotStart, EdgeAgent, EdgeConfig

    logs.to_stderr()
    mine = identity.load(data)
    if mine is None:
        raise console.UserError(
            f"{data} is not a store yet: run `popshop edge join CODE --data {data}` with the code of "
            "`popshop hq enrol`."
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
            policy=_policy(vend_timeout_s, device_clock_window_days),
            disk_reserve_bytes=disk_reserve_mb * 1024 * 1024,
            enrol_device=None if ours is None else _enroller(ours),
            witness=_witness(data, witness),
            printer=_printer(printer),
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


def _witness(data: Path, given: Path | None) -> Path:
    """Where the store's note is; inside the folder it would be restored together with it."""
    path = witness_file.beside(data) if given is None else given.resolve()
    if path.is_relative_to(data.resolve()):
        raise console.UserError(
            f"{path} is inside {data}: an older copy put back would bring its own note along. Name a place outside."
        )
    return path


def _policy(vend_timeout_s: int, device_clock_window_days: int) -> Policy:
    return Policy(
        vend_timeout_ms=vend_timeout_s * 1000,
        vend_command_ttl_ms=vend_timeout_s * 1000 * 2 // 3,
        device_clock_window_days=device_clock_window_days,
    )


def _printer(text: str) -> PrinterAddress | None:
    try:
        return address_of(text)
    except NoSuchPrinter as error:
        raise console.UserError(str(error)) from None


def _embedded(data: Path, store: str, port: int, closing: ExitStack) -> EmbeddedBroker:
    embedded = EmbeddedBroker(data / "broker", store, port=port)
    try:
        embedded.start()
    except BrokerError as error:
        raise console.UserError(
            f"the broker does not start: {error} (--broker-port names another port)"
        ) from None
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
