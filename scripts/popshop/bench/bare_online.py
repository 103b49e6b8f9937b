"""What online sales are measured against, as a process of its own: `python -m popshop.bench.bare_online DSN FOLDER`.

The same server, driver, pool and worker threads as headquarters', and of the work only what nobody can leave out: a
conditional UPDATE and an INSERT in one transaction. No accounts, no trace, no expiry, no sellers. `/nothing` answers
without a database: how many requests client and server can pass at all.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Final

import anyio
import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response

from cloud_sync.hq.address import Address, published
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.web.online_api import MAX_AT_ONCE

TABLES: Final = """
CREATE TABLE bare_stock (sku text PRIMARY KEY, units bigint NOT NULL CHECK (units >= 0));
CREATE TABLE bare_sales (id text PRIMARY KEY, sku text NOT NULL, qty bigint NOT NULL)"""


class Wanted(msgspec.Struct, frozen=True):
    """What a buyer wants."""

    id: str
    sku: str
    qty: int


def create(pool: Pool) -> FastAPI:
    """The two routes."""
    app = FastAPI(docs_url=None, redoc_url=None)
    limiter = anyio.CapacityLimiter(MAX_AT_ONCE)
    decoder = msgspec.json.Decoder(Wanted)

    def sell(raw: bytes) -> Response:
        wanted = decoder.decode(raw)
        with pool.connection() as connection:
            taken = connection.execute(
                "UPDATE bare_stock SET units = units - %s WHERE sku = %s AND units >= %s",
                [wanted.qty, wanted.sku, wanted.qty],
            )
            if taken.rowcount:
                connection.execute(
                    "INSERT INTO bare_sales (id, sku, qty) VALUES (%s, %s, %s)",
                    [wanted.id, wanted.sku, wanted.qty],
                )
        told = msgspec.json.encode({"id": wanted.id})
        return Response(told, 200 if taken.rowcount else 409, media_type="application/json")

    @app.post("/reservations")
    async def reserve(request: Request) -> Response:
        raw = await request.body()
        return await anyio.to_thread.run_sync(lambda: sell(raw), limiter=limiter)

    @app.post("/nothing")
    async def nothing(request: Request) -> Response:
        raw = await request.body()
        return Response(msgspec.json.encode({"id": decoder.decode(raw).id}), media_type="application/json")

    return app


def main(dsn: str, folder: str) -> None:
    """Serve on a free port until SIGTERM."""
    with socket.socket() as listener, open_pool(dsn) as pool:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(("127.0.0.1", 0))
        with pool.connection() as connection:
            connection.execute(TABLES)
        settings = uvicorn.Config(create(pool), log_level="warning", access_log=False, proxy_headers=False)
        here = Address(url=f"http://127.0.0.1:{listener.getsockname()[1]}", pid=os.getpid())
        listener.listen()
        with published(Path(folder), here):
            uvicorn.Server(settings).run([listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
