"""Per command about price rules, coupons and games: load what the rule needs, decide."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from edge_agent.domain import commands, coupon, game, odds, promotion, promotion_commands
from edge_agent.domain.coupon import Held
from edge_agent.domain.pricing.rules import CouponRule
from edge_agent.domain.refusals import Refusal
from edge_agent.services.ports import Reader
from edge_agent.services.rules import Handler, Outcome, Rules


def _list(r: Reader, c: promotion_commands.ListPromotions, now: datetime, rules: Rules) -> Outcome:
    return promotion.list_promotions(c, r.promotion, r.known_skus)


def _hand_out(r: Reader, c: promotion_commands.HandOutCoupon, now: datetime, rules: Rules) -> Outcome:
    if rules.code_key is None:
        return Refusal("coupons_off")
    return coupon.hand_out(c, _held(r, c.promotion, c.subject), now)


def _share(r: Reader, c: promotion_commands.Share, now: datetime, rules: Rules) -> Outcome:
    if c.promotion and rules.code_key is None:
        return Refusal("coupons_off")
    item = c.what if r.known_skus({c.what}) else ""
    return coupon.share(c, _held(r, c.promotion, c.visit), item, r.brand(item), now)


def _held(r: Reader, name: str, subject: str) -> Held:
    return Held(r.promotion(name), r.coupons_had(name, subject))


def _list_games(r: Reader, c: promotion_commands.ListGames, now: datetime, rules: Rules) -> Outcome:
    return game.list_games(c, r.game, r.known_skus, lambda name: _is_coupon(r, name), rules.receipt_secret)


def _is_coupon(r: Reader, name: str) -> bool:
    found = r.promotion(name)
    return found is not None and isinstance(found.promotion.rule, CouponRule)


def _play(r: Reader, c: promotion_commands.Play, now: datetime, rules: Rules) -> Outcome:
    found = r.game(c.game)
    listed = () if found is None else found.listed.prizes
    checkout = r.checkout({prize.sku for prize in listed if prize.kind == "sku"})
    member = None
    if found is not None and found.listed.per == "member":
        member = r.member(r.member_of_visit(c.visit) or c.subject)
    table = game.Table(
        had=r.has_played(c.game, c.subject if member is None else member.member),
        member=member,
        checkout=checkout,
        queued=r.queued({slot.device for slot in checkout.slots}),
        held=lambda name: Held(r.promotion(name), 0),
    )
    return game.play(found, table, c, odds.make_seed(rules.receipt_secret, c.game), now, rules.policy)


def _reveal(r: Reader, c: promotion_commands.RevealSeed, now: datetime, rules: Rules) -> Outcome:
    return game.reveal(r.game(c.game), odds.make_seed(rules.receipt_secret, c.game), now)


PROMOTION_HANDLERS: Final[dict[type[commands.Command], Handler]] = {
    promotion_commands.ListPromotions: _list,
    promotion_commands.HandOutCoupon: _hand_out,
    promotion_commands.Share: _share,
    promotion_commands.ListGames: _list_games,
    promotion_commands.Play: _play,
    promotion_commands.RevealSeed: _reveal,
}
