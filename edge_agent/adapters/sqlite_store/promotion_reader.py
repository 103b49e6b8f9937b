"""Price rules, coupons and games for decisions, read inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from typing import Final

import msgspec

from cloud_sync.protocol.promotion_facts import GameListed
from edge_agent.domain.game import Game
from edge_agent.domain.pricing.rules import Promotion, Rule, read_rule
from edge_agent.domain.promotion import Listed

MOST_IN_FORCE: Final = 200
_PROMOTION: Final = "SELECT promotion, version, starts_at, ends_at, rule"
_game = msgspec.json.Decoder(GameListed)


@lru_cache(maxsize=1_000)
def _rule(text: str) -> Rule:
    return read_rule(text)


class PromotionReader:
    """Fills `services.promotion_port.PromotionReader` from the writer's connection."""

    _db: sqlite3.Connection

    def store_id(self) -> str:
        """Which store this is."""
        row = self._db.execute("SELECT id FROM store").fetchone()
        return str(row[0]) if row else ""

    def promotion(self, promotion: str) -> Listed | None:
        """A promotion as it was listed last."""
        row = self._db.execute(
            f"{_PROMOTION}, kind, name_zh, name_en, issued FROM promotions WHERE promotion = ?", (promotion,)
        ).fetchone()
        return None if row is None else Listed(_promotion(row[:5]), *row[5:])

    def promotions_in_force(self, now: str) -> tuple[Promotion, ...]:
        """The price rules that hold now, coupons' aside; at most MOST_IN_FORCE, the first to end first."""
        rows = self._db.execute(
            f"{_PROMOTION} FROM promotions WHERE ends_at > ? AND starts_at <= ? AND kind <> 'coupon'"
            f" ORDER BY ends_at, promotion LIMIT {MOST_IN_FORCE}",
            (now, now),
        )
        return tuple(_promotion(row) for row in rows)

    def coupons_had(self, promotion: str, subject: str) -> int:
        """How many coupons of a promotion a subject was given."""
        row = self._db.execute(
            "SELECT COUNT(*) FROM coupons WHERE promotion = ? AND subject = ?", (promotion, subject)
        ).fetchone()
        return int(row[0])

    def coupon_spent_on(self, coupon: str) -> str:
        """The order that used a coupon up, or nothing."""
        row = self._db.execute("SELECT order_id FROM coupons_spent WHERE coupon = ?", (coupon,)).fetchone()
        return str(row[0]) if row else ""

    def game(self, game: str) -> Game | None:
        """A game with what has been drawn of each prize."""
        row = self._db.execute("SELECT listed, played, seed FROM games WHERE game = ?", (game,)).fetchone()
        if row is None:
            return None
        drawn = dict(self._db.execute("SELECT prize, drawn FROM game_prizes WHERE game = ?", (game,)))
        return Game(_game.decode(row[0]), drawn, row[1], bool(row[2]))

    def has_played(self, game: str, subject: str) -> bool:
        """Whether a subject had their draw."""
        found = self._db.execute("SELECT 1 FROM draws WHERE game = ? AND subject = ?", (game, subject))
        return found.fetchone() is not None


def _promotion(row: tuple[str, int, str, str, str]) -> Promotion:
    name, version, starts_at, ends_at, rule = row
    return Promotion(name, version, starts_at, ends_at, _rule(rule))
