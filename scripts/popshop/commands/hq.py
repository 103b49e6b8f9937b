"""`popshop hq`: run headquarters, enrol stores, read its reports; see also `_hq_stock` and `_hq_care`.

All but `run` talk to a running headquarters, found by its data folder or by --url and a password; a report on
a folder whose headquarters does not run starts it for that one question.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cloud_sync.hq import address
from cloud_sync.hq.credentials import FILE_NAME
from popshop.commands import _hq_care, _hq_limits, _hq_members, _hq_shipments, _hq_stock
from popshop.console import UserError, err, facts_table, out, print_json, table
from popshop.shop.head_office import DEFAULT_DATA, Data, Json, Url, ask, find, reading

app = typer.Typer(no_args_is_help=True, help="Headquarters: run it, enrol stores, read its reports.")
report = typer.Typer(no_args_is_help=True, help="Figures from headquarters.")
app.add_typer(report, name="report")
app.add_typer(_hq_stock.stock, name="stock")
app.add_typer(_hq_members.members, name="members")
app.add_typer(_hq_shipments.shipments, name="shipments")


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
    public_url: Annotated[
        str, typer.Option(help="Where shoppers' phones find headquarters; its own address if left out.")
    ] = "",
) -> None:
    """Run headquarters until Ctrl-C: PostgreSQL, the API and the dashboard.

    The address is written to DATA/address.json, the password for people to DATA/credentials.json.
    """

    # A web server and a database driver: the other commands start at once without them.
    import psycopg

    from cloud_sync.hq.database.postgres import PostgresError
    from cloud_sync.hq.main import HqConfig, serve

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
        serve(HqConfig(data=data, port=port, host=host, dsn=dsn, public_url=public_url.rstrip("/")), ready)
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
    timezone: Annotated[
        str, typer.Option(help="Its time zone, for business days; Asia/Shanghai if left out.")
    ] = "",
    currency: Annotated[str, typer.Option(help="Its currency, ISO 4217; CNY if left out.")] = "",
    data: Data = DEFAULT_DATA,
    dsn: Annotated[
        str, typer.Option(help="Write into this database instead of asking a running headquarters.")
    ] = "",
    url: Annotated[str, typer.Option(help="The address that the store is to reach headquarters at.")] = "",
    as_json: Json = False,
) -> None:
    """Write a store into the books and print a one-time code, valid for 24 hours.

    In the store: popshop edge join CODE. Enrolling a store again gives it a new code and changes only what
    is given; its token stays valid until the new code is used.
    """
    asked = {"store": store, "name": name, "timezone": timezone, "currency": currency}
    if dsn:
        if not url:
            raise UserError("with --dsn say with --url at which address the store reaches headquarters")
        made, hq_url = _enrol_in_database(dsn, asked), url.rstrip("/")
    else:
        hq = find(data, url)
        made, hq_url = ask(hq, "POST", "/api/enrolments", json=asked), hq[0]
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
    with reading(data, url) as hq:
        rows = ask(hq, "GET", "/api/sales", params={k: v for k, v in asked.items() if v is not None})
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
    with reading(data, url) as hq:
        found = ask(hq, "GET", f"/api/stores/{store}/proof")
    if as_json:
        print_json(found)
    else:
        out.print(facts_table(found.items()))


def _enrol_in_database(dsn: str, asked: dict[str, str]) -> dict[str, str]:
    """Write the store straight into headquarters' database, when none of its processes is near."""
    # Needs the database driver, which no other call here does.
    import psycopg

    from cloud_sync.hq import clock, enrolment
    from cloud_sync.hq.database import schema
    from cloud_sync.hq.database.pool import open_pool

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


_hq_care.add_to(app)
app.command()(_hq_limits.limits)
