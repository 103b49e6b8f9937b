"""Pure: what in the store needs a person, sorted by how much it presses."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, field
from typing import Final

from edge_agent.adapters.sqlite_store.label_queries import needs_a_person
from edge_agent.domain.methods import BY_HAND
from edge_agent.entrypoints.staff.shop import Entity, Shop

DISPUTES_SHOWN_S: Final = 86_400
"""A vend that was settled and then disputed is shown this long; its journal keeps it for good."""
UNWELL: Final = ("lost", "alert")
BY_MACHINE: Final = "repeated_failures:"


@dataclass(frozen=True)
class Needs:
    """Everything a person should look at. Slots that staff blocked themselves are shown, not counted."""

    cases: list[Entity]
    disputes: list[Entity]
    pay_outs: list[Entity]
    """Refunds whose money must be handed over: taken at the counter, or refused by the provider."""
    devices: list[Entity]
    food: list[Entity]
    """Machines whose food is not sold until somebody has looked after it."""
    audits: list[Entity]
    """Machines whose own counts differ from the shop's."""
    labels: list[Entity]
    """Electronic labels that lag, failed, or will go dark."""
    blocked: list[tuple[Entity, Entity]]
    """Device and slot, blocked after repeated failures."""
    blocked_by_staff: list[tuple[Entity, Entity]]
    guided: bool
    """A guide says what to do: the store must join again, or be counted."""
    stopped: bool
    """The store does not sell, for a reason that has no guide."""
    printer: bool = False
    """Receipts wait for a printer that does not print."""
    handovers: list[Entity] = field(default_factory=list)
    """Paid lines to hand over: work, not trouble, and counted like it since a shopper waits."""
    to_collect: list[Entity] = field(default_factory=list)
    payments_in_doubt: list[Entity] = field(default_factory=list)
    """Not those at the counter: there a person is asked for the money itself."""
    differences: list[Entity] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The figure on the badge."""
        listed: tuple[Sized, ...] = (
            self.cases,
            self.disputes,
            self.pay_outs,
            self.devices,
            self.food,
            self.audits,
            self.labels,
            self.blocked,
            self.handovers,
            self.to_collect,
            self.payments_in_doubt,
            self.differences,
        )
        return sum(len(rows) for rows in listed) + self.guided + self.stopped + self.printer


def needs_of(shop: Shop) -> Needs:
    """Sort out what needs a person."""
    blocked = [(device, slot) for device in shop.devices for slot in device["slots"] if slot["blocked"]]
    guided = shop.standing["state"] != "ok" or bool(shop.to_count)
    return Needs(
        cases=[case for case in shop.cases if case["state"] == "unknown"],
        disputes=[
            case
            for case in shop.cases
            if case["state"] != "unknown" and (shop.age_s(case["at"]) or 0) < DISPUTES_SHOWN_S
        ],
        pay_outs=[refund for refund in shop.refunds if must_be_handed_over(refund)],
        devices=[device for device in shop.devices if device["status"] in UNWELL or device["faults"]],
        food=[device for device in shop.devices if device["food_stopped"]],
        audits=shop.audits,
        labels=needs_a_person(shop.labels),
        blocked=[pair for pair in blocked if pair[1]["blocked"].startswith(BY_MACHINE)],
        blocked_by_staff=[pair for pair in blocked if not pair[1]["blocked"].startswith(BY_MACHINE)],
        guided=guided,
        stopped=not shop.store["selling"] and shop.standing["state"] == "ok",
        printer=shop.printer_waits,
        handovers=shop.handovers,
        to_collect=shop.to_collect,
        payments_in_doubt=[row for row in shop.payments_in_doubt if row["method"] not in BY_HAND],
        differences=shop.differences,
    )


def must_be_handed_over(refund: Entity) -> bool:
    """Tell whether a person must give the money back; all others the provider sends by itself."""
    return bool(
        refund["state"] == "refused" or (refund["method"] in BY_HAND and refund["state"] == "requested")
    )


def refundable_minor(order: Entity | None) -> int:
    """What staff may still give back of an order that has ended."""
    if order is None or order["payment"] is None or order["payment"]["state"] != "paid":
        return 0
    if order["state"] not in ("completed", "part_refunded", "refunded"):
        return 0
    promised = sum(int(refund["amount_minor"]) for refund in order["refunds"])
    return max(0, int(order["payment"]["amount_minor"]) - promised)
