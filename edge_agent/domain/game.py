"""Games of the shop, scratch card or wheel: listing one, playing it once, and proving its draws afterwards. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from cloud_sync.protocol import facts, member_facts, promotion_facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.promotion_facts import GameListed, Prize, PrizeDrawn
from edge_agent.domain import odds, payment
from edge_agent.domain.campaign import as_order
from edge_agent.domain.commands import PlaceOrder, RequestedLine, RequestPayment
from edge_agent.domain.coupon import DRAWN, Held, issue, taken
from edge_agent.domain.member import Member
from edge_agent.domain.methods import NONE
from edge_agent.domain.order import Checkout, order_id, place
from edge_agent.domain.policy import Policy
from edge_agent.domain.pricing.units import Terms
from edge_agent.domain.promotion import MAX_LISTING_BYTES, is_id, span
from edge_agent.domain.promotion_commands import ListedGame, ListGames, Play
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.subject import is_key

CHANNEL: Final = "game"
KINDS: Final = ("scratch", "wheel")
PER: Final = ("member", "visit")
PRIZES: Final = ("sku", "coupon", "points", odds.NOTHING)
MAX_PRIZES: Final = 50
MAX_WEIGHT: Final = 1_000_000
MAX_STOCK: Final = 1_000_000
MAX_GAMES: Final = 50


@dataclass(frozen=True, slots=True)
class Game:
    """A game as a decision sees it: `drawn` counts draws per prize, `played` all of them."""

    listed: GameListed
    drawn: Mapping[str, int]
    played: int
    revealed: bool


@dataclass(frozen=True, slots=True)
class Table:
    """What a draw may need: who plays, the prize's goods with the way to them, or its coupon."""

    had: bool
    member: Member | None
    checkout: Checkout
    queued: dict[str, int]
    held: Callable[[str], Held]


# ── listing ─────────────────────────────────────────────────────────────────────────────────────────


def list_games(
    command: ListGames,
    known: Callable[[str], Game | None],
    known_skus: Callable[[Collection[str]], Collection[str]],
    is_coupon: Callable[[str], bool],
    secret: bytes,
) -> list[facts.Fact] | Refusal:
    """Take games in; all or none. One that has been played can only be ended earlier or later."""
    if not 1 <= len(command.games) <= MAX_GAMES:
        return Refusal("malformed", f"1 to {MAX_GAMES} games")
    out: list[facts.Fact] = []
    for each in command.games:
        said, times = _problem(each), span(each.starts_at, each.ends_at)
        if said or times is None:
            said = said or "starts_at and ends_at are RFC 3339 times, in order"
            return Refusal("malformed", f"{each.game[:64]}: {said}")
        skus = {prize.sku for prize in each.prizes if prize.kind == "sku"}
        unknown = sorted(skus - set(known_skus(skus)))
        if unknown:
            return Refusal("unknown_item", unknown[0])
        no_coupon = [x.promotion for x in each.prizes if x.kind == "coupon" and not is_coupon(x.promotion)]
        if no_coupon:
            return Refusal("unknown_promotion", no_coupon[0])
        listed = _listed(each, times, odds.seed_hash(odds.make_seed(secret, each.game)))
        before = known(each.game)
        if before is not None and before.played and not _only_dates(before.listed, listed):
            return Refusal("game_running", each.game)
        if before is not None and before.revealed:
            return Refusal("game_closed", each.game)
        if before is None or before.listed != listed:
            out.append(listed)
    return out


def _listed(each: ListedGame, times: tuple[str, str], commitment: str) -> GameListed:
    return GameListed(
        game=each.game,
        kind=each.kind,
        name_zh=each.name_zh or each.name_en,
        name_en=each.name_en or each.name_zh,
        starts_at=times[0],
        ends_at=times[1],
        per=each.per,
        prizes=list(each.prizes),
        seed_hash=commitment,
    )


def _only_dates(one: GameListed, other: GameListed) -> bool:
    return (one.kind, one.per, one.prizes, one.seed_hash) == (
        other.kind, other.per, other.prizes, other.seed_hash,
    )  # fmt: skip


def _problem(each: ListedGame) -> str:
    if not is_id(each.game):
        return "a game is called by 1 to 40 letters, digits, '-' and '_'"
    if not (each.name_zh or each.name_en):
        return "a name is missing"
    if each.kind not in KINDS or each.per not in PER:
        return f"a game is a {' or '.join(KINDS)}, once per {' or '.join(PER)}"
    if not 1 <= len(each.prizes) <= MAX_PRIZES or len({x.prize for x in each.prizes}) != len(each.prizes):
        return f"it has 1 to {MAX_PRIZES} prizes, each under its own name"
    if not any(prize.weight for prize in each.prizes):
        return "no prize has odds"
    if len(msgspec.json.encode(each.prizes)) > MAX_LISTING_BYTES:
        return f"its prizes take more than {MAX_LISTING_BYTES} bytes"
    return next((said for prize in each.prizes if (said := _prize_problem(prize, each.per))), "")


def _prize_problem(prize: Prize, per: str) -> str:
    if not prize.prize or len(prize.prize) > 64 or prize.kind not in PRIZES:
        return f"a prize has a name, and is one of {', '.join(PRIZES)}"
    if not 0 <= prize.weight <= MAX_WEIGHT or not 0 <= prize.stock <= MAX_STOCK:
        return f"{prize.prize}: weights and stock are 0 to {MAX_WEIGHT}"
    needed = {"sku": prize.sku, "coupon": prize.promotion, "points": prize.points, odds.NOTHING: True}
    if not needed[prize.kind] or not 0 <= prize.points <= MAX_WEIGHT:
        return f"{prize.prize}: what it is worth is missing"
    if prize.kind == "points" and per != "member":
        return f"{prize.prize}: points are for members, so the game must be too"
    return ""


# ── playing ─────────────────────────────────────────────────────────────────────────────────────────


def play(
    game: Game | None, table: Table, command: Play, seed: str, now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """One draw. Where its prize cannot be handed over now nothing is drawn: the number waits, and so does its prize."""
    if game is None:
        return Refusal("unknown_game", command.game[:64])
    listed = game.listed
    refused = _refused(game, table, command, now)
    if refused:
        return Refusal(refused, listed.game)
    left = odds.still_in(listed.prizes, game.drawn)
    if not left:
        return Refusal("prizes_gone", listed.game)
    if odds.seed_hash(seed) != listed.seed_hash:
        # Another computer's secret: its draws would not be what was promised.
        return Refusal("prize_not_ready", "the seed is not the one that was committed to")
    number = game.played + 1
    prize = odds.draw(seed, listed.game, number, left)
    won = _won(prize, table, command, now, policy)
    if isinstance(won, Refusal):
        return Refusal("prize_not_ready", f"{prize.prize}: {won.code}")
    visit = command.visit or (command.subject if listed.per == "visit" else "")
    started = facts.Interaction(
        device=command.device, kind="game_started", visit=visit, detail={"game": listed.game}
    )
    detail = {"game": listed.game, "prize": prize.prize, "kind": prize.kind}
    told = facts.Interaction(
        device=command.device, kind="prize_drawn", visit=visit, item=prize.sku, detail=detail
    )
    drawn = PrizeDrawn(
        draw=order_id(command.id),
        game=listed.game,
        number=number,
        subject=_player(table, command),
        device=command.device,
        prize=prize.prize,
        kind=prize.kind,
        order=order_id(command.id) if prize.kind == "sku" else "",
        coupon=next((x.coupon for x in won if isinstance(x, promotion_facts.CouponIssued)), ""),
        points=prize.points if prize.kind == "points" else 0,
    )
    return [started, drawn, *won, told]


def _player(table: Table, command: Play) -> str:
    return command.subject if table.member is None else table.member.member


def _refused(game: Game, table: Table, command: Play, now: datetime) -> str:
    """Why not, by its code; nothing when the game has no objection."""
    if not is_key(command.subject):
        return "malformed"
    if game.revealed or not game.listed.starts_at <= rfc3339(now) < game.listed.ends_at:
        return "game_closed"
    if game.listed.per == "member" and (table.member is None or table.member.erased):
        return "members_only"
    return "played_already" if table.had else ""


def _won(
    prize: Prize, table: Table, command: Play, now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """What a prize sets in motion."""
    if prize.kind == "sku":
        line = RequestedLine(prize.sku, 1, price_minor=0)
        order = PlaceOrder(command.id, CHANNEL, command.device, (line,), visit=command.visit)
        placed = place(table.checkout, Terms(table.checkout.currency), order, now, policy)
        if isinstance(placed, Refusal):
            return placed
        (first,) = (fact for fact in placed if isinstance(fact, facts.OrderPlaced))
        asked = RequestPayment("", first.order, NONE)
        paid = payment.request(as_order(first), asked, frozenset(), table.queued, now, policy)
        return paid if isinstance(paid, Refusal) else [*placed, *paid]
    if prize.kind == "coupon":
        # Whoever wins one gets it, however many they had.
        held = Held(table.held(prize.promotion).listed, 0)
        issued = issue(held, prize.promotion, _player(table, command), DRAWN, command.id, now)
        return (
            issued if isinstance(issued, Refusal) else [issued, taken(issued, command.device, command.visit)]
        )
    if prize.kind == "points" and table.member is not None:
        return [
            member_facts.PointsEarned(
                member=table.member.member, order=order_id(command.id), points=prize.points
            )
        ]
    return []


# ── afterwards ──────────────────────────────────────────────────────────────────────────────────────


def reveal(game: Game | None, seed: str, now: datetime) -> list[facts.Fact]:
    """Show the seed of a game that is over, once."""
    if game is None or game.revealed or rfc3339(now) < game.listed.ends_at:
        return []
    return [promotion_facts.SeedRevealed(game=game.listed.game, seed=seed)]


def verify(listed: GameListed, draws: Iterable[PrizeDrawn], seed: str) -> list[str]:
    """Work a finished game's draws out again; what does not fit, in a sentence each."""
    if odds.seed_hash(seed) != listed.seed_hash:
        return ["the seed is not the one whose hash was published before the first draw"]
    found: list[str] = []
    drawn: Counter[str] = Counter()
    subjects: set[str] = set()
    for number, each in enumerate(sorted(draws, key=lambda one: one.number), start=1):
        if each.number != number:
            return [*found, f"draw {number} is missing"]
        left = odds.still_in(listed.prizes, drawn)
        due = odds.draw(seed, listed.game, number, left).prize if left else ""
        if each.prize != due:
            found.append(
                f"draw {number} fell on {each.prize}; the seed says {due or 'that nothing was left'}"
            )
        if each.subject in subjects:
            found.append(f"draw {number}: {each.subject} had played already")
        subjects.add(each.subject)
        drawn[each.prize] += 1
    return found
