"""What can be asked of price rules, coupons and games."""

from __future__ import annotations

from dataclasses import dataclass

from cloud_sync.protocol.promotion_facts import Prize
from edge_agent.domain.commands import Command


@dataclass(frozen=True, slots=True)
class ListedPromotion:
    """A price rule as staff (or headquarters' people) enter it; `rule` is JSON of `pricing.rules`."""

    promotion: str
    starts_at: str
    ends_at: str
    rule: bytes
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class ListPromotions(Command):
    promotions: tuple[ListedPromotion, ...]


@dataclass(frozen=True, slots=True)
class HandOutCoupon(Command):
    """Somebody gets a coupon. `subject` is the random key of a member or visit."""

    promotion: str
    subject: str
    device: str = ""
    visit: str = ""
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class Share(Command):
    """Somebody shared something (a SKU, a page); `promotion` may name a coupon that is given for it."""

    what: str
    visit: str
    device: str = ""
    promotion: str = ""


@dataclass(frozen=True, slots=True)
class ListedGame:
    """A game as staff enter it; see `promotion_facts.GameListed`."""

    game: str
    kind: str
    starts_at: str
    ends_at: str
    per: str
    prizes: tuple[Prize, ...]
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class ListGames(Command):
    games: tuple[ListedGame, ...]


@dataclass(frozen=True, slots=True)
class Play(Command):
    """Somebody scratches or spins. `subject` is the random key of a member or visit."""

    game: str
    subject: str
    device: str = ""
    visit: str = ""


@dataclass(frozen=True, slots=True)
class RevealSeed(Command):
    """A game is over: its seed may be seen."""

    game: str
