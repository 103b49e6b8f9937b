"""The numbered log: what a receiver does with a row, and the chain that makes two logs comparable."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.numbered_log import GENESIS, Verdict, judge, row_hash

seqs = st.integers(min_value=1, max_value=10**18)
bodies = st.binary(max_size=200)


def receive(rows: list[int], watermark: int = 0) -> tuple[list[int], int]:
    """A receiver by the book: applies, skips, and stops at a gap until the sender goes back."""
    applied = []
    for seq in rows:
        if judge(watermark, seq) is Verdict.APPLY:
            applied.append(seq)
            watermark = seq
    return applied, watermark


def test_the_next_row_is_applied():
    assert judge(0, 1) is Verdict.APPLY
    assert judge(41, 42) is Verdict.APPLY


def test_a_row_seen_before_is_skipped():
    assert judge(42, 42) is Verdict.SKIP
    assert judge(42, 1) is Verdict.SKIP


def test_a_row_beyond_the_next_is_refused():
    assert judge(42, 44) is Verdict.GAP


@given(watermark=st.integers(min_value=0, max_value=10**18), seq=seqs)
def test_every_row_gets_exactly_the_verdict_its_distance_calls_for(watermark, seq):
    distance = seq - watermark
    expected = Verdict.SKIP if distance <= 0 else Verdict.APPLY if distance == 1 else Verdict.GAP
    assert judge(watermark, seq) is expected


@given(st.lists(st.integers(min_value=1, max_value=30), max_size=200))
def test_rows_in_any_order_and_number_are_applied_once_and_in_order(rows):
    applied, watermark = receive(rows)
    assert applied == list(range(1, watermark + 1))


@given(st.lists(st.integers(min_value=1, max_value=30), max_size=60))
def test_a_sender_that_resends_from_the_watermark_loses_nothing(noise):
    _, watermark = receive(noise)
    resent, end = receive(list(range(watermark + 1, 31)), watermark)
    assert resent == list(range(watermark + 1, 31))
    assert end == 30


def test_a_row_hash_is_sha256_over_previous_hash_number_and_body():
    by_hand = sha256(bytes(32) + (7).to_bytes(8, "big") + b"body").digest()
    assert row_hash(GENESIS, 7, b"body") == by_hand
    assert row_hash(GENESIS, 7, memoryview(b"body")) == by_hand


@given(st.lists(bodies, min_size=1, max_size=12), st.data())
def test_one_changed_byte_changes_every_hash_from_there_on(log, data):
    place = data.draw(st.integers(min_value=0, max_value=len(log) - 1))
    other = [*log]
    other[place] = log[place] + b"!"
    mine, theirs = chain(log), chain(other)
    assert mine[:place] == theirs[:place]
    assert all(a != b for a, b in zip(mine[place:], theirs[place:], strict=True))


@given(bodies, seqs, seqs)
def test_the_number_is_part_of_the_hash(body, one, other):
    assert (row_hash(GENESIS, one, body) == row_hash(GENESIS, other, body)) == (one == other)


def chain(log: list[bytes]) -> list[bytes]:
    hashes, previous = [], GENESIS
    for seq, body in enumerate(log, start=1):
        previous = row_hash(previous, seq, body)
        hashes.append(previous)
    return hashes
