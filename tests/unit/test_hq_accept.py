"""What headquarters takes of a store's log, and what it refuses."""

from __future__ import annotations

import msgspec
import pytest

from cloud_sync.hq.rules.accept import Fenced, Head, Row, SyncRefused, check_position, new_rows, read_row
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.session import SyncRequest
from tests.journal_rows import Journal, cash, dispensed, paid


def ledger(rows: int = 5) -> Journal:
    return Journal().write(*(cash(f"c{n}") for n in range(rows)))


def head_at(journal: Journal, seq: int) -> Head:
    return Head(journal.epoch, seq, journal.hashes[seq])


def judge(request: SyncRequest, head: Head, journal: Journal) -> list[Row]:
    """Both steps, with our stored hash looked up where we have the row."""
    known = 0 <= request.acked <= head.acked
    check_position(request, head, journal.hashes[request.acked] if known else GENESIS)
    return list(new_rows(request, head))


def test_the_first_rows_of_a_store_are_taken_and_chained() -> None:
    journal = ledger()
    rows = judge(journal.request(), Head(1), journal)
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [row.chain_hash for row in rows] == journal.hashes[1:]
    assert [row.body for row in rows] == journal.bodies


def test_rows_sent_again_are_skipped() -> None:
    journal = ledger()
    assert [row.seq for row in judge(journal.request(), head_at(journal, 3), journal)] == [4, 5]
    assert judge(journal.request(), head_at(journal, 5), journal) == []


def test_a_store_ahead_of_headquarters_is_told_to_send_from_further_back() -> None:
    journal = ledger()
    with pytest.raises(SyncRefused) as refused:
        judge(journal.request(acked=4), head_at(journal, 2), journal)
    assert (refused.value.code, refused.value.acked, refused.value.chain_hash) == (
        "gap",
        2,
        journal.hashes[2],
    )


def test_rows_out_of_order_are_refused() -> None:
    journal = ledger()
    request = msgspec.structs.replace(
        journal.request(), events=[msgspec.Raw(journal.bodies[at]) for at in (0, 2, 1, 3, 4)]
    )
    with pytest.raises(SyncRefused) as refused:
        judge(request, Head(1), journal)
    assert refused.value.code == "gap"


def test_a_store_whose_log_ends_before_ours_is_fenced() -> None:
    journal = ledger()
    request = msgspec.structs.replace(journal.request(acked=2, upto=2), last_seq=2)
    with pytest.raises(Fenced) as fence:
        judge(request, head_at(journal, 5), journal)
    assert fence.value.code == "behind"


def test_two_logs_that_parted_are_fenced_at_the_watermark() -> None:
    ours, theirs = ledger(3), Journal().write(cash("x"), cash("y"), cash("z"), cash("w"))
    with pytest.raises(Fenced) as fence:
        judge(theirs.request(acked=3), head_at(ours, 3), ours)
    assert fence.value.code == "forked"


def test_two_logs_that_parted_are_fenced_when_old_rows_come_again_changed() -> None:
    ours, theirs = ledger(3), Journal().write(cash("c0"), cash("other"), cash("c2"), cash("w"))
    with pytest.raises(Fenced) as fence:
        judge(theirs.request(acked=1), head_at(ours, 3), ours)
    assert fence.value.code == "forked"


def test_numbers_nobody_can_mean_are_refused() -> None:
    journal = ledger(1)
    for change in ({"acked": -1}, {"last_seq": 10**19}):
        with pytest.raises(SyncRefused) as refused:
            judge(msgspec.structs.replace(journal.request(), **change), Head(1), journal)
        assert refused.value.code == "malformed"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"17", "not a CloudEvents"),
        (b'{"specversion":"1.0"}', "not a CloudEvents"),
        (b'"\\ud800"', "not a CloudEvents"),
        (b"[" + b"1," * 40_000 + b"1]", "over the limit"),
    ],
)
def test_a_row_nobody_can_read_is_kept_and_the_rows_behind_it_flow_on(body: bytes, problem: str) -> None:
    journal = Journal().write(cash("a")).write_raw(body).write(cash("b"))
    rows = judge(journal.request(), Head(1), journal)
    assert [row.seq for row in rows] == [1, 2, 3]
    assert problem in rows[1].problem
    assert rows[1].body == body
    assert rows[2].fact == cash("b")
    assert rows[2].chain_hash == journal.hashes[3]


def test_a_row_of_a_type_from_the_future_is_kept_by_its_name() -> None:
    journal = Journal().write_event("popshop.drone.landed.v3", b'{"drone":1}')
    (row,) = judge(journal.request(), Head(1), journal)
    assert row.type == "popshop.drone.landed.v3"
    assert row.problem.startswith("unknown type")


def test_data_that_does_not_fit_its_type_is_named() -> None:
    journal = Journal().write_event("popshop.sale.cash.v1", b'{"sale":5}')
    (row,) = judge(journal.request(), Head(1), journal)
    assert row.problem.startswith("data:")
    assert row.fact is None


def test_a_nul_in_a_name_cannot_stop_the_log() -> None:
    journal = Journal().write_event("popshop.device.booted.v1", b'{"device":"a\\u0000","boot":"b"}')
    assert read_row(1, journal.bodies[0], GENESIS).problem


def test_a_row_without_a_number_is_unreadable_and_not_out_of_place() -> None:
    body = Journal().write(paid("v")).bodies[0].replace(b'"sequence":"1"', b'"sequence":"first"')
    journal = Journal().write_raw(body).write(dispensed("v"))
    rows = judge(journal.request(), Head(1), journal)
    assert "not a number" in rows[0].problem
    assert rows[1].fact == dispensed("v")
