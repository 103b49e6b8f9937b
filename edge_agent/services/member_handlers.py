"""Per command about members: load what the rule needs, decide. And what follows from orders: points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from cloud_sync.protocol import facts, shop_instructions
from cloud_sync.protocol.rules_facts import StoreRules
from edge_agent.domain import commands, member, member_commands
from edge_agent.domain.refusals import Refusal
from edge_agent.services.ports import Reader
from edge_agent.services.rules import Handler, Outcome, Rules


def _shown(r: Reader, c: member_commands.MemberShown, now: datetime, rules: Rules) -> Outcome:
    laid_down = r.store_rules()
    content = member.read_code(c.text, _keys(laid_down), now)
    if isinstance(content, Refusal):
        return content
    wants_points = rules.shares_stock and laid_down.point_value_minor > 0
    return member.show(c, content, r.member, wants_points=wants_points)


def _keys(rules: StoreRules) -> dict[str, bytes]:
    return {name: bytes.fromhex(key) for name, key in rules.code_keys.items()}


MEMBER_HANDLERS: Final[dict[type[commands.Command], Handler]] = {member_commands.MemberShown: _shown}

MEMBER_INSTRUCTIONS: Final[dict[type[Any], Callable[[Reader, int, Any], list[facts.Fact]]]] = {
    shop_instructions.Member: lambda r, seq, asked: member.told(seq, asked),
    shop_instructions.GrantPoints: lambda r, seq, asked: member.grant(seq, asked),
    shop_instructions.RecallPoints: lambda r, seq, asked: member.release(
        seq, asked, r.points_held(asked.member)
    ),
    shop_instructions.MergeMembers: lambda r, seq, asked: member.merge(
        seq, asked, r.points_held(asked.member)
    ),
    shop_instructions.EraseMember: lambda r, seq, asked: member.erase(
        seq, asked, r.points_held(asked.member)
    ),
}

MOVING: Final = (facts.OrderPlaced, facts.OrderClosed, facts.PaymentRefunded)


def with_points(r: Reader, outcome: list[facts.Fact], now: datetime, rules: Rules) -> list[facts.Fact]:
    """A decision's facts with what they do to a member's points."""
    if not any(isinstance(fact, MOVING) for fact in outcome):
        return outcome
    return member.followed(outcome, r.member_order, r.member, r.currency(), r.store_rules)


def as_member(r: Reader, c: commands.PlaceOrder) -> commands.PlaceOrder:
    """The order as that of whoever showed a code in its visit; nobody's where the store knows no such member."""
    found = r.member(c.member or r.member_of_visit(c.visit))
    key = "" if found is None or found.erased else found.member
    return c if key == c.member else replace(c, member=key)
