"""The JSON API of the shared stock for people and their programs: where units are, and moving them by hand.

Every POST may carry an Idempotency-Key: sent again with the same one it is not done again.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, Field

from cloud_sync.hq.database.stock_queries import (
    MAX_TRACE,
    OpenAlert,
    Policy,
    RefillState,
    SkuStock,
    StockLine,
    StockQueries,
    StoreRight,
    TracedPosting,
)
from cloud_sync.hq.database.verify import Report, verify
from cloud_sync.hq.stock_acts import MAX_TEXT_CHARS, StockActs

Key = Annotated[str, Header(alias="Idempotency-Key", max_length=MAX_TEXT_CHARS)]
Answer = dict[str, Any]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
TAGS: Final[list[str | Enum]] = ["stock"]


class StoreUnits(BaseModel):
    """Units of a SKU for or from one store."""

    store: str
    sku: str
    qty: Units
    why: str = Field("", description="shown to people beside the grant or recall")


class Receipt(BaseModel):
    """Goods that came into the warehouse."""

    sku: str
    qty: Units
    receipt: str = Field(description="its number; the same one is booked once")
    transfer: str = Field("", description="when a store sent them: the transfer's name")


class Correction(BaseModel):
    """What a count of the warehouse changes."""

    sku: str
    difference: int = Field(description="units more (or, below 0, fewer) than the pool has")
    why: str = ""


class PolicyBody(BaseModel):
    """How well a store is to be supplied; `*` stands for any store or SKU."""

    store: str = "*"
    sku: str = "*"
    cover_days: float = Field(ge=0)
    minimum: int = Field(0, ge=0)
    ceiling: int = Field(ge=0)


class StoreSku(BaseModel):
    """A SKU of one store."""

    store: str
    sku: str


class OneStore(BaseModel):
    """One store."""

    store: str


class Closed(BaseModel):
    """An alert that somebody looked into."""

    kind: str
    store: str = ""
    sku: str = ""
    reference: str = ""
    note: str = Field("", max_length=MAX_TEXT_CHARS)


class Seller(BaseModel):
    """An online channel."""

    name: str = Field(description="a-z, 0-9 and hyphens")


def add_stock_routes(router: APIRouter, queries: StockQueries, acts: StockActs) -> None:
    """Add everything here to a router that lets in only who may."""
    _add_reads(router, queries)
    _add_moves(router, acts)
    _add_policies(router, queries, acts)
    _add_stores(router, acts)


def _add_reads(router: APIRouter, queries: StockQueries) -> None:
    @router.get("/stock", tags=TAGS)
    def stock() -> list[StockLine]:
        """Where the rights of every SKU are."""
        return queries.stock()

    @router.get("/stock/{sku}", tags=TAGS)
    def one_sku(sku: str) -> SkuStock:
        """One SKU: its accounts, what each store has of it, transfers, and the newest rows to stores."""
        return queries.sku(sku)

    @router.get("/stock/{sku}/trace", tags=TAGS)
    def trace(
        sku: str,
        after: Annotated[int, Query(ge=0, description="the id of the last posting seen")] = 0,
        most: Annotated[int, Query(ge=1, le=MAX_TRACE)] = MAX_TRACE,
    ) -> list[TracedPosting]:
        """Every posting of the SKU, newest last; the next page begins after the last id."""
        return queries.trace(sku, after, most)

    @router.get("/stores/{store}/rights", tags=TAGS)
    def rights(store: str) -> list[StoreRight]:
        """What a store holds and what of it is in limbo."""
        return queries.store_rights(store)

    @router.get("/alerts", tags=TAGS)
    def alerts() -> list[OpenAlert]:
        """What a person should look into, newest first."""
        return queries.alerts()

    @router.get("/verify", tags=["reports"])
    def verified() -> Report:
        """Work everything out again from the rows as they came in, and name each difference. Slow on purpose."""
        with queries.pool.connection() as connection:
            return verify(connection)

    @router.get("/refill", tags=TAGS)
    def refill() -> RefillState:
        """Whether headquarters was restored from a backup and waits, and for which stores."""
        return queries.refill()


def _add_moves(router: APIRouter, acts: StockActs) -> None:
    @router.post("/grants", tags=TAGS, status_code=201)
    def grant(asked: StoreUnits, key: Key = "") -> Answer:
        """Move units from the pool to a store."""
        return acts.grant(asked.store, asked.sku, asked.qty, asked.why, key=key)

    @router.post("/recalls", tags=TAGS, status_code=202)
    def recall(asked: StoreUnits, key: Key = "") -> Answer:
        """Ask a store to give units back; it gives what it has not promised to anybody."""
        return acts.recall(asked.store, asked.sku, asked.qty, asked.why, key=key)

    @router.post("/receipts", tags=TAGS, status_code=201)
    def receive(asked: Receipt, key: Key = "") -> Answer:
        """Goods came into the warehouse."""
        return acts.receive(asked.sku, asked.qty, asked.receipt, asked.transfer, key=key)

    @router.post("/corrections", tags=TAGS, status_code=201)
    def correct(asked: Correction, key: Key = "") -> Answer:
        """Somebody counted the warehouse."""
        return acts.correct(asked.sku, asked.difference, asked.why, key=key)

    @router.post("/alerts/close", tags=TAGS)
    def close(asked: Closed, key: Key = "") -> Answer:
        """Somebody looked into it."""
        return acts.close_alert(asked.kind, asked.store, asked.sku, asked.reference, asked.note, key=key)


def _add_policies(router: APIRouter, queries: StockQueries, acts: StockActs) -> None:
    @router.get("/policies", tags=TAGS)
    def policies() -> list[Policy]:
        """How well stores are to be supplied. The nearest counts: (store, SKU), (*, SKU), (store, *), (*, *)."""
        return queries.policies()

    @router.post("/policies", tags=TAGS, status_code=201)
    def set_policy(asked: PolicyBody, key: Key = "") -> Answer:
        """Set or change a policy; rights follow within the minute."""
        return acts.set_policy(**asked.model_dump(), key=key)

    @router.delete("/policies", tags=TAGS)
    def drop_policy(store: str, sku: str) -> Answer:
        """Leave it to people again."""
        return acts.drop_policy(store, sku)

    @router.post("/sellers", tags=["online"], status_code=201)
    def seller(asked: Seller) -> Answer:
        """Let an online channel in; a new token for a known one makes its old token void."""
        return {"name": asked.name, "token": acts.seller(asked.name)}


def _add_stores(router: APIRouter, acts: StockActs) -> None:
    @router.post("/stores/{store}/retire", tags=["stores"])
    def retire(store: str, key: Key = "") -> Answer:
        """The store died for good; what it held waits in limbo."""
        return acts.retire(store, key=key)

    @router.post("/stock/bring-back", tags=TAGS)
    def bring_back(asked: StoreUnits, key: Key = "") -> Answer:
        """Goods of a store in limbo stand in the warehouse now."""
        return acts.bring_back(asked.store, asked.sku, asked.qty, key=key)

    @router.post("/stock/write-off", tags=TAGS)
    def write_off(asked: StoreSku, key: Key = "") -> Answer:
        """Give up what of a store's SKU is still in limbo."""
        return acts.write_off(asked.store, asked.sku, key=key)

    @router.post("/refill/set-aside", tags=["stores"])
    def set_aside(asked: OneStore, key: Key = "") -> Answer:
        """Headquarters goes on without a store that it waits for."""
        return acts.set_aside(asked.store, key=key)

    @router.post("/refill/end", tags=["stores"])
    def end_refill(key: Key = "") -> Answer:
        """Go on without every store that is still awaited."""
        return acts.end_refill(key=key)
