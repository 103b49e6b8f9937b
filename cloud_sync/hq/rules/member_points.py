"""Points of members, as double entry: every point is in the pool or in one store's hold, and is spent only there.

The accounts are those of stock (`accounts`), with a member's key in place of a SKU. A point comes from `earned` and
goes to `spent` or `void`. What was spent twice because a disk was lost comes out of `owed`, which later points repay.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from cloud_sync.hq.rules.accounts import Accounts, Origin
from cloud_sync.hq.rules.books import Books, StoreRecord
from cloud_sync.hq.rules.member_books import MemberRecord
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.protocol.money import exponent
from cloud_sync.protocol.stock_rights import POOL, Move, hold_of

EARNED: Final = "earned"
SPENT: Final = "spent"
VOID: Final = "void"
MERGED: Final = "merged"
"""Between two keys of one person: over all members it is 0."""
OWED: Final = "owed"

TIER_POINTS: Final = (("T3", 5_000), ("T2", 1_000), ("T1", 0))
"""Points earned within TIER_SPAN that a tier needs, the highest first."""
TIER_SPAN: Final = timedelta(days=365)


def point_value_minor(currency: str) -> int:
    """What a point is worth when it is spent: a hundredth of the currency's whole unit, which brings one point.

    0, and so never spent, where the currency has no hundredths.
    """
    hundredth: int = 10 ** exponent(currency) // 100
    return hundredth


def tier_by(points: int) -> str:
    """The tier of a member who earned so many points within TIER_SPAN."""
    return next((tier for tier, needed in TIER_POINTS if points >= needed), "T1")


def total(accounts: Accounts, member: str) -> int:
    """A member's balance: all points that are theirs, wherever they are held."""
    return sum(points for (_, owner), points in accounts.balances.items() if owner == member)


def take_anyway(accounts: Accounts, move: Move, origin: Origin) -> int:
    """Move points out of the pool, and what it lacks out of `owed`; returns how many it lacked."""
    lacking = accounts.move_up_to(move, origin)
    if lacking:
        accounts.move(move._replace(source=OWED, qty=lacking), origin)
    return lacking


def settle(
    books: Books, accounts: Accounts, members: dict[str, MemberRecord], member: str, origin: Origin
) -> None:
    """Points came into a member's pool: what it owes is repaid, and a key that nobody has any more keeps none."""
    pool = accounts.of(POOL, member)
    owed = books.points_owed(member) + _owed_by(accounts, member)
    if owed > 0 and pool > 0:
        accounts.move_up_to(Move(member, POOL, OWED, min(owed, pool)), origin)
        pool = accounts.of(POOL, member)
    record = members.get(member)
    if record is None or not pool:
        return
    if record.merged_into:
        accounts.move(Move(member, POOL, MERGED, pool), origin)
        accounts.move(Move(record.merged_into, MERGED, POOL, pool), origin)
        settle(books, accounts, members, record.merged_into, origin)
    elif record.erased:
        accounts.move(Move(member, POOL, VOID, pool), origin)


def _owed_by(accounts: Accounts, member: str) -> int:
    mine = [posting for posting in accounts.postings if posting.sku == member]
    taken = sum(posting.qty for posting in mine if posting.source == OWED)
    return taken - sum(posting.qty for posting in mine if posting.target == OWED)


def lock(books: Books, members: set[str]) -> dict[str, MemberRecord]:
    """Those that there are, and those that they were merged into."""
    found = books.lock_members(sorted(members))
    into = {record.merged_into for record in found.values()} - found.keys() - {""}
    return found | (books.lock_members(sorted(into)) if into else {})


def return_holds(books: Books, record: StoreRecord, cause: str, now: datetime) -> None:
    """A store's epoch ends: what it held for members goes back into their pool.

    Nobody has to count points, as somebody must count goods: rows of that epoch that come later are posted against the
    pool, and what another store has spent meanwhile out of `owed`.
    """
    if record.epoch == 0:
        return
    books.tell_again(record.store)
    hold = hold_of(record.store, record.epoch)
    held = sorted(
        member for (_, member), points in books.points_held(record.store, record.epoch).items() if points
    )
    if not held:
        return
    members = lock(books, set(held))
    accounts = Accounts(books.points(sorted(members.keys() | set(held))))
    origin = Origin(cause, "", record.store, record.epoch)
    for member in held:
        accounts.move(Move(member, hold, POOL, accounts.of(hold, member)), origin)
        books.note_recall(record.store, record.epoch, member, waits=False)
        settle(books, accounts, members, member, origin)
    books.post_points(accounts.postings, accounts.changes, now)


# ── what people decide ──────────────────────────────────────────────────────────────────────────────


def merge(books: Books, member: str, into: str, now: datetime) -> str:
    """Two keys are one person: what is and what comes of `member` is `into`'s. Returns the key that stays.

    Raises RightsRefused for keys that are none, that were erased, or that are the same person already.
    """
    first, second = final(books, member), final(books, into)
    if first.member == second.member:
        raise RightsRefused("same_member", "these are one member already")
    if first.erased or second.erased:
        raise RightsRefused("erased_member", "a member who was erased cannot be merged")
    for earlier in books.merged_into(first.member):
        books.save_member(replace(books.lock_members([earlier])[earlier], merged_into=second.member), now)
    merged = replace(first, merged_into=second.member)
    books.save_member(merged, now)
    books.forget_person(first.member)
    members = {first.member: merged, second.member: second}
    accounts = Accounts(books.points(sorted(members)))
    settle(books, accounts, members, first.member, Origin("merged", second.member))
    books.post_points(accounts.postings, accounts.changes, now)
    books.note_want(first.member, None)
    _tell_all(books, first.member, accounts)
    higher = max(first.tier, second.tier) if first.by_staff or second.by_staff else ""
    if higher:
        books.save_member(replace(second, tier=higher, by_staff=True), now)
    reconsider_tier(books, second.member, now)
    return second.member


def erase(books: Books, member: str, now: datetime) -> str:
    """Forget a person: every key of theirs leads nowhere, and their points are void. Returns the last key.

    Raises RightsRefused for a key that is none. Erasing again does nothing.
    """
    last = final(books, member)
    for key in [last.member, *books.merged_into(last.member)]:
        record = books.lock_members([key])[key]
        books.forget_person(key)
        if record.erased:
            continue
        erased = replace(record, erased=True, consent="")
        books.save_member(erased, now)
        books.note_want(key, None)
        accounts = Accounts(books.points([key]))
        settle(books, accounts, {key: replace(erased, merged_into="")}, key, Origin("erased"))
        books.post_points(accounts.postings, accounts.changes, now)
        _tell_all(books, key, accounts)
    return last.member


def set_tier(books: Books, member: str, tier: str, now: datetime) -> None:
    """Staff give a tier that points do not change; an empty one leaves it to the points again. Raises RightsRefused."""
    record = final(books, member)
    if record.erased:
        raise RightsRefused("erased_member", "this member was erased")
    if tier not in ("", *(name for name, _ in TIER_POINTS)):
        raise RightsRefused("malformed", "a tier of T1, T2 or T3, or none for the one that the points give")
    books.save_member(replace(record, tier=tier or record.tier, by_staff=bool(tier)), now)
    _tell_all(books, record.member, Accounts({}))
    reconsider_tier(books, record.member, now)


def reconsider_tier(books: Books, member: str, now: datetime) -> None:
    """Give a member the tier that their points of the last year earn, and tell the stores that know them."""
    record = books.lock_members([member])[member]
    if record.by_staff or record.erased or record.merged_into:
        return
    points = books.points_earned([member, *books.merged_into(member)], now - TIER_SPAN)
    tier = tier_by(points)
    if tier != record.tier:
        books.save_member(replace(record, tier=tier), now)
        _tell_all(books, member, Accounts({}))


def final(books: Books, member: str) -> MemberRecord:
    """The member that a key leads to. Raises RightsRefused."""
    record = books.lock_members([member]).get(member)
    if record is not None and record.merged_into:
        record = books.lock_members([record.merged_into])[record.merged_into]
    if record is None:
        raise RightsRefused("unknown_member", f"no member {member[:40]!r}")
    return record


def _tell_all(books: Books, member: str, accounts: Accounts) -> None:
    """Every store that saw the member, or holds points of theirs, is to be told."""
    holding = {
        account.partition("/")[0]
        for (account, owner), points in accounts.balances.items()
        if points and owner == member and "/hold/" in account
    }
    for store in sorted(holding | set(books.knowing(member))):
        books.note_news(store, member)
