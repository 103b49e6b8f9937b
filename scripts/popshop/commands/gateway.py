"""`popshop gateway alipay|wechat`: a training gateway that a store pays through as if it were the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
import uvicorn

from edge_agent.adapters.clock import SystemClock
from popshop import console
from popshop.gateways.keys import KINDS, gateway, write_contract

BEIJING: Final = ZoneInfo("Asia/Shanghai")
"""Providers book by its days."""

app = typer.Typer(help="Training gateways of payment providers.", no_args_is_help=True)


@app.command()
def run(
    kind: Annotated[str, typer.Argument(help="alipay or wechat.")],
    data: Annotated[Path, typer.Option(help="Where its keys and its book are kept.")],
    port: Annotated[int, typer.Option(help="The port it answers on.")] = 8620,
    store: Annotated[
        Path | None, typer.Option(help="A store's folder, whose payments.json is to name it.")
    ] = None,
) -> None:
    """Answer a store's payments, without money. Its page says how to make a payment wait, fail or get lost."""
    if kind not in KINDS:
        raise console.UserError(f"there is no {kind!r} gateway: name one of {', '.join(KINDS)}")
    url = f"http://127.0.0.1:{port}"
    application, book = gateway(kind, data, lambda: SystemClock().now().astimezone(BEIJING))
    written = write_contract(kind, data, url, store or data)
    console.out.print(f"{kind} for training at {url}. The store's contract with it: {written}")
    try:
        uvicorn.run(application, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    finally:
        book.close()
