"""Coupons: handing one out, and telling whether one that is shown is good. Once only, in this store only. Pure.

A coupon's id is `<promotion>.<serial>`. Its code is signed; what it is worth stands in the promotion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cloud_sync.protocol import facts, promotion_facts
from cloud_sync.protocol.codes import own_codes
from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.envelope import parse_time, rfc3339
from edge_agent.domain.order import order_id
from edge_agent.domain.pricing.rules import Coupon, CouponRule
from edge_agent.domain.promotion import Listed
from edge_agent.domain.promotion_commands import HandOutCoupon, Share
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.subject import WHAT_A_KEY_IS, is_key

HANDED_OUT: Final = "handed_out"
DRAWN: Final = "draw"
SHARED: Final = "shared"


@dataclass(frozen=True, slots=True)
class Held:
    """What the tables say of a subject and a promotion: how many of its coupons they had."""

    listed: Listed | None
    had: int


def coupon_id(promotion: str, command_id: str) -> str:
    """The coupon that a command hands out: the same for the same command."""
    return f"{promotion}.{order_id(command_id)}"


def issue(
    held: Held, promotion: str, subject: str, source: str, command_id: str, now: datetime
) -> promotion_facts.CouponIssued | Refusal:
    """One coupon for a subject, within the promotion's limits and dates."""
    listed = held.listed
    if listed is None or not isinstance(listed.promotion.rule, CouponRule):
        return Refusal("unknown_promotion", promotion[:64])
    rule = listed.promotion.rule
    if not is_key(subject):
        return Refusal("malformed", f"a subject is {WHAT_A_KEY_IS}")
    if not listed.promotion.in_force(rfc3339(now)):
        return Refusal("promotion_closed", promotion)
    if rule.limit and listed.issued >= rule.limit:
        return Refusal("coupons_gone", promotion)
    if held.had >= rule.per_subject:
        return Refusal("coupon_taken_already", promotion)
    expires_at = min(listed.promotion.ends_at, rfc3339(now + timedelta(days=rule.valid_days)))
    return promotion_facts.CouponIssued(
        coupon=coupon_id(promotion, command_id),
        promotion=promotion,
        subject=subject,
        expires_at=expires_at,
        source=source,
    )


def hand_out(command: HandOutCoupon, held: Held, now: datetime) -> list[facts.Fact] | Refusal:
    """Staff or a kiosk hands a coupon out; a kiosk only what is for everybody."""
    rule = held.listed.promotion.rule if held.listed is not None else None
    if (
        isinstance(rule, CouponRule)
        and rule.given != "anyone"
        and not (command.by_staff and rule.given == "staff")
    ):
        return Refusal("forbidden", command.promotion)
    issued = issue(held, command.promotion, command.subject, HANDED_OUT, command.id, now)
    return issued if isinstance(issued, Refusal) else [issued, taken(issued, command.device, command.visit)]


def taken(issued: promotion_facts.CouponIssued, device: str, visit: str) -> facts.Interaction:
    """That somebody took a coupon, as an interaction."""
    detail = {"promotion": issued.promotion, "source": issued.source}
    return facts.Interaction(device=device, kind="coupon_taken", visit=visit, detail=detail)


def share(command: Share, held: Held, item: str, brand: str, now: datetime) -> list[facts.Fact] | Refusal:
    """Somebody shared something. A coupon for it is given once; sharing again is welcome and brings none."""
    if not is_key(command.visit):
        return Refusal("malformed", f"a visit is {WHAT_A_KEY_IS}")
    shared = facts.Interaction(
        device=command.device, kind="shared", visit=command.visit, item=item, brand=brand,
        detail={"what": command.what},
    )  # fmt: skip
    if not command.promotion:
        return [shared]
    rule = held.listed.promotion.rule if held.listed is not None else None
    if isinstance(rule, CouponRule) and rule.given not in ("anyone", "shared"):
        return Refusal("forbidden", command.promotion)
    issued = issue(held, command.promotion, command.visit, SHARED, command.id, now)
    if isinstance(issued, Refusal):
        return [shared] if issued.code in ("coupon_taken_already", "coupons_gone") else issued
    return [issued, shared, taken(issued, command.device, command.visit)]


# ── being shown one ─────────────────────────────────────────────────────────────────────────────────


def read_coupon(
    text: str, keys: Mapping[str, bytes], store: str, now: datetime
) -> own_codes.Content | Refusal:
    """What a coupon's code says, if it is genuine and good in this store now; no network is needed to tell.

    One that names no store is good in several, which no store can judge alone: it is not taken.
    """
    try:
        code = own_codes.read(text.strip())
    except CodeError as error:
        return Refusal("coupon_invalid", str(error))
    signature, why = own_codes.check_signature(code, keys)
    if code.kind != "coupon" or signature != "valid":
        return Refusal("coupon_invalid", why or "not a coupon")
    if code.content.store != store:
        return Refusal("coupon_elsewhere", code.content.store)
    expired = own_codes.why_not_good(code.content, now=now)
    return Refusal("coupon_expired", expired) if expired else code.content


def accept(
    content: own_codes.Content, listed: Listed | None, spent_on: str, now: datetime
) -> Coupon | Refusal:
    """A genuine coupon as pricing wants it; `spent_on` is the order that used it up."""
    if listed is None or not isinstance(listed.promotion.rule, CouponRule):
        return Refusal("coupon_invalid", "its promotion is not known here")
    if spent_on:
        return Refusal("coupon_spent", content.id)
    if not listed.promotion.in_force(rfc3339(now)):
        return Refusal("coupon_expired", content.id)
    return Coupon(content.id, listed.promotion.version, listed.promotion.rule)


def text_of(coupon: str, expires_at: str, store: str, key: str, private_key: bytes) -> str:
    """The signed code of a coupon handed out here: the same whenever it is asked for."""
    expires = parse_time(expires_at)
    content = own_codes.Content(
        key=key, id=coupon, store=store, expires_at=0 if expires is None else int(expires.timestamp())
    )
    return own_codes.mint("coupon", content, private_key)


def promotion_of(coupon: str) -> str:
    """The promotion of a coupon's id."""
    return coupon.partition(".")[0]
