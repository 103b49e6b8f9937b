"""By what an order is priced: the rules in force, a member's tier, the coupons that were shown, points to spend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cloud_sync.protocol.envelope import rfc3339
from edge_agent.domain.commands import PlaceOrder
from edge_agent.domain.coupon import accept, promotion_of, read_coupon
from edge_agent.domain.pricing.basket import Terms
from edge_agent.domain.pricing.plans import MAX_COUPONS
from edge_agent.domain.pricing.rules import Coupon
from edge_agent.domain.refusals import Refusal
from edge_agent.services.ports import Reader
from edge_agent.services.rules import Rules


def terms(r: Reader, command: PlaceOrder, now: datetime, rules: Rules) -> Terms | Refusal:
    """What holds for an order now. Refused: coupon_*, points_short."""
    if len(command.coupons) > MAX_COUPONS:
        return Refusal("malformed", f"more than {MAX_COUPONS} coupons in one order")
    coupons: list[Coupon] = []
    for text in command.coupons:
        found = coupon(r, text, now, rules)
        if isinstance(found, Refusal):
            return found
        if any(found.coupon == each.coupon for each in coupons):
            return Refusal("coupon_spent", found.coupon)
        coupons.append(found)
    if command.points and command.points > _points(r, command.member):
        return Refusal("points_short", str(command.points))
    laid_down = r.store_rules()
    at = rfc3339(now)
    return Terms(
        currency=r.currency(),
        tax=laid_down.tax,
        promotions=r.promotions_in_force(at),
        tier=r.tier(command.member),
        coupons=tuple(coupons),
        points=command.points,
        point_value_minor=laid_down.point_value_minor,
        now=at,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A coupon as it was shown, and what came of it; `why` is a refusal's code where it is not good."""

    text: str
    coupon: str
    why: str


def look_at_coupons(r: Reader, texts: Sequence[str], now: datetime, rules: Rules) -> list[Shown]:
    """What each of the coupons shown for a quote is worth looking at: a cart is priced without those that are not."""
    out: list[Shown] = []
    for text in texts[:MAX_COUPONS]:
        found = coupon(r, text, now, rules)
        if isinstance(found, Refusal):
            out.append(Shown(text, "", found.code))
        elif any(found.coupon == each.coupon for each in out):
            out.append(Shown(text, "", "coupon_spent"))
        else:
            out.append(Shown(text, found.coupon, ""))
    return [*out, *(Shown(text, "", "malformed") for text in texts[MAX_COUPONS:])]


def coupon(r: Reader, text: str, now: datetime, rules: Rules) -> Coupon | Refusal:
    """Whether a coupon that was shown is good here now, and has not been used up."""
    keys = {name: bytes.fromhex(key) for name, key in r.store_rules().code_keys.items()}
    if rules.code_key is not None:
        keys[rules.code_key.name] = rules.code_key.public
    content = read_coupon(text, keys, r.store_id(), now)
    if isinstance(content, Refusal):
        return content
    return accept(content, r.promotion(promotion_of(content.id)), r.coupon_spent_on(content.id), now)


def _points(r: Reader, member: str) -> int:
    found = r.member(member) if member else None
    return 0 if found is None or found.erased else found.points
