"""Buyers online at a real headquarters, beside a bare conditional UPDATE + INSERT behind the same kind of server.

Both use the same PostgreSQL and take turns, a fresh SKU each time, so that what the machine does meanwhile hits both.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import psycopg

from hardware.child_process import Child
from popshop.bench.buyers import Request, Rush, rush
from popshop.bench.sync import dsn_of, headquarters
from popshop.shop.head_office import Headquarters, act, ask, find
from popshop.shop.processes import wait_for_address

BUYERS: Final = 50
UNITS: Final = 1_000
ROUNDS: Final = 5
PATH: Final = "/v1/online/reservations"


@dataclasses.dataclass(frozen=True)
class Online:
    """Reservations per second of both, as medians of the rounds; what was sold; how busy the client was."""

    buyers: int
    units: int
    rounds: int
    reserve_per_s: float
    bare_per_s: float
    ratio: float
    confirm_per_s: float
    reserve_p95_ms: float
    sold: int
    """Of `units` × `rounds`, by headquarters' books."""
    oversold: int
    client_can_per_s: float
    """What the same client gets answered by the same server without a database: well above the others."""
    client_cores: float
    """How much of one core the client took while it was measured: 1.0 would be a client at its limit."""
    verified: bool
    """Whether `popshop hq verify` finds no difference afterwards."""


def run(folder: Path, buyers: int = BUYERS, units: int = UNITS, rounds: int = ROUNDS) -> Online:
    """Measure. Everything is made below `folder`, and nothing runs afterwards."""
    folder = folder.resolve()
    with headquarters(folder) as (_, url), _bare(folder) as bare_url:
        hq = find(folder / "hq", "")
        token = ask(hq, "POST", "/api/sellers", json={"name": "bench"})["token"]
        contest = _Contest(hq, url, bare_url, token, dsn_of(folder / "hq"), buyers, units)
        contest.warm_up()
        for number in range(rounds):
            contest.round(number)
        return contest.figures(rounds)


class _Contest:
    def __init__(
        self, hq: Headquarters, url: str, bare_url: str, token: str, dsn: str, buyers: int, units: int
    ) -> None:
        self.hq = hq
        self.url = url
        self.bare_url = bare_url
        self.token = token
        self.dsn = dsn
        self.buyers = buyers
        self.units = units
        self.reserved: list[Rush] = []
        self.confirmed: list[Rush] = []
        self.bare: list[Rush] = []
        self.nothing: list[Rush] = []
        self.skus: list[str] = []

    def warm_up(self) -> None:
        """Connections, plans and code that is used for the first time."""
        self.round(-1)
        for rushes in (self.reserved, self.confirmed, self.bare, self.nothing):
            rushes.clear()
        self.skus.clear()

    def round(self, number: int) -> None:
        """One SKU each; who is first changes."""
        sku = f"sku{number}"
        self.skus.append(sku)
        act(self.hq, "/api/receipts", {"sku": sku, "qty": self.units, "receipt": sku})
        with psycopg.connect(self.dsn, autocommit=True) as db:
            db.execute("INSERT INTO bare_stock (sku, units) VALUES (%s, %s)", [sku, self.units])
        turns = [(self.reserved, self.url, PATH), (self.bare, self.bare_url, "/reservations")]
        for rushes, url, path in turns if number % 2 else reversed(turns):
            rushes.append(self._rush(url, sku, path, self._more))
        self.nothing.append(self._rush(self.bare_url, sku, "/nothing", self.units))
        good = self.reserved[-1].good
        self.confirmed.append(
            rush(
                self.url,
                self.token,
                self.buyers,
                lambda n: (f"{PATH}/{sku}-{good[n]}/confirm", b""),
                len(good),
            )
        )

    @property
    def _more(self) -> int:
        """One refusal for every buyer ends a rush."""
        return self.units + self.buyers

    def _rush(self, url: str, sku: str, path: str, most: int) -> Rush:
        def wanted(number: int) -> Request:
            return path, msgspec.json.encode({"id": f"{sku}-{number}", "sku": sku, "qty": 1})

        return rush(url, self.token, self.buyers, wanted, most)

    def figures(self, rounds: int) -> Online:
        """Sum up."""
        reserve, bare = _median(self.reserved), _median(self.bare)
        times = sorted(ms for each in self.reserved for ms in each.times_ms)
        with psycopg.connect(self.dsn, autocommit=True) as db:
            booked: dict[str, int] = dict(
                db.execute(
                    "SELECT sku, sum(qty)::int FROM postings WHERE target = 'sold' AND sku = ANY(%s) GROUP BY sku",
                    [self.skus],
                ).fetchall()
            )
        told = sum(each.answers[200] for each in self.confirmed)
        proof = ask(self.hq, "GET", "/api/verify")
        return Online(
            buyers=self.buyers,
            units=self.units,
            rounds=rounds,
            reserve_per_s=round(reserve),
            bare_per_s=round(bare),
            ratio=round(statistics.median(_ratios(self.reserved, self.bare)), 3),
            confirm_per_s=round(_median(self.confirmed)),
            reserve_p95_ms=round(times[len(times) * 95 // 100], 1),
            sold=sum(booked.values()),
            oversold=max(told, sum(booked.values())) - self.units * rounds,
            client_can_per_s=round(_median(self.nothing)),
            client_cores=round(statistics.median(each.client_cores for each in self.reserved), 2),
            verified=not proof["differences"],
        )


def _median(rushes: list[Rush]) -> float:
    return statistics.median(each.per_s for each in rushes)


def _ratios(ours: list[Rush], theirs: list[Rush]) -> list[float]:
    """Of rounds that ran beside each other."""
    return [one.per_s / other.per_s for one, other in zip(ours, theirs, strict=True)]


@contextmanager
def _bare(folder: Path) -> Iterator[str]:
    (folder / "bare").mkdir()
    command = [sys.executable, "-m", "popshop.bench.bare_online", dsn_of(folder / "hq"), str(folder / "bare")]
    server = Child(command, folder / "bare.log", cwd=folder)
    try:
        yield wait_for_address(folder / "bare" / "address.json", server, folder / "bare.log")["url"]
    finally:
        server.stop()
