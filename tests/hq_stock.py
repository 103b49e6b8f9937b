"""Headquarters' application in this process on a real PostgreSQL, and stores that follow the rules of shared stock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg
from fastapi.testclient import TestClient
from httpx import Response

from cloud_sync.hq.credentials import Credentials
from cloud_sync.hq.database import schema
from cloud_sync.hq.database.pool import Pool, open_pool
from cloud_sync.hq.database.postgres_books import transaction
from cloud_sync.hq.replenishment import PERIOD, Replenishment
from cloud_sync.hq.rules import refill
from cloud_sync.hq.web.api import create_api
from cloud_sync.protocol import facts, stock_facts
from cloud_sync.protocol.instructions import Grant, Pin, Recall, Unpin, read_instruction, read_row
from cloud_sync.protocol.session import SyncReply
from cloud_sync.protocol.stock_rights import MINE, moves_of
from tests.journal_rows import NOON, Journal

PASSWORD = "open sesame"


@dataclass
class Shop:
    """A store that follows the rules over HTTP: it answers down rows in order, and sells what it may."""

    hq: StockHq
    journal: Journal
    token: str
    acked: int = 0
    down_seq: int = 0
    available: int = 0
    released: int = 0
    granted: list[Grant] = field(default_factory=list)
    cut_off: bool = False

    def write(self, *written: facts.Fact) -> Shop:
        """Append facts; what they move changes what the store may sell (one SKU only)."""
        for fact in written:
            self.journal.write(fact, at=self.hq.now)
            for move in moves_of(fact):
                self.available += move.qty if move.target == MINE else -move.qty
        return self

    def sync(self) -> Shop:
        """Send what is there, apply what comes back, until both sides have everything."""
        self.granted = []
        for _ in range(10):
            request = self.journal.request(self.acked, down_seq=self.down_seq, incarnation=1)
            headers = {"Authorization": f"Bearer {self.token}"}
            answer = self.hq.client.post("/v1/sync", content=msgspec.json.encode(request), headers=headers)
            assert answer.status_code == 200, answer.text
            reply = msgspec.json.decode(answer.content, type=SyncReply)
            self.acked = reply.acked
            for row in reply.down:
                self._apply(bytes(row))
            if not reply.down and self.acked == self.journal.last_seq:
                return self
        raise AssertionError("headquarters never has enough")

    def _apply(self, raw: bytes) -> None:
        row = read_row(raw)
        self.down_seq = row.seq
        match read_instruction(row):
            case Grant() as told:
                self.granted.append(told)
                self.available += told.qty
                self.write(
                    stock_facts.RightsGranted(
                        grant=told.grant, down_seq=row.seq, sku=told.sku, qty=told.qty, source=told.source
                    )
                )
            case Recall() as told:
                given = min(told.qty, self.available)
                self.released += given
                self.write(
                    stock_facts.RightsReleased(
                        recall=told.recall, down_seq=row.seq, sku=told.sku, asked=told.qty, qty=given
                    )
                )
            case Pin() as told:
                given = told.qty if told.qty <= self.available else 0
                self.available -= given
                self.write(
                    stock_facts.StockPinned(
                        reservation=told.reservation,
                        down_seq=row.seq,
                        sku=told.sku,
                        asked=told.qty,
                        qty=given,
                    )
                )
            case Unpin() as told:
                self.available += told.qty
                self.write(
                    stock_facts.StockUnpinned(
                        reservation=told.reservation, down_seq=row.seq, sku=told.sku, qty=told.qty
                    )
                )


@dataclass
class StockHq:
    """The application, its clock, and the one who runs its rounds."""

    client: TestClient
    pool: Pool
    supply: Replenishment
    now: datetime = NOON

    def shop(self, store: str, *written: facts.Fact) -> Shop:
        """A store that joined; `written` is not sent yet."""
        asked = {"store": store, "name": store, "timezone": "Asia/Shanghai", "currency": "CNY"}
        code = self.post("/api/enrolments", **asked)["code"]
        joined = self.client.post("/v1/join", json={"code": code}).json()
        return Shop(self, Journal(store, epoch=joined["epoch"]), joined["token"]).write(*written)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params, auth=("me", PASSWORD))
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sku(self, sku: str) -> Any:
        return self.get(f"/api/stock/{sku}")

    def post(self, path: str, key: str = "", **body: Any) -> Any:
        answer = self._post(path, key, body)
        assert answer.is_success, answer.text
        return answer.json()

    def refused(self, path: str, key: str = "", **body: Any) -> tuple[int, str]:
        answer = self._post(path, key, body)
        assert not answer.is_success, answer.text
        assert answer.json()["message"]
        return answer.status_code, answer.json()["code"]

    def _post(self, path: str, key: str, body: dict[str, Any]) -> Response:
        headers = {"Idempotency-Key": key} if key else {}
        answer: Response = self.client.post(path, json=body, headers=headers, auth=("me", PASSWORD))
        return answer

    def rounds(self) -> None:
        """Time passes until the planner's next round."""
        self.now += PERIOD + timedelta(seconds=1)
        self.supply.step()

    def restored(self) -> None:
        """As after a start on a backup."""
        with transaction(self.pool) as books:
            refill.begin(books, self.now)


def started(postgres_dsn: str) -> Iterator[StockHq]:
    """A fixture: headquarters on an empty database."""
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        schema.migrate(connection)
    with open_pool(postgres_dsn) as pool:
        made = StockHq.__new__(StockHq)

        def clock() -> datetime:
            return made.now

        supply = Replenishment(pool, clock)
        app = create_api(pool, Credentials(admin_password=PASSWORD, session_key="k"), clock, supply)
        with TestClient(app, raise_server_exceptions=False) as client:
            made.__init__(client, pool, supply)  # type: ignore[misc]
            yield made
