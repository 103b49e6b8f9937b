"""One replay from file to proof: read, build the shop, sell, settle, sync, add up."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import quote

from edge_agent.adapters.identity import Identity
from hardware.runner import DeviceRunner
from popshop.clock import steady_s
from popshop.console import UserError
from popshop.replay.layouts import Layout
from popshop.replay.machines import Planogram, ReplayedMachine
from popshop.replay.player import Player, is_cash
from popshop.replay.rows import Refused, Sale
from popshop.replay.totals import RowCount, Totals, added, read_books, wait_until_synced
from popshop.replay.troubles import Plan, Troubles
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop
from popshop.shop.running import RunningShop

STORE: Final = "replay"
AGENT_OPTIONS: Final = (
    # History: a machine's clock is the file's, years back; and a vend asked for before a crash may start late.
    "--device-clock-window-days", "40000", "--vend-timeout-s", "900",
)  # fmt: skip
IMPORT_PART: Final = 5_000
PATIENCE_S: Final = 180.0
CONNECTIONS: Final = 64


@dataclass(frozen=True)
class Wishes:
    """How to replay."""

    folder: Path
    layout: Layout
    troubles: Plan | None = None
    seed: int = 1
    running: tuple[Path, Path] | None = None
    """Data folders of an agent and a headquarters that run already; None starts both."""


Progress = Callable[[int], None]
Say = Callable[[str], None]


def replay(
    rows: Sequence[Sale | Refused], wishes: Wishes, say: Say, done: Progress
) -> tuple[Totals, list[Refused]]:
    """Play the rows: in a shop of their own, of which nothing runs afterwards, or in one that runs already."""
    sales = [row for row in rows if isinstance(row, Sale)]
    refused = [row for row in rows if isinstance(row, Refused)]
    planogram = Planogram(sales)
    with ExitStack() as closing:
        shop = _running(wishes) if wishes.running else closing.enter_context(_open(wishes, say))
        staff = closing.enter_context(shop.staff(PATIENCE_S, CONNECTIONS))
        before = read_books(shop, staff)
        if before.orders and isinstance(shop, LocalShop):
            raise UserError(f"{shop.folder} holds a replay already; give another --data folder")
        _import(staff, planogram, wishes.folder.name)
        machines = _machines(shop, planogram)
        closing.enter_context(DeviceRunner([machine.shell for machine in machines.values()]))
        staff.wait_until_ready(list(machines))
        begun_s = steady_s()
        player = Player(staff, machines, planogram, wishes.folder.name, before.cash_sales)
        struck = _play(player, sales, shop, wishes, done)
        if struck:
            say(f"meanwhile: {', '.join(struck)}")
        say("waiting for the last vends and refunds")
        player.settle()
        say("waiting until headquarters has everything")
        wait_until_synced(shop, staff)
        seconds = steady_s() - begun_s
        refused += player.refused
        cash_rows = sum(is_cash(sale) for sale in sales)
        counted = RowCount(len(rows), cash_rows, len(refused))
        return added(before, read_books(shop, staff), shop.store.currency, counted, seconds), refused


def _open(wishes: Wishes, say: Say) -> LocalShop:
    """Start headquarters, broker and agent. Raises UserError with the last words of what does not start."""
    layout = wishes.layout
    who = Identity(store=STORE, name="Replay", timezone=layout.timezone, currency=layout.currency)
    shop = LocalShop(wishes.folder, who, agent_options=AGENT_OPTIONS)
    say("starting headquarters (PostgreSQL), broker and agent")
    try:
        shop.start_hq()
        shop.join()
        shop.broker.start()
        shop.start_agent()
    except BaseException:
        shop.stop()
        raise
    return shop


def _running(wishes: Wishes) -> RunningShop:
    """The shop that runs already. Its days and money must be the file's."""
    assert wishes.running is not None, "asked for"
    store_data, hq_data = wishes.running
    shop = RunningShop(store_data, hq_data, wishes.folder)
    theirs = (shop.store.timezone, shop.store.currency)
    if theirs != (wishes.layout.timezone, wishes.layout.currency):
        raise UserError(
            f"the store {shop.store.store} counts in {theirs[1]} and the days of {theirs[0]}, the file in "
            f"{wishes.layout.currency} and those of {wishes.layout.timezone}"
        )
    return shop


def _import(staff: StaffClient, planogram: Planogram, run: str) -> None:
    """Bring catalogue and planogram in, in parts."""
    items, slots = planogram.catalogue(), planogram.slots()
    for start in range(0, len(items), IMPORT_PART):
        staff.list_items(items[start : start + IMPORT_PART], key=quote(f"{run}-items-{start}"))
    for start in range(0, len(slots), IMPORT_PART):
        staff.plan(slots[start : start + IMPORT_PART], key=quote(f"{run}-slots-{start}"))


def _machines(shop: LocalShop | RunningShop, planogram: Planogram) -> dict[str, ReplayedMachine]:
    folder = shop.folder / "machines"
    folder.mkdir(exist_ok=True)
    names = sorted({place.device for place in planogram.units})
    return {
        name: ReplayedMachine(
            name, planogram, shop.store.store, shop.store.currency, folder, shop.device_address(name)
        )
        for name in names
    }


def _play(
    player: Player, sales: list[Sale], shop: LocalShop | RunningShop, wishes: Wishes, done: Progress
) -> list[str]:
    """Sell everything; answers what struck meanwhile."""
    count = 0

    def counted(more: int) -> None:
        nonlocal count
        count += more
        done(more)

    if wishes.troubles is None or not isinstance(shop, LocalShop):
        player.play(sales, counted)
        return []
    troubles = Troubles(shop, wishes.troubles, len(sales), lambda: count, Random(wishes.seed))
    troubles.start()
    player.play(sales, counted)
    troubles.join()
    return troubles.struck


def write_refused(path: Path, refused: Sequence[Refused]) -> None:
    """Write the refused rows as CSV: line, reason, and the row as it stood."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "row"])
        for row in sorted(refused, key=lambda r: r.line):
            writer.writerow([row.line, row.reason, *row.row])
