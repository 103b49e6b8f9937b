"""What screens ask of price rules, coupons and games."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final

import msgspec

from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.promotion_facts import GameListed, Prize
from edge_agent.adapters.sqlite_store.reading import Entity, Reading
from edge_agent.domain.odds import NOTHING

MOST: Final = 200
SHOWN_AFTER_ITS_END: Final = timedelta(days=1)
OWED_FOR: Final = timedelta(days=7)
_game = msgspec.json.Decoder(GameListed)


class PromotionQueries(Reading):
    """Promotions, coupons and games as screens show them."""

    def promotions(self, now: datetime) -> list[Entity]:
        """Those that are to come, are in force, or ended less than a day ago; the first to end first."""
        rows = self._rows(
            f"SELECT * FROM promotions WHERE ends_at > ? ORDER BY ends_at, promotion LIMIT {MOST}",
            rfc3339(now - SHOWN_AFTER_ITS_END),
        )
        at = rfc3339(now)
        return [
            row | {"rule": json.loads(row["rule"]), "open": row["starts_at"] <= at < row["ends_at"]}
            for row in rows
        ]

    def coupon(self, coupon: str) -> Entity | None:
        """One coupon that was handed out here, and the order that used it up."""
        return self._one(
            'SELECT c.coupon, c.promotion, c.expires_at, c.source, p.name_zh, p.name_en, s.order_id AS "order"'
            " FROM coupons c JOIN promotions p ON p.promotion = c.promotion"
            " LEFT JOIN coupons_spent s ON s.coupon = c.coupon WHERE c.coupon = ?",
            coupon,
        )

    def games(self, now: datetime) -> list[Entity]:
        """Games that are to come, are on, or ended less than a day ago, with what is left of each prize."""
        rows = self._rows(
            f"SELECT * FROM games WHERE ends_at > ? ORDER BY ends_at, game LIMIT {MOST}",
            rfc3339(now - SHOWN_AFTER_ITS_END),
        )
        return [self._game(row, rfc3339(now)) for row in rows]

    def _game(self, row: Entity, now: str) -> Entity:
        listed = _game.decode(row["listed"])
        drawn = {
            each["prize"]: each["drawn"]
            for each in self._rows("SELECT prize, drawn FROM game_prizes WHERE game = ?", row["game"])
        }
        is_on = listed.starts_at <= now < listed.ends_at and not row["seed"]
        return {
            "game": listed.game,
            "kind": listed.kind,
            "name_zh": listed.name_zh,
            "name_en": listed.name_en,
            "per": listed.per,
            "starts_at": listed.starts_at,
            "ends_at": listed.ends_at,
            "open": is_on,
            "played": row["played"],
            "prizes": [_prize(prize, drawn.get(prize.prize, 0)) for prize in listed.prizes],
            "seed_hash": listed.seed_hash,
            "seed": row["seed"],
        }

    def draw(self, draw: str) -> Entity | None:
        """What somebody drew."""
        row = self._one(
            'SELECT d.draw, d.game, d.number, d.prize, d.kind, d.order_id AS "order", d.coupon, d.points, d.at,'
            " g.listed FROM draws d JOIN games g ON g.game = d.game WHERE d.draw = ?",
            draw,
        )
        if row is None:
            return None
        listed = _game.decode(row.pop("listed"))
        prize = next(each for each in listed.prizes if each.prize == row["prize"])
        return row | {"sku": prize.sku, "name_zh": prize.name_zh, "name_en": prize.name_en}

    def prizes_owed(self, now: datetime) -> list[Entity]:
        """Prizes of goods, of the last days, that did not reach who won them: staff give them another."""
        return self._rows(
            'SELECT d.draw, d.game, d.number, d.prize, d.order_id AS "order", d.at FROM draws d'
            " JOIN orders o ON o.id = d.order_id WHERE d.order_id <> '' AND d.at > ?"
            f" AND o.state IN ('refunded', 'cancelled', 'expired') ORDER BY d.at DESC LIMIT {MOST}",
            rfc3339(now - OWED_FOR),
        )

    def games_over(self, now: str) -> list[str]:
        """Games whose seed is due to be shown."""
        rows = self._ask(f"SELECT game FROM games WHERE ends_at <= ? AND seed = '' LIMIT {MOST}", now)
        return [str(row["game"]) for row in rows]


def _prize(prize: Prize, drawn: int) -> Entity:
    return {
        "prize": prize.prize,
        "kind": prize.kind,
        "weight": prize.weight,
        "name_zh": prize.name_zh,
        "name_en": prize.name_en,
        "sku": prize.sku,
        "stock": None if prize.kind == NOTHING else prize.stock,
        "left": None if prize.kind == NOTHING else max(0, prize.stock - drawn),
        "drawn": drawn,
    }
