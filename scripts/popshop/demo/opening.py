"""Opens the demo shop: every process in its order, the catalogue, the planogram, the kiosk's window where it can be."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from edge_agent.adapters.identity import Identity
from hardware.broker_process import BrokerError
from hardware.child_process import Child
from popshop.console import UserError
from popshop.demo import assortment as plans
from popshop.demo import online
from popshop.demo.assortment import Assortment
from popshop.demo.counter import Drawer
from popshop.demo.crowd import Away
from popshop.demo.floor import Floor, counts_of
from popshop.demo.hands import ShopHands
from popshop.demo.office import Office
from popshop.demo.steps import Ask, Visit
from popshop.shop.client import AgentRefused, StaffClient
from popshop.shop.line import Exchange, Line
from popshop.shop.local import LocalShop
from popshop.shop.processes import popshop

STORE: Final = "demo"
STORE_NAMES: Final = {"zh": "智慧快闪店·演示", "en": "Demo pop-up"}
VEND_TIMEOUT_S: Final = 10
"""Short, so that a machine's silence is seen to become a person's case."""
OPENING_SYNC_S: Final = 30.0
KIOSK_SIZE: Final = "540x960"

Clock = Callable[[], float]


@dataclass(frozen=True)
class Wishes:
    """What whoever started the demo wants. `minutes` None: until Ctrl-C."""

    folder: Path
    mark: str
    minutes: float | None = None
    headless: bool = False
    speed: float = 1.0
    seed: int = 1
    language: str = "zh"
    steady_line: bool = False


@dataclass(frozen=True)
class OpenShop:
    """Everything that runs. `line` is the store's to headquarters; `kiosk_window` is None without a display."""

    shop: LocalShop
    floor: Floor
    plan: Assortment
    staff: StaffClient
    hands: ShopHands
    office: Office
    line: Line
    drawer: Drawer
    kiosk_window: Child | None


def open_shop(wishes: Wishes, closing: ExitStack, clock: Clock, screen: Console) -> OpenShop:
    """Start everything; `closing` stops it. Raises UserError with what to do when a part does not start."""
    plan = plans.load()
    name = STORE_NAMES[wishes.language]
    who = Identity(store=STORE, name=name, timezone=plan.timezone, currency=plan.currency)
    options = ["--vend-timeout-s", str(VEND_TIMEOUT_S)]

    @contextmanager
    def stage(what: str) -> Iterator[None]:
        began_s = clock()
        with screen.status(f"{what} …"):
            yield
        screen.print(f"[green]✓[/] {what} [dim]{clock() - began_s:.1f} s[/]")

    try:
        exchange = closing.enter_context(Exchange())
        shop = closing.enter_context(LocalShop(wishes.folder, who, agent_options=options))
        with stage("headquarters, with its PostgreSQL"):
            shop.start_hq()
        with stage("broker"):
            # The port of an earlier run may be somebody else's by now.
            (shop.broker.folder / "port").unlink(missing_ok=True)
            shop.broker.start()
        # Processes end before their line does.
        line = exchange.line(0, shop.hq_port)
        with stage("the store's agent"):
            shop.join(over=f"http://127.0.0.1:{line.port}")
            shop.start_agent()
        return _furnish(wishes, shop, line, plan, closing, clock, stage)
    except (BrokerError, TimeoutError, OSError) as error:
        raise UserError(f"the demo cannot open: {error}. Its logs are in {wishes.folder}") from error


def _furnish(
    wishes: Wishes,
    shop: LocalShop,
    line: Line,
    plan: Assortment,
    closing: ExitStack,
    clock: Clock,
    stage: Callable[[str], AbstractContextManager[None]],
) -> OpenShop:
    tokens = shop.credentials()
    staff = StaffClient(shop.agent_url, tokens["staff_token"])
    kiosk = StaffClient(shop.agent_url, tokens["kiosk_token"])
    for client in (staff, kiosk):
        closing.callback(client.close)
    floor = Floor(shop, plan, speed=wishes.speed, seed=wishes.seed)
    closing.callback(floor.stop)
    with stage(f"{len(plan.devices)} devices: {', '.join(plan.devices)}"):
        staff.list_items(plan.catalogue())
        staff.plan(plan.planogram())
        staff.plan_labels(plan.labels())
        staff.post("/api/campaigns", {"campaigns": [plan.sampler.campaign]}, "campaigns")
        staff.post("/api/promotions", {"promotions": plan.promotions}, "promotions")
        staff.post("/api/games", {"games": plan.games}, "games")
        for sku, qty in plan.room.items():
            staff.post("/api/stock/receive", {"sku": sku, "qty": qty, "kind": "supplier"}, f"opening-{sku}")
        drawer = _open_drawer(staff, plan, wishes.mark)
        book = staff.snapshot()["entities"]
        for device in plan.devices:
            floor.switch_on(device, counts_of(book, device))
        staff.wait_until_ready(plan.devices)
    office = Office(lambda: (shop.hq_url, shop.hq_credentials()["admin_password"]))
    closing.callback(office.close)
    with stage("headquarters' warehouse and online shop"):
        _open_warehouse(office, staff, plan, wishes.mark, clock)
    hands = ShopHands(kiosk, staff, floor, office, clock)
    closing.callback(hands.close)
    window = None
    if not wishes.headless and has_display():
        window = open_kiosk(shop, wishes.language)
        closing.callback(window.stop)
    return OpenShop(shop, floor, plan, staff, hands, office, line, drawer, window)


def _open_drawer(staff: StaffClient, plan: Assortment, mark: str) -> Drawer:
    """Put the day's float in, unless an earlier demo of this folder ended without closing its day."""
    try:
        staff.post("/api/day/open", {"float_minor": plan.float_minor}, f"{mark}-float")
    except AgentRefused as refusal:
        if refusal.code != "drawer_open":
            raise
    return Drawer(staff.get("/api/day/x")["cash"]["expected_minor"])


def _open_warehouse(office: Office, staff: StaffClient, plan: Assortment, mark: str, clock: Clock) -> None:
    """Goods into the pool, and a policy by which rights flow down. Raises TimeoutError."""
    # Headquarters must know the opening counts before it judges what the store lacks.
    give_up_s = clock() + OPENING_SYNC_S
    while (sync := staff.get("/api/health")["sync"])["waiting"] or sync["state"] != "online":
        if clock() > give_up_s:
            raise TimeoutError(f"the store does not reach headquarters: {sync['state']}")
        time.sleep(0.1)
    try:
        office.let_seller_in()
        _carry_out(office, online.receives([item.sku for item in plan.items], f"{mark}-opening"))
        office.ask(Ask("/api/policies", online.POLICY, f"{mark}-policy"))
    except Away:
        raise TimeoutError("headquarters does not answer") from None


def _carry_out(office: Office, visit: Visit) -> None:
    """All steps of a visit that has to do with nobody but headquarters."""
    answer: Any = None
    with suppress(StopIteration):
        while True:
            step = visit.send(answer)
            assert isinstance(step, Ask), "nobody else is asked"
            answer = office.ask(step)


def has_display() -> bool:
    """Whether a window can be opened here."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def open_kiosk(shop: LocalShop, language: str) -> Child:
    """Open the kiosk's window."""
    options = ["--token-file", str(shop.edge_data / "credentials.json"), "--language", language]
    look = ["--windowed", "--size", KIOSK_SIZE, "--data", str(shop.folder / "kiosk")]
    return popshop(shop.folder, "kiosk", ["kiosk", "--agent", shop.agent_url, *options, *look])
