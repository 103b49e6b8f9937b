"""Facts → tables of price rules, coupons and games; an order uses its coupons up until it comes to nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, Final

import msgspec

from cloud_sync.protocol import facts, promotion_facts
from edge_agent.domain.member import NEVER_PAID

PROMOTION_TABLES: Final = """
CREATE TABLE promotions (promotion TEXT PRIMARY KEY, version INTEGER NOT NULL, kind TEXT NOT NULL,
    name_zh TEXT NOT NULL, name_en TEXT NOT NULL, starts_at TEXT NOT NULL, ends_at TEXT NOT NULL, rule TEXT NOT NULL,
    issued INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX promotions_by_end ON promotions (ends_at);
CREATE TABLE coupons (coupon TEXT PRIMARY KEY, promotion TEXT NOT NULL, subject TEXT NOT NULL,
    expires_at TEXT NOT NULL, source TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX coupons_of_subject ON coupons (promotion, subject);
CREATE TABLE coupons_spent (coupon TEXT PRIMARY KEY, order_id TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX coupons_of_order ON coupons_spent (order_id);
CREATE TABLE games (game TEXT PRIMARY KEY, listed TEXT NOT NULL, ends_at TEXT NOT NULL,
    played INTEGER NOT NULL DEFAULT 0, seed TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE INDEX games_by_end ON games (ends_at);
CREATE TABLE game_prizes (game TEXT NOT NULL, prize TEXT NOT NULL, drawn INTEGER NOT NULL,
    PRIMARY KEY (game, prize)) WITHOUT ROWID;
CREATE TABLE draws (draw TEXT PRIMARY KEY, game TEXT NOT NULL, number INTEGER NOT NULL, subject TEXT NOT NULL,
    prize TEXT NOT NULL, kind TEXT NOT NULL, order_id TEXT NOT NULL, coupon TEXT NOT NULL, points INTEGER NOT NULL,
    at TEXT NOT NULL, UNIQUE (game, number)) WITHOUT ROWID;
CREATE INDEX draws_of_subject ON draws (game, subject);
CREATE INDEX draws_with_order ON draws (at) WHERE order_id <> ''
"""


def project_promotions(db: sqlite3.Connection, fact: facts.Fact, at: str) -> None:
    """Change the tables by one fact, if it is one of theirs."""
    projection = _PROJECTIONS.get(type(fact))
    if projection is not None:
        projection(db, fact, at)


def _listed(db: sqlite3.Connection, f: promotion_facts.PromotionListed, at: str) -> None:
    db.execute(
        "INSERT INTO promotions (promotion, version, kind, name_zh, name_en, starts_at, ends_at, rule)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (promotion) DO UPDATE SET version = excluded.version,"
        " name_zh = excluded.name_zh, name_en = excluded.name_en, starts_at = excluded.starts_at,"
        " ends_at = excluded.ends_at, rule = excluded.rule",
        (
            f.promotion, f.version, f.kind, f.name_zh, f.name_en, f.starts_at, f.ends_at, bytes(f.rule).decode(),
        ),
    )  # fmt: skip


def _issued(db: sqlite3.Connection, f: promotion_facts.CouponIssued, at: str) -> None:
    db.execute(
        "INSERT INTO coupons VALUES (?, ?, ?, ?, ?)",
        (f.coupon, f.promotion, f.subject, f.expires_at, f.source),
    )
    db.execute("UPDATE promotions SET issued = issued + 1 WHERE promotion = ?", (f.promotion,))


def _placed(db: sqlite3.Connection, f: facts.OrderPlaced, at: str) -> None:
    for coupon in f.coupons:
        db.execute("INSERT INTO coupons_spent VALUES (?, ?)", (coupon, f.order))


def _closed(db: sqlite3.Connection, f: facts.OrderClosed, at: str) -> None:
    if f.state in NEVER_PAID:
        db.execute("DELETE FROM coupons_spent WHERE order_id = ?", (f.order,))


def _game(db: sqlite3.Connection, f: promotion_facts.GameListed, at: str) -> None:
    db.execute(
        "INSERT INTO games (game, listed, ends_at) VALUES (?, ?, ?) ON CONFLICT (game) DO UPDATE SET"
        " listed = excluded.listed, ends_at = excluded.ends_at",
        (f.game, msgspec.json.encode(f).decode(), f.ends_at),
    )


def _drawn(db: sqlite3.Connection, f: promotion_facts.PrizeDrawn, at: str) -> None:
    db.execute(
        "INSERT INTO draws VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (f.draw, f.game, f.number, f.subject, f.prize, f.kind, f.order, f.coupon, f.points, at),
    )
    db.execute("UPDATE games SET played = ? WHERE game = ?", (f.number, f.game))
    db.execute(
        "INSERT INTO game_prizes VALUES (?, ?, 1) ON CONFLICT (game, prize) DO UPDATE SET drawn = drawn + 1",
        (f.game, f.prize),
    )


def _revealed(db: sqlite3.Connection, f: promotion_facts.SeedRevealed, at: str) -> None:
    db.execute("UPDATE games SET seed = ? WHERE game = ?", (f.seed, f.game))


_PROJECTIONS: Final[dict[type[facts.Fact], Callable[[sqlite3.Connection, Any, str], None]]] = {
    promotion_facts.PromotionListed: _listed,
    promotion_facts.CouponIssued: _issued,
    facts.OrderPlaced: _placed,
    facts.OrderClosed: _closed,
    promotion_facts.GameListed: _game,
    promotion_facts.PrizeDrawn: _drawn,
    promotion_facts.SeedRevealed: _revealed,
}
