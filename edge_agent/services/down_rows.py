"""Per instruction of headquarters' log: load what the rule needs, decide. Only the next row of our own epoch counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloud_sync.protocol import facts, instructions, rules_facts, shop_instructions
from cloud_sync.protocol.numbered_log import Verdict, judge
from edge_agent.domain import rights
from edge_agent.domain.day import rules as day_rules
from edge_agent.services.member_handlers import MEMBER_INSTRUCTIONS
from edge_agent.services.ports import Reader


def decide_down(r: Reader, row: instructions.DownRow) -> list[facts.Fact]:
    """What a row leads to: one fact that carries its number, or nothing for a row that is not the next."""
    if row.epoch != r.store_epoch() or judge(r.down_seq(), row.seq) is not Verdict.APPLY:
        return []
    asked = instructions.read_instruction(row)
    if isinstance(asked, str):
        return rights.skipped(row, asked)
    if isinstance(asked, instructions.StockInstruction):
        nonsense = rights.nonsense(asked)
    else:
        nonsense = shop_instructions.nonsense(asked)
    decide = _INSTRUCTIONS.get(type(asked))
    if nonsense or decide is None:
        return rights.skipped(row, nonsense or f"{row.type}: not for this version")
    return decide(r, row.seq, asked)


def _pin(r: Reader, seq: int, asked: instructions.Pin) -> list[facts.Fact]:
    stocked = r.stocked(asked.sku)
    return rights.pin(seq, asked, r.pin(asked.reservation), stocked.right, stocked.goods)


def _carry_over(r: Reader, seq: int, asked: shop_instructions.CarryOver) -> list[facts.Fact]:
    return day_rules.go_on_from(seq, asked, r.day_shared(asked.heads), r.currency())


_INSTRUCTIONS: dict[type[instructions.Instruction], Callable[[Reader, int, Any], list[facts.Fact]]] = {
    instructions.Grant: lambda r, seq, asked: rights.grant(seq, asked),
    instructions.Recall: lambda r, seq, asked: rights.recall(seq, asked, r.right(asked.sku)),
    instructions.Shortage: lambda r, seq, asked: rights.shortage(seq, asked, r.right(asked.sku)),
    instructions.Pin: _pin,
    instructions.Unpin: lambda r, seq, asked: rights.unpin(seq, asked, r.pin(asked.reservation)),
    shop_instructions.CarryOver: _carry_over,
    shop_instructions.Rules: lambda r, seq, asked: [
        rules_facts.RulesReceived(down_seq=seq, rules=asked.rules)
    ],
    **MEMBER_INSTRUCTIONS,
}
