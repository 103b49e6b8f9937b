"""Headquarters' small parts: codes, sessions, folder rights, words, pages from hostile names."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_sync.hq import credentials
from cloud_sync.hq.dashboard import overview, parts, words
from cloud_sync.hq.database.folder_access import decode_acl, encode_acl, rights_of, with_pass
from cloud_sync.hq.database.queries import LogState, StoreState, status_of
from cloud_sync.hq.web import wire
from cloud_sync.protocol.session import MAX_SYNC_BYTES


def test_a_code_is_easy_to_carry_and_forgives_how_it_is_typed() -> None:
    code = credentials.make_code()
    assert [len(part) for part in code.split("-")] == [4, 4, 4]
    assert not set(code) & set("ILOU")
    kept = credentials.hash_code(code)
    assert kept == credentials.hash_code(code.lower().replace("-", " "))
    assert kept == credentials.hash_code(code.replace("0", "O").replace("1", "l"))
    assert kept != credentials.hash_code(credentials.make_code())


def test_credentials_are_made_once_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    made = credentials.load_or_make(tmp_path)
    assert credentials.load_or_make(tmp_path) == made
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert set(made.admin_password) <= set(string.ascii_letters + string.digits + "-_")


def test_the_right_to_pass_a_private_folder_goes_to_one_user_only() -> None:
    private = [(0x01, 7, 0xFFFFFFFF), (0x04, 0, 0xFFFFFFFF), (0x20, 0, 0xFFFFFFFF)]
    acl = with_pass(private, 990)
    assert (0x02, 1, 990) in acl
    assert (0x04, 0, 0xFFFFFFFF) in acl, "the group gains nothing"
    assert (0x20, 0, 0xFFFFFFFF) in acl, "others gain nothing"
    assert acl == sorted(acl, key=lambda entry: (entry[0], entry[2]))
    assert decode_acl(encode_acl(acl)) == acl
    assert with_pass(acl, 990) == acl


def test_a_chmod_of_a_private_folder_takes_the_right_back_until_it_is_given_again() -> None:
    private = [(0x01, 7, 0xFFFFFFFF), (0x04, 0, 0xFFFFFFFF), (0x20, 0, 0xFFFFFFFF)]
    given = with_pass([*private[:1], (0x02, 7, 55), *private[1:]], 990)
    chmodded = [(tag, 0 if tag == 0x10 else perm, owner) for tag, perm, owner in given]
    assert rights_of(given, 990) == 1
    assert rights_of(chmodded, 990) == 0
    again = with_pass(chmodded, 990)
    assert rights_of(again, 990) == 1
    assert rights_of(again, 55) == 0, "what the chmod took from others is not given back"


def test_every_word_is_there_in_both_languages() -> None:
    for key, (chinese, english) in words.all_words().items():
        assert chinese.strip(), key
        assert english.strip(), key
        assert chinese.count("{") == english.count("{"), key


@pytest.mark.parametrize(
    ("age_s", "status"),
    [(0, "online"), (60, "online"), (61, "late"), (600, "late"), (601, "offline"), (None, "offline")],
)
def test_a_silent_store_is_late_and_then_offline(age_s: int | None, status: str) -> None:
    assert status_of(1, age_s) == status
    assert status_of(0, age_s) == "unjoined"


def store(**changes: object) -> StoreState:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    values: dict[str, object] = {
        "store": "s-1",
        "name": "<script>alert(1)</script>",
        "timezone": "Asia/Shanghai",
        "currency": "CNY",
        "epoch": 1,
        "status": "online",
        "last_sync_at": now,
        "last_sync_age_s": 3,
        "clock_offset_ms": 0,
        "today": now.date(),
        "units_today": 1,
        "takings_today_minor": 450,
        "units": 1,
        "money": [],
        "logs": [],
        "unresolved_vends": 0,
        "orders": {},
    }
    return StoreState(**{**values, **changes})  # type: ignore[arg-type]


def test_a_name_from_outside_is_shown_and_not_run() -> None:
    page = overview.render("en", overview.Overview([store()], "CNY", [(datetime(2026, 11, 20).date(), 450)]))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_proof_line_says_complete_catching_up_or_gaps() -> None:
    def line(waiting: int, gaps: int) -> str:
        return parts.proof_lines("en", [LogState("ledger", 1, 10, 10 - gaps, waiting, gaps, 0, 0)])

    assert "Complete" in line(0, 0)
    assert "Catching up 4" in line(4, 0)
    assert "✕" in line(0, 1)


def test_a_bomb_is_given_up_before_it_is_unpacked() -> None:
    import gzip

    import zstandard

    zeros = bytes(MAX_SYNC_BYTES * 4)
    for encoding, packed in (("gzip", gzip.compress(zeros)), ("zstd", zstandard.compress(zeros))):
        with pytest.raises(wire.WireError) as error:
            wire.unpack(packed, encoding)
        assert error.value.status == 413


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [(b"rubbish", "gzip", 400), (b"rubbish", "zstd", 400), (b"{}", "br", 415), (b"", "gzip", 400)],
)
def test_a_body_that_is_not_what_it_says_is_refused(body: bytes, encoding: str, status: int) -> None:
    with pytest.raises(wire.WireError) as error:
        wire.unpack(body, encoding)
    assert error.value.status == status
