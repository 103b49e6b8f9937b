"""The demo from opening to closing: one loop that lets people act, looks after processes and shows counts."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from random import Random
from typing import Final

from rich.console import Console

from popshop.clock import steady_s
from popshop.demo import counter, money, online, shoppers, staff
from popshop.demo.closing import Summary, finish_orders, reconcile
from popshop.demo.crowd import Crowd
from popshop.demo.line import LineCuts
from popshop.demo.opening import OpenShop, Wishes, open_shop
from popshop.demo.screen import Screen
from popshop.demo.steps import Visit, Wait
from popshop.demo.watch import Watch

TURN_S: Final = 0.1
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """Whether somebody wants the shop closed."""

    asked = False

    def hear(self, _signal: int, _frame: object) -> None:
        """The first signal closes the shop in good order, the second one at once."""
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def hearing() -> Iterator[Stop]:
    """Take signals as wishes for a while."""
    stop = Stop()
    before = [signal.signal(number, stop.hear) for number in SIGNALS]
    try:
        yield stop
    finally:
        for number, handler in zip(SIGNALS, before, strict=True):
            signal.signal(number, handler)


def run_demo(wishes: Wishes, console: Console) -> Summary:
    """Open, trade until told to stop, close, compare. Raises UserError, or KeyboardInterrupt for 'at once'."""
    # Until the shop is open, any signal undoes what was started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as closing:
        opened = open_shop(wishes, closing, steady_s, console)
        screen = Screen(console, opened, steady_s)
        screen.addresses()
        if not wishes.headless and opened.kiosk_window is None:
            screen.say("no display here (DISPLAY and WAYLAND_DISPLAY are empty), so no kiosk window")
        with hearing() as stop:
            return _trade(wishes, opened, screen, stop)


def _trade(wishes: Wishes, opened: OpenShop, screen: Screen, stop: Stop) -> Summary:
    clock, rng = steady_s, Random(wishes.seed)
    street, inside, behind = (Crowd(opened.hands, clock, wishes.speed) for _ in range(3))
    for kind in shoppers.ARRIVE_EVERY_S:
        street.join(_gate(inside, Random(rng.getrandbits(64)), kind, wishes.mark))
    machines = [machine.device for machine in opened.plan.machines]
    street.join(staff.mishaps(Random(rng.getrandbits(64)), machines))
    behind.join(staff.rounds(Random(rng.getrandbits(64)), f"{wishes.mark}-staff"))
    till = counter.at_the_counter(Random(rng.getrandbits(64)), f"{wishes.mark}-counter", opened.drawer)
    behind.join(till)
    skus = [item.sku for item in opened.plan.items]
    street.join(_online(inside, Random(rng.getrandbits(64)), skus, opened.shop.store.store, wishes.mark))
    street.join(online.buys_in(skus, f"{wishes.mark}-warehouse"), after_s=online.WAREHOUSE_ROUND.seconds)
    watch = Watch(opened, clock, screen.say)
    cuts = LineCuts(opened.line, clock, screen.say, never=wishes.steady_line)

    began_s = clock()
    end_s = began_s + wishes.minutes * 60 if wishes.minutes is not None else float("inf")
    with screen.live():
        while not stop.asked and (now_s := clock()) < end_s:
            for crowd in (street, inside, behind):
                crowd.turn(now_s + TURN_S)
            watch.turn()
            cuts.turn()
            screen.turn()
            due_s = min(crowd.next_due_s() for crowd in (street, inside, behind))
            time.sleep(max(0.0, min(due_s, now_s + TURN_S) - clock()))
    seconds = clock() - began_s
    cuts.mend()
    screen.say("closing: shoppers finish, refunds go through, headquarters catches up. Ctrl-C stops at once.")
    finish_orders(opened, inside, behind, wishes.mark, clock, watch.turn)
    if opened.kiosk_window is not None:
        opened.kiosk_window.stop()
    opened.floor.stop()
    screen.say("staff count the drawer and close the day")
    z = money.close_day(opened, wishes.mark, clock)
    summary = reconcile(opened, z, clock, seconds)
    screen.say("stopping every process")
    return summary


def _gate(inside: Crowd, rng: Random, kind: str, mark: str) -> Visit:
    """Let shoppers of a kind in, one after the other."""
    before_s = 0.0
    for number, at_s in enumerate(shoppers.arrivals(rng, kind)):
        yield Wait(at_s - before_s)
        before_s = at_s
        inside.join(shoppers.visit(kind, Random(rng.getrandbits(64)), f"{mark}-{kind}-{number}"))


def _online(inside: Crowd, rng: Random, skus: Sequence[str], store: str, mark: str) -> Visit:
    """Let buyers into the online shop."""
    for number in count(1):
        yield Wait(rng.expovariate(1 / online.BUYER_EVERY_S))
        inside.join(online.buys(Random(rng.getrandbits(64)), skus, store, f"{mark}-online-{number}"))
