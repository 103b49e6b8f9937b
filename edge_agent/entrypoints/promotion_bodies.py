"""What requests about price rules, coupons and games may carry."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from edge_agent.entrypoints.bodies import Body, Name, OptionalName, Text

Count = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]


class PromotionBody(Body):
    promotion: Name
    name_zh: Text = ""
    name_en: Text = ""
    starts_at: Name
    ends_at: Name
    rule: dict[str, Any]


class PromotionsBody(Body):
    promotions: Annotated[list[PromotionBody], Field(min_length=1, max_length=200)]


class CouponBody(Body):
    promotion: Name
    subject: OptionalName = ""
    visit: OptionalName = ""
    device: OptionalName = ""


class ShareBody(Body):
    what: Name
    visit: Name
    device: OptionalName = ""
    promotion: OptionalName = ""


class PrizeBody(Body):
    prize: Name
    kind: Literal["sku", "coupon", "points", "nothing"]
    weight: Count
    stock: Count = 0
    sku: OptionalName = ""
    promotion: OptionalName = ""
    points: Count = 0
    name_zh: Text = ""
    name_en: Text = ""


class GameBody(Body):
    game: Name
    kind: Literal["scratch", "wheel"]
    name_zh: Text = ""
    name_en: Text = ""
    starts_at: Name
    ends_at: Name
    per: Literal["member", "visit"]
    prizes: Annotated[list[PrizeBody], Field(min_length=1, max_length=50)]


class GamesBody(Body):
    games: Annotated[list[GameBody], Field(min_length=1, max_length=50)]


class PlayBody(Body):
    subject: OptionalName = ""
    visit: OptionalName = ""
    device: OptionalName = ""
