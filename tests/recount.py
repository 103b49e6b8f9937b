"""Counts a store's money again, straight from the journal's bytes with nothing but json: no code of the shop's.

`periods` cuts the ledger at its Z reports; each period's figures are worked out by the plainest possible loop.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def ledger(path: Path) -> list[Row]:
    """Every ledger row: its type (without popshop. and .v1), its time, and its data."""
    db = sqlite3.connect(path)
    found = []
    rows = db.execute("SELECT epoch, seq, body FROM journal WHERE stream = 'ledger' ORDER BY epoch, seq")
    for epoch, seq, body in rows:
        event = json.loads(bytes(body))
        name = event["type"].split(".", 1)[1][:-3]
        found.append({"type": name, "at": event["time"], **event["data"], "row": (epoch, seq)})
    db.close()
    return found


def periods(rows: list[Row]) -> list[tuple[list[Row], Row | None]]:
    """The rows of each period with the Z that ended it; the last period has none."""
    found: list[tuple[list[Row], Row | None]] = []
    period: list[Row] = []
    for row in rows:
        if row["type"] == "day.closed":
            found.append((period, row))
            period = []
        else:
            period.append(row)
    return [*found, (period, None)]


def taken(rows: list[Row], heads: dict[int, int]) -> int:
    """Money that came, less money that went back, in the rows up to a number in each of some epochs."""
    sums = 0
    for r in rows:
        epoch, seq = r["row"]
        if seq <= heads.get(epoch, 0):
            sums += r["amount_minor"] * (r["type"] == "payment.paid") if "amount_minor" in r else 0
            sums -= r["amount_minor"] * (r["type"] == "payment.refunded") if "amount_minor" in r else 0
            sums += r["price_minor"] * (r["type"] == "sale.cash") if "price_minor" in r else 0
    return sums


def recount(period: list[Row], everything: list[Row]) -> dict[str, Any]:
    """A period's figures. `everything` is the whole ledger, for lines of orders placed before."""
    lines = {
        (r["order"], x["line"]): x for r in everything if r["type"] == "order.placed" for x in r["lines"]
    }
    methods: dict[str, Counter[str]] = defaultdict(Counter)
    tax: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    adjustments: Counter[str] = Counter()
    orders: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for r in period:
        kind = r["type"]
        if kind == "payment.paid":
            methods[r["method"]].update(paid_minor=r["amount_minor"], paid=1)
            sums["paid"] += r["amount_minor"]
            sums["sales"] += r["amount_minor"] * (r["method"] == "counter")
        elif kind == "payment.refunded":
            methods[r["method"]].update(refunded_minor=r["amount_minor"], refunded=1)
            sums["refunded"] += r["amount_minor"]
            by_hand = r["method"] == "counter" or r.get("provider_ref") == "paid out by staff"
            sums["refunds"] += r["amount_minor"] * by_hand
        elif kind == "payment.refund_requested":
            sums["asked"] += r["amount_minor"]
        elif kind == "sale.cash":
            sums["machine"] += r["price_minor"]
            sums["units"] += 1
        elif kind == "order.closed":
            orders[r["state"]] += 1
        elif kind == "day.cash_moved":
            sums[r["kind"]] += r["amount_minor"]
        for order, line, qty, minor in _goods(r):
            sums["goods"] += minor
            sums["units"] += qty
            frozen = lines.get((order, line), {})
            group = tax[frozen.get("tax_group", ""), frozen.get("tax_rate_bp", 0)]
            group[0] += minor
            group[1] += frozen.get("tax_minor", 0) * qty
            for adjustment in frozen.get("adjustments", []):
                adjustments[adjustment["kind"]] += adjustment["amount_minor"] * qty
    return {
        "takings_minor": sums["paid"] - sums["refunded"] + sums["machine"],
        "paid_minor": sums["paid"],
        "refunded_minor": sums["refunded"],
        "cash_machine_minor": sums["machine"],
        "goods_minor": sums["goods"] + sums["machine"],
        "units": sums["units"],
        "open": {
            "to_hand_over_minor": sums["paid"] - sums["asked"] - sums["goods"],
            "owed_back_minor": sums["asked"] - sums["refunded"],
        },
        "by_method": {
            name: {key: counted[key] for key in ("paid_minor", "paid", "refunded_minor", "refunded")}
            for name, counted in methods.items()
        },
        "tax": [
            {"group": group, "rate_bp": rate, "gross_minor": gross, "tax_minor": contained}
            for (group, rate), (gross, contained) in sorted(tax.items())
        ],
        "adjustments": dict(adjustments),
        "orders": dict(orders),
        "float_minor": sums["float"],
        "sales_minor": sums["sales"],
        "refunds_minor": sums["refunds"],
        "expected_minor": sums["float"] + sums["sales"] - sums["refunds"]
        + sums["paid_in"] - sums["paid_out"] - sums["drop"],
    }  # fmt: skip


def _goods(r: Row) -> list[tuple[str, int, int, int]]:
    """(order, line, units, amount) that a row hands over; below 0 where a sale is taken back."""
    if r["type"] == "vend.dispensed":
        return [(r["order"], r["line"], 1, r["price_minor"])]
    if r["type"] == "sale.reversed":
        return [(r["order"], int(r["vend"].split("-")[-2]), -1, -r["price_minor"])]
    if r["type"] == "handover.done":
        return [(r["order"], r["line"], r["qty"], r["amount_minor"])]
    if r["type"] == "handover.reversed":
        return [(r["order"], r["line"], -r["qty"], -r["amount_minor"])]
    return []


def late(period: list[Row], closed_at: str, offset_hours: int) -> dict[str, list[int]]:
    """Units and amounts of sales made before the last Z, by their own day (of a zone without summer time)."""
    from datetime import datetime, timedelta

    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for r in period:
        if r["type"] in ("vend.dispensed", "sale.cash", "handover.done") and r["sold_at"] < closed_at:
            moment = datetime.fromisoformat(r["sold_at"].replace("Z", "+00:00")) + timedelta(
                hours=offset_hours
            )
            minor = r["amount_minor"] if r["type"] == "handover.done" else r["price_minor"]
            day = found[moment.date().isoformat()]
            day[0] += r.get("qty", 1)
            day[1] += minor
    return dict(found)


def same(report: Row, counted: dict[str, Any]) -> None:
    """A report says to the fen what was counted again."""
    flat = report | {key: value for key, value in report["cash"].items() if key in counted}
    for key, value in counted.items():
        assert flat[key] == value, f"{key}: the report says {flat[key]}, the journal {value}"
