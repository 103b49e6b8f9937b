"""`popshop hq`: run headquarters, enrol stores, read its reports.

All but `run` talk to a running headquarters, found by its data folder or by --url and a password; a report on
a folder whose headquarters does not run starts it for that one question.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import requests
import typer

from cloud_sync.hq import address
from cloud_sync.hq.credentials import FILE_NAME, PASSWORD_VARIABLE, Credentials
from popshop.console import UserError, err, facts_table, out, print_json, table
from popshop.shop import latest, processes

DEFAULT_DATA: Final = Path("popshop-data/hq")
TIMEOUT_S: Final = 60

app = typer.Typer(no_args_is_help=True, help="Headquarters: run it, enrol stores, read its reports.")
report = typer.Typer(no_args_is_help=True, help="Figures from headquarters.")
app.add_typer(report, name="report")

Data = Annotated[Path, typer.Option(envvar="POPSHOP_HQ_DATA", help="Headquarters' data folder.")]
Url = Annotated[
    str,
    typer.Option(help=f"Address of a headquarters elsewhere; the password comes from {PASSWORD_VARIABLE}."),
]
Json = Annotated[bool, typer.Option("--json", help="For a program: one JSON document.")]


@app.command()
def run(
    data: Data = DEFAULT_DATA,
    port: Annotated[
        int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)
    ] = 8078,
    host: Annotated[
        str, typer.Option(help="Address to listen on; put TLS in front of any other.")
    ] = "127.0.0.1",
    dsn: Annotated[
        str,
        typer.Option(
            envvar="POPSHOP_HQ_DSN", help="A PostgreSQL of your own; without, one is brought along."
        ),
    ] = "",
) -> None:
    """Run headquarters until Ctrl-C: PostgreSQL, the API and the dashboard.

    The address is written to DATA/address.json, the password for people to DATA/credentials.json.
    """

    # A web server and a database driver: the other commands start at once without them.
    import psycopg

    from cloud_sync.hq.main import HqConfig, serve
    from cloud_sync.hq.postgres import PostgresError

    def ready(here: address.Address) -> None:
        err.print(
            facts_table(
                [
                    ("Dashboard", here.url),
                    ("Password", f"in {(data / FILE_NAME).resolve()}"),
                    ("OpenAPI", f"{here.url}/openapi.json"),
                    ("Next", "popshop hq enrol STORE --name NAME"),
                ],
                title="Headquarters is running. Ctrl-C stops it.",
            )
        )

    try:
        serve(HqConfig(data=data, port=port, host=host, dsn=dsn), ready)
    except PostgresError as error:
        raise UserError(str(error)) from error
    except psycopg.OperationalError as error:
        raise UserError(f"the database does not answer: {error}") from error
    except OSError as error:
        raise UserError(f"headquarters cannot start: {error}. Try another --port or --data") from error


@app.command()
def enrol(
    store: Annotated[str, typer.Argument(help="The store's id: a-z, 0-9 and hyphens.")],
    name: Annotated[str, typer.Option(help="The store's name on every screen; its id if left out.")] = "",
    timezone: Annotated[str, typer.Option(help="Its time zone, for business days.")] = "Asia/Shanghai",
    currency: Annotated[str, typer.Option(help="Its currency, ISO 4217.")] = "CNY",
    data: Data = DEFAULT_DATA,
    dsn: Annotated[
        str, typer.Option(help="Write into this database instead of asking a running headquarters.")
    ] = "",
    url: Annotated[str, typer.Option(help="The address that the store is to reach headquarters at.")] = "",
    as_json: Json = False,
) -> None:
    """Write a store into the books and print a one-time code, valid for 24 hours.

    In the store: popshop edge join CODE. Enrolling a store again gives it a new code; its token stays
    valid until the new code is used.
    """
    asked = {"store": store, "name": name or store, "timezone": timezone, "currency": currency}
    if dsn:
        if not url:
            raise UserError("with --dsn say with --url at which address the store reaches headquarters")
        made, hq_url = _enrol_in_database(dsn, asked), url.rstrip("/")
    else:
        hq = _find(data, url)
        made, hq_url = _ask(hq, "POST", "/api/enrolments", json=asked), hq[0]
    code = f"{made['code']}@{hq_url}"
    if as_json:
        print_json({"store": store, "code": code, "expires_at": made["expires_at"]})
        return
    err.print(f"One-time code for {store}, valid until {made['expires_at'][:16]} UTC:")
    out.print(code, soft_wrap=True)
    err.print("In the store: popshop edge join CODE")


@report.command()
def sales(
    by: Annotated[
        str, typer.Option(help="Cuts with commas between: store, day, device, item, currency.")
    ] = "day",
    store: Annotated[str | None, typer.Option(help="One store only.")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, included.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")
    ] = None,
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Units and takings; days are the stores' own. Amounts are in minor units (fen, cents)."""
    asked = {
        "by": by,
        "store": store,
        "from": first and first.date().isoformat(),
        "to": last and last.date().isoformat(),
    }
    with _reading(data, url) as hq:
        rows = _ask(hq, "GET", "/api/sales", params={k: v for k, v in asked.items() if v is not None})
    if as_json:
        print_json(rows)
    elif not rows:
        err.print("No sales there yet.")
    else:
        columns = list(rows[0])
        out.print(
            table(columns, ([row[c] for c in columns] for row in rows), numbers=("units", "takings_minor"))
        )


@report.command()
def proof(
    store: Annotated[str, typer.Argument(help="The store's id.")],
    data: Data = DEFAULT_DATA,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Count every row headquarters keeps of a store: nothing missing, nothing twice, takings as shown."""
    with _reading(data, url) as hq:
        found = _ask(hq, "GET", f"/api/stores/{store}/proof")
    if as_json:
        print_json(found)
    else:
        out.print(facts_table(found.items()))


Headquarters = tuple[str, str]
"""URL and password."""


@contextmanager
def _reading(data: Path, url: str) -> Iterator[Headquarters]:
    """A headquarters to read from: the running one, or one started on the folder for just this question.

    The default folder gives way to the headquarters of the last demo or replay.
    """
    if data == DEFAULT_DATA and not data.exists():
        data = latest.hq_folder() or data
    if url or (data / address.FILE_NAME).exists() or not (data / FILE_NAME).exists():
        yield _find(data, url)
        return
    with tempfile.TemporaryDirectory(prefix="popshop-hq-") as logs:
        started = processes.popshop(
            Path(logs), "hq", ["hq", "run", "--data", str(data.resolve()), "--port", "0"]
        )
        try:
            processes.wait_for_address(data / address.FILE_NAME, started, Path(logs) / "hq.log")
            yield _find(data, "")
        finally:
            started.stop(processes.HQ_STOP_TIMEOUT_S)


def _find(data: Path, url: str) -> Headquarters:
    """Where headquarters is and what opens it."""
    if url:
        password = os.environ.get(PASSWORD_VARIABLE, "") or _password_in(data)
        if not password:
            raise UserError(
                f"--url needs headquarters' password: set {PASSWORD_VARIABLE}, or name its data folder"
            )
        return url.rstrip("/"), password
    try:
        return address.read(data).url, _password_in(data)
    except FileNotFoundError as error:
        raise UserError(
            f"no headquarters is running on {data.resolve()}. Start one with: popshop hq run --data {data}; "
            "or name one elsewhere with --url"
        ) from error


def _password_in(data: Path) -> str:
    """The password in a data folder; empty when there is none."""
    try:
        return msgspec.json.decode((data / FILE_NAME).read_bytes(), type=Credentials).admin_password
    except FileNotFoundError:
        return ""
    except PermissionError as error:
        raise UserError(
            f"{error.filename} may be read by its owner only: run as that user, or set {PASSWORD_VARIABLE}"
        ) from error


def _enrol_in_database(dsn: str, asked: dict[str, str]) -> dict[str, str]:
    """Write the store straight into headquarters' database, when none of its processes is near."""
    # Needs the database driver, which no other call here does.
    import psycopg

    from cloud_sync.hq import clock, enrolment, schema
    from cloud_sync.hq.pool import open_pool

    try:
        with psycopg.connect(dsn, autocommit=True) as connection:
            schema.migrate(connection)
        with open_pool(dsn) as pool:
            made = enrolment.enrol(pool, **asked, now=clock.utc_now())
    except psycopg.OperationalError as error:
        raise UserError(f"the database does not answer: {error}") from error
    except enrolment.EnrolmentError as error:
        raise UserError(error.message) from error
    return {"code": made.code, "expires_at": made.expires_at.isoformat()}


def _ask(hq: Headquarters, method: str, path: str, **more: Any) -> Any:
    """One call of headquarters' API. Raises UserError with what it said when it refuses."""
    url, password = hq
    try:
        answer = requests.request(
            method, url + path, headers={"Authorization": f"Bearer {password}"}, timeout=TIMEOUT_S, **more
        )
    except requests.RequestException as error:
        raise UserError(
            f"headquarters at {url} does not answer ({type(error).__name__}). Is it running? popshop hq run"
        ) from error
    if answer.ok:
        return answer.json()
    try:
        told = answer.json()["message"]
    except (ValueError, KeyError, TypeError):
        told = f"HTTP {answer.status_code}, which is no answer of a popshop headquarters"
    raise UserError(f"headquarters says: {told}")
