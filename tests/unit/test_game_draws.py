"""Draws of any game: never more of a prize than there is, worked out again by anybody, and a change is noticed."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.promotion_facts import GameListed, Prize, PrizeDrawn
from edge_agent.domain import game, odds

_PRIZES = st.lists(
    st.builds(
        Prize,
        prize=st.uuids().map(str),
        kind=st.sampled_from(("coupon", "nothing")),
        weight=st.integers(0, 1_000_000),
        stock=st.integers(0, 5),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda prize: prize.prize,
)


def _played(prizes: list[Prize], secret: bytes, most: int) -> tuple[GameListed, list[PrizeDrawn], str]:
    seed = odds.make_seed(secret, "g")
    listed = GameListed(
        game="g", kind="wheel", name_zh="g", name_en="g", starts_at="", ends_at="", per="visit", prizes=prizes,
        seed_hash=odds.seed_hash(seed),
    )  # fmt: skip
    drawn: Counter[str] = Counter()
    draws = []
    for number in range(1, most + 1):
        left = odds.still_in(prizes, drawn)
        if not left:
            break
        prize = odds.draw(seed, "g", number, left)
        drawn[prize.prize] += 1
        draws.append(
            PrizeDrawn(
                draw=str(number), game="g", number=number, subject=f"v{number}", device="", prize=prize.prize,
                kind=prize.kind,
            )
        )  # fmt: skip
    return listed, draws, seed


@given(_PRIZES, st.binary(max_size=32), st.integers(0, 30))
def test_no_more_of_a_prize_is_drawn_than_there_is(prizes: list[Prize], secret: bytes, most: int) -> None:
    listed, draws, seed = _played(prizes, secret, most)
    counted = Counter(draw.prize for draw in draws)
    for prize in prizes:
        assert prize.kind == odds.NOTHING or counted[prize.prize] <= prize.stock
        assert prize.weight or not counted[prize.prize]
    assert game.verify(listed, reversed(draws), seed) == []


@given(_PRIZES, st.binary(max_size=32), st.data())
def test_a_draw_that_was_changed_left_out_or_given_twice_is_noticed(
    prizes: list[Prize], secret: bytes, data: st.DataObject
) -> None:
    listed, draws, seed = _played(prizes, secret, 12)
    if not draws:
        return
    at = data.draw(st.integers(0, len(draws) - 1))
    changed = list(draws)
    changed[at] = msgspec.structs.replace(draws[at], prize="another")
    assert game.verify(listed, changed, seed)
    if at < len(draws) - 1:
        assert game.verify(listed, draws[:at] + draws[at + 1 :], seed)
        again = [msgspec.structs.replace(draw, subject="v1") for draw in draws]
        assert game.verify(listed, again, seed)
    assert game.verify(listed, draws, "00" * 32)


@given(st.integers(1, 2**40), st.integers(0, 100))
def test_a_number_is_below_what_it_has_to_be_below(below: int, number: int) -> None:
    assert 0 <= odds.number_below("ab" * 32, str(number), below) < below
