"""Closes the day as staff do, and holds its report against the store's tables, headquarters' books and the points."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from popshop.console import UserError
from popshop.demo.crowd import Away
from popshop.demo.opening import Clock, OpenShop
from popshop.demo.steps import JSON, Call, Refused

INSIST_S: Final = 30.0
POLL_S: Final = 0.2
MACHINE: Final = "machine"
"""What headquarters calls the method of machines' own cash."""


@dataclass(frozen=True)
class Day:
    """The day's Z report in short. `units`: sold since the store began. `differences`: what does not add up."""

    z: int
    units: int
    paid_minor: int
    refunded_minor: int
    cash_machine_minor: int
    takings_minor: int
    by_method: dict[str, dict[str, int]]
    adjustments: dict[str, int]
    expected_minor: int
    counted_minor: int | None
    receipts: dict[str, list[int]]
    points: dict[str, int]
    differences: list[str]


def close_day(opened: OpenShop, mark: str, clock: Clock) -> JSON:
    """Count the drawer blind and make the Z report. Raises UserError when the store does not do so."""
    counted = {"counted_minor": opened.drawer.cash_minor}
    _insist(opened, Call("/api/day/count", counted, f"{mark}-count", staff=True), clock)
    return _insist(opened, Call("/api/day/close", {}, f"{mark}-close", staff=True), clock)


def _insist(opened: OpenShop, call: Call, clock: Clock) -> JSON:
    give_up_s = clock() + INSIST_S
    while True:
        try:
            answer: Any = opened.hands.do(call)
        except Away as error:
            if clock() > give_up_s:
                raise UserError(f"the store's agent does not answer {call.path}") from error
            time.sleep(POLL_S)
            continue
        if isinstance(answer, Refused):
            raise UserError(f"the day cannot be closed: {call.path} is refused ({answer.code})")
        return dict(answer)


def prove(opened: OpenShop, z: JSON, totals: JSON) -> Day:
    """Add everything up again. Raises what asking the agent or headquarters raises."""
    numbers = [short["z"] for short in opened.staff.get("/api/day/z")["reports"]]
    reports = [opened.staff.get(f"/api/day/z/{number}") for number in sorted(numbers)]
    x = opened.staff.get("/api/day/x")
    store = opened.shop.store.store
    theirs: Any = opened.shop.hq_get(f"/api/stores/{store}/takings")
    points: Any = opened.shop.hq_get("/api/members/summary")
    found = [
        *_identity(z, opened.drawer.cash_minor),
        *takings([*reports, x], totals["takings_minor"], theirs),
        *receipts([*reports, x]),
        *held_points([*reports, x], points),
    ]
    return Day(
        z=z["z"],
        units=sum(report["units"] for report in [*reports, x]),
        paid_minor=z["paid_minor"],
        refunded_minor=z["refunded_minor"],
        cash_machine_minor=z["cash_machine_minor"],
        takings_minor=z["takings_minor"],
        by_method=z["by_method"],
        adjustments=z["adjustments"],
        expected_minor=z["cash"]["expected_minor"],
        counted_minor=z["cash"]["counted_minor"],
        receipts=z["receipts"],
        points=z["points"],
        differences=found,
    )


def _identity(z: JSON, in_drawer_minor: int) -> Iterator[str]:
    """What holds within one report."""
    if z["paid_minor"] - z["refunded_minor"] + z["cash_machine_minor"] != z["takings_minor"]:
        yield f"Z {z['z']}: paid − refunded + machines' cash is not the takings of {z['takings_minor']}"
    grown = z["open"]["to_hand_over_minor"] + z["open"]["owed_back_minor"]
    if z["goods_minor"] + grown != z["takings_minor"]:
        yield f"Z {z['z']}: takings of {z['takings_minor']}, goods for {z['goods_minor']} and {grown} under way"
    if z["cash"]["expected_minor"] != in_drawer_minor:
        yield f"Z {z['z']}: the drawer holds {in_drawer_minor}, the report expects {z['cash']['expected_minor']}"


def takings(reports: list[JSON], tables_minor: int, theirs: list[JSON]) -> Iterator[str]:
    """All reports of a store beside its tables, and per way of paying beside headquarters' books."""
    total = reports[-1]["grand_total_minor"]
    if not total == sum(report["takings_minor"] for report in reports) == tables_minor:
        yield f"the grand total is {total}, the store's tables say {tables_minor}"
    ours: defaultdict[str, int] = defaultdict(int)
    for report in reports:
        ours[MACHINE] += report["cash_machine_minor"]
        for method, sums in report["by_method"].items():
            ours[method] += sums["paid_minor"] - sums["refunded_minor"]
    booked: defaultdict[str, int] = defaultdict(int)
    for row in theirs:
        booked[row["method"]] += row["paid_minor"] - row["refunded_minor"]
    for method in sorted({*ours, *booked}):
        if ours[method] != booked[method]:
            yield f"{method}: the reports say {ours[method]}, headquarters {booked[method]}"


def receipts(reports: list[JSON]) -> Iterator[str]:
    """Numbers that the reports of a store, one after the other, leave out or have twice."""
    last: defaultdict[str, int] = defaultdict(int)
    for report in reports:
        for device, (begins, ends) in report["receipts"].items():
            if begins != last[device] + 1:
                yield f"receipts of {device}: {begins} follows {last[device]}"
            last[device] = ends


def held_points(reports: list[JSON], theirs: JSON) -> Iterator[str]:
    """Points that the store gave and took, beside those in headquarters' accounts, which add up to nothing."""
    yield from theirs["differences"]
    accounts = theirs["points"]
    if sum(accounts.values()):
        yield f"points do not add up to nothing: {accounts}"
    ours = sum(r["points"]["earned"] - r["points"]["spent"] + r["points"]["returned"] for r in reports)
    there = sum(points for account, points in accounts.items() if account == "pool" or "hold" in account)
    if ours != there:
        yield f"points: the store's reports leave {ours}, headquarters' accounts hold {there}"
