"""Headquarters' books in memory, the part about members: the port `MemberBooks` over one table of named rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from cloud_sync.hq.rules.member_books import MemberRecord, Want
from cloud_sync.hq.rules.postings import Balances, Posting
from cloud_sync.protocol.stock_rights import hold_of

MemberTable = dict[tuple[Any, ...], Any]
"""(what, its key …) → a value that never changes, so that a copy of the table is a backup."""


class MemoryMembers:
    """Fills `MemberBooks`; `_set` and `_drop` can be undone."""

    _members: MemberTable

    def _table(self) -> MemberTable:
        return self._members

    def _set(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        raise AssertionError("the books say how a row is written")

    def _drop(self, table: dict[Any, Any], key: Any) -> None:
        raise AssertionError("the books say how a row is taken away")

    def _all(self, what: str) -> list[tuple[tuple[Any, ...], Any]]:
        return [(key[1:], value) for key, value in self._table().items() if key[0] == what]

    def _entries(self) -> list[tuple[Posting, datetime]]:
        return [entry for _, entry in self._all("posting")]

    def lock_members(self, members: Collection[str]) -> dict[str, MemberRecord]:
        """Those that there are; nobody else is here."""
        table = self._table()
        return {key: table["member", key] for key in sorted(members) if ("member", key) in table}

    def save_member(self, record: MemberRecord, now: datetime) -> None:
        """Write a member's key."""
        self._set(self._table(), ("member", record.member), record)

    def merged_into(self, member: str) -> list[str]:
        """The keys that lead to this one."""
        return sorted(key for (key,), record in self._all("member") if record.merged_into == member != "")

    def forget_person(self, member: str) -> None:
        """Nothing that leads from the key to a person is left."""
        self._drop(self._table(), ("person", member))

    def points(self, members: Collection[str]) -> Balances:
        """What pool and holds have of these members."""
        return {(account, key): points for (account, key), points in self._all("points") if key in members}

    def points_held(self, store: str, epoch: int) -> Balances:
        """What an epoch of a store holds, of every member."""
        hold = hold_of(store, epoch)
        return {(account, key): points for (account, key), points in self._all("points") if account == hold}

    def points_owed(self, member: str) -> int:
        """What was given out though the pool lacked it."""
        mine = [posting for posting, _at in self._entries() if posting.sku == member]
        taken = sum(posting.qty for posting in mine if posting.source == "owed")
        return taken - sum(posting.qty for posting in mine if posting.target == "owed")

    def post_points(
        self, postings: Collection[Posting], changes: Mapping[tuple[str, str], int], now: datetime
    ) -> None:
        """Write postings and change balances, none of which may go below 0."""
        table = self._table()
        for number, posting in enumerate(postings, len(self._entries()) + 1):
            assert posting.qty > 0, f"no posting: {posting}"
            assert posting.source != posting.target, f"no posting: {posting}"
            self._set(table, ("posting", number), (posting, now))
        for (account, member), by in changes.items():
            points = table.get(("points", account, member), 0) + by
            assert points >= 0, f"{account} would have {points} points of {member}"
            self._set(table, ("points", account, member), points)

    def points_earned(self, members: Collection[str], since: datetime) -> int:
        """What these keys earned since then."""
        mine = [p for p, at in self._entries() if p.sku in members and at >= since]
        taken = sum(p.qty for p in mine if p.target == "earned")
        return sum(p.qty for p in mine if p.source == "earned") - taken

    def knowing(self, member: str) -> list[str]:
        """The stores that saw a member."""
        return sorted(store for (store, key), _ in self._all("told") if key == member)

    def told(self, store: str, member: str) -> str | None:
        """What the store was told last; None where it never saw the member."""
        found: str | None = self._table().get(("told", store, member))
        return found

    def note_told(self, store: str, member: str, told: str) -> None:
        """The store saw a member, and was told this."""
        self._set(self._table(), ("told", store, member), told)

    def tell_again(self, store: str) -> None:
        """What the store was told, and perhaps never read, is told again."""
        for (where, member), told in self._all("told"):
            if where == store and told in ("merged", "erased"):
                self.note_news(store, member)
            if where == store:
                self.note_told(store, member, "")

    def note_news(self, store: str, member: str) -> None:
        """The store is to be told something of a member."""
        self._set(self._table(), ("news", store, member), True)

    def news_of(self, store: str, most: int) -> list[str]:
        """Of whom a store is to be told something."""
        return sorted(member for (where, member), _ in self._all("news") if where == store)[:most]

    def drop_news(self, store: str, member: str) -> None:
        """It was told."""
        self._drop(self._table(), ("news", store, member))

    def want(self, member: str) -> Want | None:
        """Where a member would like to spend."""
        found: Want | None = self._table().get(("want", member))
        return found

    def note_want(self, member: str, want: Want | None) -> None:
        """Remember it, or that it is answered."""
        if want is None:
            self._drop(self._table(), ("want", member))
        else:
            self._set(self._table(), ("want", member), want)

    def recalled(self, store: str, epoch: int, member: str) -> bool:
        """Whether a recall waits for its answer."""
        return bool(self._table().get(("recall", store, member)) == epoch)

    def note_recall(self, store: str, epoch: int, member: str, *, waits: bool) -> None:
        """A recall was told, or answered."""
        if waits:
            self._set(self._table(), ("recall", store, member), epoch)
        elif self.recalled(store, epoch, member):
            self._drop(self._table(), ("recall", store, member))
