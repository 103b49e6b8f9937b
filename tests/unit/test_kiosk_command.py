"""`popshop kiosk` before its window opens: what it refuses, and how it says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk_ui.shop import ContractError, read_feed, read_order, read_snapshot
from kiosk_ui.window import has_display, parse_size
from popshop.commands.kiosk import read_token
from popshop.console import UserError


def test_the_token_stands_in_a_file_of_its_own_or_in_the_agents_credentials(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("abc\n")
    assert read_token(file) == "abc"
    file.write_text(json.dumps({"kiosk_token": "k", "staff_token": "s"}))
    assert read_token(file) == "k"


@pytest.mark.parametrize("content", [b"", b"{not json", b'{"staff_token": "s"}', b"two\nlines", b"\xff\xfe"])
def test_a_file_without_a_token_is_refused_with_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(UserError, match="token"):
        read_token(file)


def test_a_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_token(tmp_path / "nothing")


def test_sizes() -> None:
    assert parse_size("1280x800") == (1280, 800)
    for wrong in ("1080", "x", "1080x", "-1x5", "100x100", "axb"):
        with pytest.raises(ValueError, match=r"pixels a side|is not a size"):
            parse_size(wrong)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"seq": "x"}', b"\xff", b'{"seq": 1, "entities": {"item": {"A": 3}}}']
)
def test_an_answer_outside_the_contract_is_told_as_such(body: bytes) -> None:
    for read in (read_snapshot, read_order):
        with pytest.raises(ContractError, match=r"agent-api\.md"):
            read(body)


def test_unknown_kinds_and_fields_of_the_feed_are_passed_over() -> None:
    message = read_feed(
        '{"seq": 7, "changes": [{"kind": "weather", "key": "x", "value": {"sun": true}}], "new": 1}'
    )
    assert (message.seq, message.changes[0].value, message.reset) == (7, None, False)


def test_a_window_nobody_could_see_is_not_opened(tmp_path: Path) -> None:
    assert has_display({"DISPLAY": ":0"}, tmp_path / "no-card")
    assert has_display({}, tmp_path)
    assert not has_display({"DISPLAY": ""}, tmp_path / "no-card")
