"""A store's rules, each as what stands in its place when it is taken out (see `mutants`)."""

from __future__ import annotations

from typing import Any

from cloud_sync.protocol import instructions, stock_rights, upstream, witness
from cloud_sync.protocol.numbered_log import Verdict
from cloud_sync.protocol.stock_rights import Change
from cloud_sync.protocol.witness import Standing
from edge_agent.domain import order as store_order
from edge_agent.domain import rights as store_rights
from edge_agent.services import brain, down_rows
from popshop.simulate.memory_books import MemoryBooks

Swap = tuple[Any, str, Any]


# ── the store ───────────────────────────────────────────────────────────────────────────────────────


def sell_before_join() -> list[Swap]:
    return [(brain, "NO_SALES", {})]


def old_down_rows() -> list[Swap]:
    def decide(r: Any, row: Any) -> Any:
        asked = instructions.read_instruction(row)
        if isinstance(asked, str):
            return store_rights.skipped(row, asked)
        return down_rows._INSTRUCTIONS[type(asked)](r, row.seq, asked)

    return [(brain, "decide_down", decide), (upstream, "answers_the_newest", lambda asked, newest: True)]


def down_unordered() -> list[Swap]:
    real = MemoryBooks.down_after

    def backwards(*asked: Any) -> list[bytes]:
        return real(*asked)[::-1]

    return [
        (down_rows, "judge", lambda mark, seq: Verdict.APPLY if seq > mark else Verdict.SKIP),
        (MemoryBooks, "down_after", backwards),
    ]


def down_applied_twice() -> list[Swap]:
    return [
        (down_rows, "judge", lambda mark, seq: Verdict.APPLY),
        (upstream, "answers_the_newest", lambda asked, newest: True),
    ]


def witness_ignored() -> list[Swap]:
    return [(witness, "judge", lambda note, epoch, last_seq, hash_at_note: Standing.LATEST)]


def releases_too_much() -> list[Swap]:
    return [(store_rights, "may_give", lambda right, asked: asked)]


def sells_without_right() -> list[Swap]:
    return [(store_order, "may_sell", lambda rights_, sku, qty: "")]


def deficit_forgotten() -> list[Swap]:
    real = stock_rights.counted

    def counted(right: Any, delta: int) -> Change:
        return real(right, delta)._replace(deficit=0) if delta < 0 else real(right, delta)

    return [(store_rights, "counted", counted)]


def fork_thrown_away() -> list[Swap]:
    return [(upstream, "salvage_from", lambda reason, acked: 1 << 40)]
