"""Takes one rule out at a time, to see that the simulation notices: small functions of the shipping code are replaced.

Only in the process that simulates, and only inside of the block. Nothing here is reachable from what ships.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from popshop.simulate import swaps_hq, swaps_sale, swaps_store

Swap = tuple[Any, str, Any]


class Mutant(NamedTuple):
    """A rule taken out. `within` is the number of seeds in which it must be caught."""

    name: str
    rule: str
    swaps: Callable[[], list[Swap]]
    within: int = 300


@contextmanager
def without(mutant: Mutant) -> Iterator[None]:
    """Run the block with the rule taken out."""
    with ExitStack() as stack:
        for owner, name, value in mutant.swaps():
            if isinstance(owner, dict):
                stack.enter_context(patch.dict(owner, {name: value}))
            else:
                stack.enter_context(patch.object(owner, name, value))
        yield


MUTANTS: Final = tuple(
    Mutant(*each)
    for each in (
        ("no-dedupe", "2: what is known is skipped", swaps_hq.no_dedupe),
        ("no-gap-check", "2: a gap is refused", swaps_hq.no_gap_check),
        ("ack-not-max", "2: the watermark never goes back", swaps_hq.ack_not_max),
        ("reply-before-commit", "2: first COMMIT, then the reply", swaps_hq.reply_before_commit),
        ("no-hash-chain", "8: two histories are not one log", swaps_hq.no_hash_chain),
        ("fork-thrown-away", "9: rows of a fork are kept aside", swaps_store.fork_thrown_away),
        ("grant-from-nowhere", "3: a grant takes from the pool", swaps_hq.grant_from_nowhere),
        ("recall-as-revoke", "4: a recall moves nothing", swaps_hq.recall_as_revoke),
        ("recall-by-timeout", "4, 10: silence gives nothing back", swaps_hq.recall_by_timeout),
        ("release-more-than-available", "4: what is promised is not given up", swaps_store.releases_too_much),
        ("down-log-unordered", "5: the next row only", swaps_store.down_unordered),
        ("down-row-twice", "5: each row once", swaps_store.down_applied_twice),
        ("down-rows-before-join", "5: rows of the own epoch only", swaps_store.old_down_rows),
        ("pool-not-conditional", "6: the pool sells what it has", swaps_hq.pool_not_conditional),
        (
            "reserve-again-takes-again",
            "6: a reservation's name is its own",
            swaps_hq.reserve_again_takes_again,
        ),
        ("reservation-ends-twice", "6: a reservation ends once", swaps_hq.reservation_ends_twice),
        ("confirm-after-expiry", "6, 7: expiry by headquarters' clock", swaps_hq.confirm_after_expiry),
        ("no-epoch-check", "9: old rows post against their limbo", swaps_hq.no_epoch_check),
        ("old-rows-without-effect", "9: old rows that extend the chain count", swaps_hq.old_rows_stop_short),
        ("join-keeps-epoch", "9: a join begins an epoch", swaps_hq.join_keeps_epoch),
        ("join-frees-the-hold", "9: what was held waits for a count", swaps_hq.hold_survives_join),
        ("count-forgets-what-is-held", "9: a count grants nothing twice", swaps_hq.hold_granted_twice),
        (
            "count-ignores-what-is-away",
            "9: the pool's goods in a store stay the pool's",
            swaps_hq.away_ignored,
        ),
        ("shortage-forgotten", "9: what a count does not find is given up", swaps_hq.shortage_forgotten, 400),
        (
            "bring-back-forgets-the-pool",
            "10: a dead store's goods may be the pool's",
            swaps_hq.pool_goods_forgotten,
        ),
        ("sell-before-join", "11: an old disk sells nothing", swaps_store.sell_before_join),
        ("witness-ignored", "11: the witness tells an old disk", swaps_store.witness_ignored),
        ("machine-mark-ignored", "11: one identity is one machine", swaps_hq.machine_mark_ignored),
        (
            "restore-without-refill",
            "12: a restored headquarters is refilled first",
            swaps_hq.restore_without_refill,
        ),
        ("refill-waits-for-nobody", "12: refilling waits for every store", swaps_hq.refill_waits_for_nobody),
        ("forgotten-grant-lost", "12: a forgotten grant is posted again", swaps_hq.forgotten_grant_lost),
        ("sells-without-right", "1: nothing is sold without a right", swaps_store.sells_without_right),
        ("deficit-forgotten", "1: what a count cannot take is owed", swaps_store.deficit_forgotten),
        ("half-a-posting", "1: every change is double entry", swaps_hq.double_entry_broken),
        ("vend-asked-again", "sale: a vend nobody knows of is not repeated", swaps_sale.vend_asked_again),
        ("refund-given-twice", "sale: a refund is given once", swaps_sale.refund_given_twice),
        ("handed-over-twice", "sale: a line is handed over once", swaps_sale.handed_over_twice),
        ("money-taken-twice", "sale: a payment is confirmed once", swaps_sale.money_taken_twice),
        ("given-up-for-nothing", "sale: a line given up is money owed", swaps_sale.given_up_for_nothing),
    )
)
"""In the order of the rules of DESIGN's "Store ↔ HQ"; then those of a sale."""


def by_name(name: str) -> Mutant | None:
    """The mutant of that name."""
    return next((mutant for mutant in MUTANTS if mutant.name == name), None)
