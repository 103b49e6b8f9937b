"""What the demo shows while it runs: addresses once, then counts, as a table that changes or as lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import requests
from rich.console import Console
from rich.live import Live

from cloud_sync.protocol.money import format_minor
from popshop.console import facts_table
from popshop.demo.crowd import Away
from popshop.demo.office import Office
from popshop.demo.opening import Clock, OpenShop
from popshop.demo.steps import Ask, Refused
from popshop.shop.client import AgentRefused

TABLE_EVERY_S: Final = 1.0
LINE_EVERY_S: Final = 10.0


@dataclass(frozen=True)
class Shared:
    """Units of the shared stock in headquarters' books: free in its pool, with stores, sold and promised online."""

    pool: int
    held: int
    reserved: int
    sold_online: int

    def line(self) -> str:
        """All of it in a line."""
        return (
            f"{self.sold_online} sold, {self.reserved} reserved · pool {self.pool} · store holds {self.held}"
        )


def shared(office: Office) -> Shared:
    """Ask headquarters. Raises Away."""
    lines, sales = office.ask(Ask("/api/stock")), office.ask(Ask("/api/sales?by=item"))
    if isinstance(lines, Refused) or isinstance(sales, Refused):
        raise Away
    sums = {what: sum(line[what] for line in lines) for what in ("pool", "hold", "reserved", "sold")}
    in_stores = sum(row["units"] for row in sales)
    return Shared(sums["pool"], sums["hold"], sums["reserved"], sums["sold"] - in_stores)


@dataclass(frozen=True)
class Counts:
    """How the shop stands; None where nobody answers."""

    orders: int
    vended: int
    refunded: int
    unresolved: int
    takings: str
    store_events: int
    hq_events: int | None
    online: Shared | None
    waiting: int
    devices_ready: int

    def line(self, devices: int) -> str:
        """All of it in a line."""
        hq = "away" if self.hq_events is None else str(self.hq_events)
        online = "away" if self.online is None else self.online.line()
        return (
            f"orders {self.orders} · vended {self.vended} · refunded {self.refunded} · takings {self.takings}"
            f" · events store {self.store_events} HQ {hq} · waiting {self.waiting}"
            f" · devices ready {self.devices_ready}/{devices} · unresolved {self.unresolved}\nonline {online}"
        )


def count(opened: OpenShop) -> Counts | None:
    """Ask store and headquarters; None while the agent is away."""
    try:
        totals = opened.staff.totals()
        sync = opened.staff.get("/api/health")["sync"]
        devices = opened.hands.look().get("device", {}).values()
    except (requests.RequestException, AgentRefused, Away):
        return None
    vends, orders = totals["vends"], totals["orders"]
    return Counts(
        orders=sum(orders.values()),
        vended=vends.get("dispensed", 0) + totals["cash_sales"],
        refunded=orders.get("refunded", 0) + orders.get("part_refunded", 0),
        unresolved=vends.get("unknown", 0),
        takings=format_minor(totals["takings_minor"], opened.plan.currency),
        store_events=totals["events"],
        hq_events=_hq_events(opened),
        online=_shared(opened),
        waiting=sync["waiting"],
        devices_ready=sum(device["status"] == "ready" for device in devices),
    )


def _hq_events(opened: OpenShop) -> int | None:
    try:
        stores: Any = opened.shop.hq_get("/api/stores")
    except requests.RequestException:
        return None
    return sum(int(log["received"]) for store in stores for log in store["logs"])


def _shared(opened: OpenShop) -> Shared | None:
    try:
        return shared(opened.office)
    except Away:
        return None


class Screen:
    """Shows counts: a live table on a terminal, else a line now and then."""

    def __init__(self, console: Console, opened: OpenShop, clock: Clock) -> None:
        self._console = console
        self._opened = opened
        self._clock = clock
        self._live: Live | None = None
        self._due_s = clock()

    def addresses(self) -> None:
        """Where everything is and what opens it."""
        opened, shop = self._opened, self._opened.shop
        agent, hq = shop.agent_url, shop.hq_url
        rows = [
            ("Headquarters", f"{hq}   password {shop.hq_credentials()['admin_password']}"),
            ("Staff tablet", f"{agent}/staff/   PIN {shop.credentials()['staff_pin']}"),
            ("Kiosk API", f"{agent}/api   token in {shop.edge_data / 'credentials.json'}"),
            ("Cash & day", f"{agent}/staff/   the tablet's area of that name; PIN as above"),
            ("Phone pages", f"{hq}/p/…   to pay: every order has its own, as a QR code on the kiosk"),
            ("", f"{hq}/m/join   to become a member · {hq}/r/…   receipts, as a QR code on each"),
            ("Scan to buy", f"{agent}/shop?c=vending-1/1-01"),
            ("Report", f"popshop report x --data {shop.edge_data}"),
            ("OpenAPI", f"{agent}/docs · {hq}/docs"),
            ("MQTT broker", f"127.0.0.1:{shop.broker.port}   users in {shop.broker.folder / 'users.json'}"),
            ("Devices", f"{', '.join(opened.plan.devices)}   logs in {shop.folder / 'devices'}"),
            ("Data", str(shop.folder)),
        ]
        self._console.print()
        self._console.print("[bold green]The shop is open.[/] Ctrl-C closes it.")
        for name, text in rows:
            # Not a table: an address must not be broken to fit a narrow terminal.
            self._console.print(f"[bold]{name:13}[/] {text}", soft_wrap=True)
        self._console.print()

    @contextmanager
    def live(self) -> Iterator[None]:
        """Keep the table at the foot of the terminal."""
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as self._live:
            yield
        self._live = None

    def say(self, text: str) -> None:
        """A line that stays."""
        self._console.print(f"[yellow]·[/] {text}", soft_wrap=True)

    def turn(self) -> None:
        """Show the counts when it is time."""
        if self._clock() < self._due_s:
            return
        self._due_s = self._clock() + (TABLE_EVERY_S if self._live else LINE_EVERY_S)
        counts = count(self._opened)
        devices = len(self._opened.plan.devices)
        if self._live is None:
            self._console.print(counts.line(devices) if counts else "the agent is away", soft_wrap=True)
        elif counts is not None:
            self._live.update(facts_table(_rows(counts, devices)), refresh=True)


def _rows(counts: Counts, devices: int) -> list[tuple[str, object]]:
    hq = "away" if counts.hq_events is None else counts.hq_events
    return [
        ("orders", counts.orders),
        ("vended", counts.vended),
        ("takings", counts.takings),
        ("refunded", counts.refunded),
        ("online", "headquarters is away" if counts.online is None else counts.online.line()),
        ("unresolved", counts.unresolved),
        ("events", f"store {counts.store_events} · headquarters {hq} · waiting {counts.waiting}"),
        ("devices", f"{counts.devices_ready} of {devices} ready"),
    ]
