"""One replay from file to proof: read, build the shop, sell, settle, sync, add up."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from edge_agent.adapters.identity import Identity
from hardware.runner import DeviceRunner
from popshop.clock import steady_s
from popshop.console import UserError
from popshop.replay.layouts import Layout
from popshop.replay.machines import Planogram, ReplayedMachine
from popshop.replay.player import Player
from popshop.replay.rows import Refused, Sale
from popshop.replay.totals import Totals, wait_until_synced
from popshop.replay.troubles import Plan, Troubles
from popshop.shop.client import StaffClient
from popshop.shop.local import LocalShop

STORE: Final = "replay"
AGENT_OPTIONS: Final = (
    # History: a machine's clock is the file's, years back; and a vend asked for before a crash may start late.
    "--device-clock-window-days", "40000", "--vend-timeout-s", "900",
)  # fmt: skip
IMPORT_PART: Final = 5_000
PATIENCE_S: Final = 180.0


@dataclass(frozen=True)
class Wishes:
    """How to replay."""

    folder: Path
    layout: Layout
    troubles: Plan | None = None
    seed: int = 1


Progress = Callable[[int], None]
Say = Callable[[str], None]


def replay(
    rows: Sequence[Sale | Refused], wishes: Wishes, say: Say, done: Progress
) -> tuple[Totals, list[Refused]]:
    """Play the rows in a shop of their own; afterwards nothing of it runs, and its data stays in the folder."""
    sales = [row for row in rows if isinstance(row, Sale)]
    refused = [row for row in rows if isinstance(row, Refused)]
    planogram = Planogram(sales)
    layout = wishes.layout
    who = Identity(store=STORE, name="Replay", timezone=layout.timezone, currency=layout.currency)
    with ExitStack() as closing:
        shop = closing.enter_context(LocalShop(wishes.folder, who, agent_options=AGENT_OPTIONS))
        staff = closing.enter_context(_open(shop, planogram, say))
        machines = _machines(shop, planogram, layout.currency)
        closing.enter_context(DeviceRunner([machine.shell for machine in machines.values()]))
        staff.wait_until_ready(list(machines))
        begun_s = steady_s()
        player = Player(staff, machines, planogram)
        struck = _play(player, sales, shop, wishes, done)
        if struck:
            say(f"meanwhile: {', '.join(struck)}")
        say("waiting for the last vends and refunds")
        player.settle()
        say("waiting until headquarters has everything")
        wait_until_synced(shop, staff)
        seconds = steady_s() - begun_s
        refused += player.refused
        return _totals(shop, staff, len(rows), sales, refused, seconds), refused


def _open(shop: LocalShop, planogram: Planogram, say: Say) -> StaffClient:
    """Start everything but the machines, and bring catalogue and planogram in."""
    say("starting headquarters (PostgreSQL), broker and agent")
    shop.start_hq()
    shop.join()
    shop.broker.start()
    shop.start_agent()
    staff = StaffClient(
        shop.agent_url, shop.credentials()["staff_token"], patience_s=PATIENCE_S, connections=64
    )
    if staff.totals()["orders"]:
        raise UserError(f"{shop.folder} holds a replay already; give another --data folder")
    items, slots = planogram.catalogue(), planogram.slots()
    for start in range(0, len(items), IMPORT_PART):
        staff.list_items(items[start : start + IMPORT_PART], key=f"items-{start}")
    for start in range(0, len(slots), IMPORT_PART):
        staff.plan(slots[start : start + IMPORT_PART], key=f"slots-{start}")
    return staff


def _machines(shop: LocalShop, planogram: Planogram, currency: str) -> dict[str, ReplayedMachine]:
    folder = shop.folder / "machines"
    folder.mkdir(exist_ok=True)
    names = sorted({place.device for place in planogram.units})
    return {
        name: ReplayedMachine(name, planogram, STORE, currency, folder, shop.device_address(name))
        for name in names
    }


def _play(player: Player, sales: list[Sale], shop: LocalShop, wishes: Wishes, done: Progress) -> list[str]:
    """Sell everything; answers what struck meanwhile."""
    count = 0

    def counted(more: int) -> None:
        nonlocal count
        count += more
        done(more)

    if wishes.troubles is None:
        player.play(sales, counted)
        return []
    troubles = Troubles(shop, wishes.troubles, len(sales), lambda: count, Random(wishes.seed))
    troubles.start()
    player.play(sales, counted)
    troubles.join()
    return troubles.struck


def _totals(
    shop: LocalShop, staff: StaffClient, rows: int, sales: list[Sale], refused: list[Refused], seconds: float
) -> Totals:
    store = staff.totals()
    proof = shop.hq_get(f"/api/stores/{STORE}/proof")
    cash_rows = sum(sale.cash and sale.fate == "dispensed" for sale in sales)
    return Totals(
        rows=rows,
        sold=store["orders"].get("completed", 0) + cash_rows,
        refunded=store["orders"].get("refunded", 0),
        refused=len(refused),
        takings_minor=store["takings_minor"],
        currency=shop.store.currency,
        store_events=store["events"],
        hq_events=proof["events"],
        hq_takings_minor=proof["takings_minor"].get(shop.store.currency, 0),
        duplicates=proof["duplicates"],
        gaps=proof["gaps"],
        seconds=round(seconds, 1),
    )


def write_refused(path: Path, refused: Sequence[Refused]) -> None:
    """Write the refused rows as CSV: line, reason, and the row as it stood."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "row"])
        for row in sorted(refused, key=lambda r: r.line):
            writer.writerow([row.line, row.reason, *row.row])
