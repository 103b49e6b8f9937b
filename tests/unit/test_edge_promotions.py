"""Price rules, coupons, sharing and games through the one door, on a real file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from cloud_sync.protocol import facts, promotion_facts
from cloud_sync.protocol.codes import own_codes
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.promotion_facts import Prize
from cloud_sync.protocol.shop_instructions import Member
from edge_agent.adapters.code_key import from_private
from edge_agent.domain import commands, game, odds
from edge_agent.domain import promotion_commands as asked
from edge_agent.domain.coupon import coupon_id, text_of
from edge_agent.domain.order import order_id
from edge_agent.services.brain import Brain
from edge_agent.services.rules import Rules
from hardware import messages
from popshop.cli import app
from tests.edge_harness import METHODS, STORE, Store, Told, assert_books_hold, assert_chained, read_journal

KEY = from_private(bytes(range(32)))
OTHER = from_private(bytes(32))
SECRET = b"s" * 32
FROM = "2026-05-01T00:00:00Z"
UNTIL = "2026-05-08T00:00:00Z"
TEN_OFF = {"type": "coupon", "amount_minor": 1000, "limit": 2, "valid_days": 3}


class Shop(Store):
    """A store that signs codes of its own."""

    def _new_brain(self) -> Brain:
        rules = Rules(self.policy, METHODS, receipt_secret=SECRET, code_key=KEY)
        return Brain(self.journal, rules, self.clock)

    def rule(self, name: str, rule: dict[str, Any], *, until: str = UNTIL) -> Told:
        each = asked.ListedPromotion(name, FROM, until, msgspec.json.encode(rule), name_en=name)
        return self.do(asked.ListPromotions(self.key(), (each,)))

    def take(self, promotion: str, subject: str) -> tuple[Told, str]:
        """Hand a coupon out: the answer, and the coupon's text."""
        key = self.key()
        told = self.do(asked.HandOutCoupon(key, promotion, subject, "kiosk-1", subject))
        found = self.queries.coupon(coupon_id(promotion, key))
        return told, "" if found is None else text_of(
            found["coupon"], found["expires_at"], STORE, KEY.name, KEY.private
        )

    def buy(self, *coupons: str, sku: str = "A", qty: int = 1) -> Told:
        line = commands.RequestedLine(sku, qty)
        return self.do(commands.PlaceOrder(self.key(), "kiosk", "kiosk-1", (line,), coupons=coupons))

    def interactions(self) -> list[facts.Interaction]:
        rows = read_journal(self.path, "interactions")
        return [fact for _, fact in rows if isinstance(fact, facts.Interaction)]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path / "store.db")
    found.stock(("vm-1", "1", "A", 9), ("vm-1", "2", "B", 3), price_minor=2500)
    yield found
    found.close()
    assert_books_hold(found.path)
    assert_chained(found.path)


# ── price rules ─────────────────────────────────────────────────────────────────────────────────────


def test_a_rule_holds_from_listing_to_its_end_and_an_order_keeps_what_it_was_placed_at(shop: Shop) -> None:
    assert shop.rule("half", {"type": "item", "percent_bp": 5000}).refused == ""
    before = shop.buy().subject
    assert shop.rule("half", {"type": "item", "percent_bp": 2000}).refused == ""
    after = shop.buy().subject
    assert [shop.look(order)["total_minor"] for order in (before, after)] == [1250, 2000]
    (line,) = shop.look(before)["lines"]
    assert line["adjustments"] == [{"kind": "discount", "id": "half", "version": 1, "amount_minor": -1250}]
    shop.clock.pass_s(8 * 86_400)
    assert shop.look(shop.buy().subject)["total_minor"] == 2500


def test_the_same_rule_again_gets_no_new_version_and_a_bad_one_spoils_all(shop: Shop) -> None:
    rule = {"type": "basket", "amount_minor": 100}
    for _ in range(2):
        assert shop.rule("less", rule).refused == ""
    assert [row["version"] for row in shop.queries.promotions(shop.clock.now())] == [1]
    assert shop.rule("less", {"type": "coupon", "amount_minor": 100}).refused == "malformed"
    assert shop.rule("odd", {"type": "item", "percent_bp": 20_000}).refused == "malformed"
    assert shop.rule("odd", {"type": "set", "skus": ["A", "Z"], "price_minor": 1}).refused == "unknown_item"
    long = {"type": "item", "percent_bp": 1, "match": {"brands": ["b" * 200] * 100}}
    assert shop.rule("long", long).refused == "malformed"
    assert shop.rule("no dots.", rule).refused == "malformed"
    assert shop.rule("late", rule, until=FROM).refused == "malformed"


# ── coupons ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_coupon_is_good_once_and_comes_free_when_its_order_comes_to_nothing(shop: Shop) -> None:
    shop.rule("ten", TEN_OFF)
    told, text = shop.take("ten", "visit-1")
    assert not told.refused
    first = shop.buy(text)
    assert shop.look(first.subject)["total_minor"] == 1500
    assert shop.buy(text).refused == "coupon_spent"
    assert shop.do(commands.CancelOrder(shop.key(), first.subject)).refused == ""
    second = shop.buy(text.lower())
    assert shop.look(second.subject)["total_minor"] == 1500
    assert shop.buy(text, text).refused == "coupon_spent"
    assert [x.kind for x in shop.interactions()] == ["coupon_taken"]


def test_a_coupon_comes_free_when_the_machine_dropped_nothing_and_the_money_went_back(shop: Shop) -> None:
    shop.rule("ten", TEN_OFF)
    _, text = shop.take("ten", "visit-1")
    order = shop.buy(text).subject
    assert shop.do(commands.RequestPayment(shop.key(), order, "sandbox")).refused == ""
    shop.provider_says("paid", order)
    assert shop.buy(text).refused == "coupon_spent"
    vend = shop.look(order)["vends"][0]["id"]
    shop.report(messages.VendFailed(command_id=vend, slot="1", code="EJC"))
    (refund,) = shop.look(order)["refunds"]
    assert shop.do(commands.RefundAnswered("", refund["id"], refunded=True)).refused == ""
    assert shop.look(order)["state"] == "refunded"
    assert shop.buy(text).refused == ""


def test_the_same_coupon_twice_in_one_order_is_refused(shop: Shop) -> None:
    shop.rule("ten", TEN_OFF)
    _, text = shop.take("ten", "visit-1")
    assert shop.buy(text, text, qty=2).refused == "coupon_spent"


def test_a_coupon_that_takes_nothing_off_is_not_used_up(shop: Shop) -> None:
    shop.rule("ten", TEN_OFF | {"from_minor": 5000})
    _, text = shop.take("ten", "visit-1")
    assert shop.look(shop.buy(text).subject)["total_minor"] == 2500
    assert shop.look(shop.buy(text, qty=2).subject)["total_minor"] == 4000
    assert shop.buy(text, qty=2).refused == "coupon_spent"


def test_coupons_have_limits_and_an_end(shop: Shop) -> None:
    shop.rule("ten", TEN_OFF)
    _, text = shop.take("ten", "visit-1")
    assert shop.take("ten", "visit-1")[0].refused == "coupon_taken_already"
    assert not shop.take("ten", "visit-2")[0].refused
    assert shop.take("ten", "visit-3")[0].refused == "coupons_gone"
    assert shop.take("none", "visit-3")[0].refused == "unknown_promotion"
    assert shop.take("ten", "13800138000")[0].refused == "malformed"
    shop.clock.pass_s(3 * 86_400 + 1)
    assert shop.buy(text).refused == "coupon_expired"
    shop.clock.pass_s(5 * 86_400)
    assert shop.take("ten", "visit-4")[0].refused == "promotion_closed"


def test_a_forged_foreign_or_unbound_coupon_is_refused(shop: Shop) -> None:
    shop.rule("ten", TEN_OFF)
    _, text = shop.take("ten", "visit-1")
    good = own_codes.read(text).content

    def minted(private: bytes, **changed: Any) -> str:
        return own_codes.mint("coupon", msgspec.structs.replace(good, **changed), private)

    assert shop.buy(minted(OTHER.private)).refused == "coupon_invalid"
    assert shop.buy(minted(OTHER.private, key=OTHER.name)).refused == "coupon_invalid"
    assert shop.buy(minted(KEY.private, store="pop-2")).refused == "coupon_elsewhere"
    assert shop.buy(minted(KEY.private, store="")).refused == "coupon_elsewhere"
    assert shop.buy(minted(KEY.private, id="other.1")).refused == "coupon_invalid"
    assert shop.buy("PS1.C.AAAA.AAAA").refused == "coupon_invalid"
    assert shop.buy("hello").refused == "coupon_invalid"
    member = own_codes.mint("member", own_codes.Content(key=KEY.name, id="m", expires_at=2**33), KEY.private)
    assert shop.buy(member).refused == "coupon_invalid"
    assert shop.look(shop.buy(text).subject)["total_minor"] == 1500


def test_a_kiosk_hands_out_only_what_is_for_everybody(shop: Shop) -> None:
    shop.rule("sorry", TEN_OFF | {"given": "staff"})
    assert shop.take("sorry", "visit-1")[0].refused == "forbidden"
    by_staff = asked.HandOutCoupon(shop.key(), "sorry", "visit-1", by_staff=True)
    assert shop.do(by_staff).refused == ""


def test_sharing_is_an_interaction_and_may_bring_a_coupon_once(shop: Shop) -> None:
    shop.rule("thanks", TEN_OFF | {"given": "shared"})
    key = shop.key()
    assert shop.do(asked.Share(key, "A", "visit-1", "kiosk-1", "thanks")).refused == ""
    assert shop.queries.coupon(coupon_id("thanks", key)) is not None
    again = shop.key()
    assert shop.do(asked.Share(again, "A", "visit-1", "kiosk-1", "thanks")).refused == ""
    assert shop.queries.coupon(coupon_id("thanks", again)) is None
    assert [x.kind for x in shop.interactions()] == ["shared", "coupon_taken", "shared"]
    assert shop.interactions()[0].item == "A"


# ── games ───────────────────────────────────────────────────────────────────────────────────────────

PRIZES = (
    Prize(prize="balm", kind="sku", weight=2, stock=2, sku="B", name_en="A lip balm"),
    Prize(prize="coupon", kind="coupon", weight=3, stock=3, promotion="won"),
    Prize(prize="none", kind="nothing", weight=5),
)


def _list_game(shop: Shop, prizes: tuple[Prize, ...] = PRIZES) -> Told:
    shop.rule("won", TEN_OFF | {"given": "draw", "limit": 0})
    each = asked.ListedGame("wheel", "wheel", FROM, UNTIL, "visit", prizes, name_en="Wheel")
    return shop.do(asked.ListGames(shop.key(), (each,)))


def _play(shop: Shop, subject: str, key: str = "") -> Told:
    return shop.do(asked.Play(key or shop.key(), "wheel", subject, "kiosk-1", subject))


def test_a_game_is_played_once_by_everybody_until_its_prizes_are_gone_and_proves_itself(shop: Shop) -> None:
    assert _list_game(shop).refused == ""
    for n in range(40):
        assert _play(shop, f"visit-{n}").refused == ""
    assert _play(shop, "visit-1").refused == "played_already"
    left = {each["prize"]: each["left"] for each in shop.queries.games(shop.clock.now())[0]["prizes"]}
    assert left == {"balm": 0, "coupon": 0, "none": None}
    draws = shop.facts(promotion_facts.PrizeDrawn)
    (listed,) = shop.facts(promotion_facts.GameListed)
    assert shop.facts(promotion_facts.SeedRevealed) == []
    vends = [shop.look(draw.order)["vends"] for draw in draws if draw.kind == "sku"]
    assert [len(each) for each in vends] == [1, 1]
    won = [draw.coupon for draw in draws if draw.coupon]
    assert len(won) == 3
    assert {x.kind for x in shop.interactions()} == {"game_started", "prize_drawn", "coupon_taken"}
    assert shop.queries.games_over(rfc3339(shop.clock.now())) == []
    shop.clock.pass_s(8 * 86_400)
    assert shop.queries.games_over(rfc3339(shop.clock.now())) == ["wheel"]
    for _ in range(2):
        shop.do(asked.RevealSeed("", "wheel"))
    (seed,) = (fact.seed for fact in shop.facts(promotion_facts.SeedRevealed))
    assert game.verify(listed, draws, seed) == []
    assert _play(shop, "visit-99").refused == "game_closed"
    assert game.verify(listed, draws[1:], seed) == ["draw 1 is missing"]
    assert game.verify(listed, draws, "00" * 32)
    found = CliRunner().invoke(app, ["game", "verify", "wheel", "--data", str(shop.path.parent), "--json"])
    assert (found.exit_code, msgspec.json.decode(found.stdout)["wrong"]) == (0, [])


def test_after_a_crash_the_same_tap_gets_the_same_draw(shop: Shop) -> None:
    _list_game(shop)
    assert _play(shop, "visit-1", "tap-1").refused == ""
    drawn = shop.queries.draw(order_id("tap-1"))
    shop.restart()
    assert _play(shop, "visit-1", "tap-1").refused == ""
    assert shop.queries.draw(order_id("tap-1")) == drawn
    assert shop.queries.games(shop.clock.now())[0]["played"] == 1


def test_a_prize_that_cannot_be_handed_over_now_waits_with_its_number(shop: Shop) -> None:
    only = (Prize(prize="balm", kind="sku", weight=1, stock=5, sku="B"),)
    _list_game(shop, only)
    shop.do(commands.BlockSlot(shop.key(), "vm-1", "2", "jammed"))
    assert _play(shop, "visit-1").refused == "prize_not_ready"
    shop.do(commands.UnblockSlot(shop.key(), "vm-1", "2"))
    assert _play(shop, "visit-1").refused == ""
    assert shop.queries.games(shop.clock.now())[0]["played"] == 1


def test_a_prize_that_the_machine_did_not_drop_is_owed_to_the_winner(shop: Shop) -> None:
    _list_game(shop, (Prize(prize="balm", kind="sku", weight=1, stock=5, sku="B"),))
    _play(shop, "visit-1", "tap-1")
    assert shop.queries.prizes_owed(shop.clock.now()) == []
    order = shop.look(order_id("tap-1"))
    assert (order["channel"], order["total_minor"]) == ("game", 0)
    shop.report(messages.VendFailed(command_id=order["vends"][0]["id"], slot="2", code="EJC"))
    (owed,) = shop.queries.prizes_owed(shop.clock.now())
    assert (owed["order"], owed["prize"], owed["number"]) == (order["id"], "balm", 1)


def test_points_are_won_by_members_only_who_play_once_however_they_are_named(shop: Shop) -> None:
    points = Prize(prize="p", kind="points", weight=1, stock=3, points=50)
    club = asked.ListedGame("club", "scratch", FROM, UNTIL, "member", (points,), name_en="Club")
    assert shop.do(asked.ListGames(shop.key(), (club,))).refused == ""
    assert shop.do(asked.Play(shop.key(), "club", "visit-1", "kiosk-1", "visit-1")).refused == "members_only"
    shop.told(Member(member="m-ann", tier="T2"))
    assert shop.do(asked.Play(shop.key(), "club", "m-ann", "kiosk-1")).refused == ""
    assert shop.journal.reader.points_held("m-ann") == 50
    assert shop.do(asked.Play(shop.key(), "club", "m-ann", "kiosk-1")).refused == "played_already"


def test_a_member_pays_their_tiers_price_and_spends_only_points_that_are_here(shop: Shop) -> None:
    shop.rule("club", {"type": "member", "tiers": ["T2"], "price_minor": 2000})
    shop.told(Member(member="m-ann", tier="T2"))
    line = (commands.RequestedLine("A", 1),)
    theirs = commands.PlaceOrder(shop.key(), "kiosk", "kiosk-1", line, member="m-ann")
    assert shop.look(shop.do(theirs).subject)["total_minor"] == 2000
    assert shop.look(shop.buy().subject)["total_minor"] == 2500
    rich = commands.PlaceOrder(shop.key(), "kiosk", "kiosk-1", line, member="m-ann", points=1)
    assert shop.do(rich).refused == "points_short"


def test_when_all_prizes_are_gone_the_game_says_so(shop: Shop) -> None:
    _list_game(shop, (Prize(prize="balm", kind="sku", weight=1, stock=1, sku="B"),))
    assert _play(shop, "visit-1").refused == ""
    assert _play(shop, "visit-2").refused == "prizes_gone"


def test_a_game_that_was_played_keeps_its_prizes_and_points_are_for_members(shop: Shop) -> None:
    _list_game(shop)
    _play(shop, "visit-1")
    assert _list_game(shop, PRIZES[:2]).refused == "game_running"
    assert _list_game(shop).refused == ""
    wordy = tuple(Prize(prize=str(n), kind="nothing", weight=1, name_zh="奖" * 200) for n in range(50))
    assert _list_game(shop, wordy).refused == "malformed"
    points = (Prize(prize="p", kind="points", weight=1, stock=1, points=5),)
    assert _list_game(shop, points).refused == "malformed"
    assert shop.do(asked.Play(shop.key(), "nowhere", "visit-1")).refused == "unknown_game"


def test_draws_fall_as_their_weights_say_and_every_number_is_as_likely() -> None:
    seed = odds.make_seed(SECRET, "odds")
    counts = {prize.prize: 0 for prize in PRIZES}
    many = 4_000
    for number in range(1, many + 1):
        counts[odds.draw(seed, "odds", number, PRIZES).prize] += 1
    expected = {prize.prize: many * prize.weight / 10 for prize in PRIZES}
    chi_square = sum((counts[x] - expected[x]) ** 2 / expected[x] for x in counts)
    # 13.8: what two degrees of freedom exceed once in a thousand. The seed is fixed, so this never wavers.
    assert chi_square < 13.8
    assert {odds.number_below(seed, str(n), 3) for n in range(50)} == {0, 1, 2}
