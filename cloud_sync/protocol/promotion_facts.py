"""Facts about the shop's promotions: price rules, coupons and games with prizes.

A subject is the random key of a visit or member. Sampling campaigns have their own room, `campaign_facts`.
"""

from __future__ import annotations

import msgspec

from cloud_sync.protocol.fact import Fact


class PromotionListed(Fact, frozen=True, kw_only=True):
    """A price rule of the shop (the newest row of a promotion counts, and has the next version).

    `rule` is the JSON of `edge_agent.domain.pricing`'s rule of that `kind`: discount, coupon, bundle or member.
    """

    TYPE = "popshop.promotion.listed.v1"
    promotion: str
    version: int
    kind: str
    name_zh: str
    name_en: str
    starts_at: str
    ends_at: str
    rule: msgspec.Raw


class CouponIssued(Fact, frozen=True, kw_only=True):
    """A coupon was handed out; `source` is handed_out, draw or shared. Its code is signed and says the same."""

    TYPE = "popshop.promotion.coupon_issued.v1"
    coupon: str
    promotion: str
    subject: str
    expires_at: str
    source: str


class Prize(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A prize of a game. `kind`: sku (handed over), coupon (of `promotion`), points or nothing; `weight` its odds."""

    prize: str
    kind: str
    weight: int
    stock: int = 0
    """How many there are; a prize that is gone is drawn no more. Without a meaning for `nothing`."""
    sku: str = ""
    promotion: str = ""
    points: int = 0
    name_zh: str = ""
    name_en: str = ""


class GameListed(Fact, frozen=True, kw_only=True):
    """A scratch card or wheel (`kind`), with its prizes, for a time. `seed_hash` commits to the seed of its draws."""

    TYPE = "popshop.promotion.game_listed.v1"
    game: str
    kind: str
    name_zh: str
    name_en: str
    starts_at: str
    ends_at: str
    per: str
    """member or visit: who may play once."""
    prizes: list[Prize]
    seed_hash: str


class PrizeDrawn(Fact, frozen=True, kw_only=True):
    """The draw of that number (from 1, per game, without a gap) fell on a prize; the seed proves it."""

    TYPE = "popshop.promotion.prize_drawn.v1"
    draw: str
    game: str
    number: int
    subject: str
    device: str
    prize: str
    kind: str
    order: str = ""
    """The order by which a prize of goods is vended."""
    coupon: str = ""
    points: int = 0


class SeedRevealed(Fact, frozen=True, kw_only=True):
    """The game is over: with its seed anybody can work its draws out again."""

    TYPE = "popshop.promotion.seed_revealed.v1"
    game: str
    seed: str
