"""A device's memory and its sending window: what must be kept, what may be forgotten, and when to say it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.behaviour import CommandGiven
from hardware.command_intake import judge
from hardware.messages import Command, CommandRefused, encode
from hardware.outbox import COMMANDS_REMEMBERED, Outbox, Row
from hardware.send_window import SendWindow, WindowLimits

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "vm.sqlite")
    yield outbox
    outbox.close()


def places(rows: list[Row]) -> list[tuple[str, int]]:
    return [(row.boot, row.seq) for row in rows]


def test_a_boot_never_has_the_id_of_another(tmp_path: Path) -> None:
    boots = []
    for _ in range(3):
        outbox = Outbox(tmp_path / "vm.sqlite")
        boots += [outbox.begin_boot("same-mark"), outbox.begin_boot("same-mark")]
        outbox.close()
    assert len(set(boots)) == 6


def test_reports_come_out_in_the_order_they_went_in_over_all_boots(tmp_path: Path) -> None:
    for _ in range(3):
        outbox = Outbox(tmp_path / "vm.sqlite")
        boot = outbox.begin_boot("m")
        outbox.write(boot, [(1, b"a"), (2, b"b")])
        outbox.close()
    outbox = Outbox(tmp_path / "vm.sqlite")
    rows = outbox.after(0, 100)
    assert places(rows) == [(f"{boot}-m", seq) for boot in (1, 2, 3) for seq in (1, 2)]
    assert places(outbox.after(rows[1].row, 2)) == [("2-m", 1), ("2-m", 2)]
    outbox.close()


def test_only_what_the_agent_took_is_forgotten(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "vm.sqlite")
    first = outbox.begin_boot("m")
    outbox.write(first, [(seq, b"x") for seq in range(1, 6)], taken=[("9-unknown", 99)])
    outbox.write(first, [], taken=[(first, 2)])
    outbox.close()
    outbox = Outbox(tmp_path / "vm.sqlite")
    second = outbox.begin_boot("m")
    outbox.write(second, [(seq, b"y") for seq in range(1, 4)], taken=[(first, 4)])
    outbox.write(second, [], taken=[(second, 2)])
    assert places(outbox.after(0, 100)) == [(first, 5), (second, 3)]
    outbox.close()


def test_a_command_and_its_report_are_kept_together_or_not_at_all(outbox: Outbox) -> None:
    boot = outbox.begin_boot("m")
    outbox.write(boot, [(1, b"a")], ["c1"])
    with pytest.raises(sqlite3.IntegrityError):
        outbox.write(boot, [(2, None)], ["c2"])  # type: ignore[list-item]
    assert (outbox.has_run("c1"), outbox.has_run("c2"), outbox.waiting()) == (True, False, 1)
    assert places(outbox.write(boot, [(2, b"b")], ["c2"])) == [(boot, 2)]


def test_the_last_thousand_commands_are_remembered_across_restarts(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "vm.sqlite")
    boot = outbox.begin_boot("m")
    for number in range(COMMANDS_REMEMBERED + 350):
        outbox.write(boot, [], [f"c{number}"])
    outbox.close()
    outbox = Outbox(tmp_path / "vm.sqlite")
    assert all(outbox.has_run(f"c{350 + number}") for number in range(COMMANDS_REMEMBERED))
    assert not outbox.has_run("c0")
    outbox.close()


@settings(max_examples=40, deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(["write", "take", "reopen"]), st.integers(0, 6)), max_size=30))
def test_the_file_holds_what_a_plain_list_would(
    acts: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("outbox") / "vm.sqlite"
    outbox = Outbox(path)
    boot, seq = outbox.begin_boot("m"), 0
    model: list[tuple[str, int]] = []
    for act, number in acts:
        if act == "write":
            outbox.write(boot, [(seq + 1 + index, b"x") for index in range(number)])
            model += [(boot, seq + 1 + index) for index in range(number)]
            seq += number
        elif act == "take" and model:
            taken_boot, upto = model[min(number, len(model) - 1)]
            outbox.write(boot, [], taken=[(taken_boot, upto)])
            model = [place for place in model if place[0] != taken_boot or place[1] > upto]
        else:
            outbox.close()
            outbox = Outbox(path)
            boot, seq = outbox.begin_boot("m"), 0
        assert places(outbox.after(0, 1_000)) == model
    outbox.close()


# ── the window ──────────────────────────────────────────────────────────────────────────────────────


def rows(count: int, boot: str = "1-m", first: int = 1) -> list[Row]:
    return [Row(first + index, boot, first + index, b"x") for index in range(count)]


def test_no_more_than_the_window_is_on_its_way() -> None:
    window = SendWindow(WindowLimits(most=4))
    for row in rows(4):
        window.sent(row, 0.0)
    assert window.room() == 0
    window.taken("1-m", 3, 1.0)
    assert window.room() == 3


def test_without_an_answer_everything_is_sent_again_later_and_less_of_it_each_time() -> None:
    window = SendWindow(WindowLimits(most=64, least=16, resend_s=2.0, resend_most_s=10.0))
    now_s, waits, sizes = 0.0, [], []
    for _ in range(5):
        for row in rows(window.room()):
            window.sent(row, now_s)
        assert window.resend_at_s is not None
        assert not window.give_up_waiting(window.resend_at_s - 0.01)
        waits.append(window.resend_at_s - now_s)
        now_s = window.resend_at_s
        assert window.give_up_waiting(now_s)
        sizes.append(window.room())
        assert window.cursor == 0
    assert waits == [2.0, 4.0, 8.0, 10.0, 10.0]
    assert sizes == [32, 16, 16, 16, 16]


def test_an_answer_opens_the_window_again() -> None:
    window = SendWindow(WindowLimits(most=64, least=16, resend_s=2.0))
    for now_s in (0.0, 2.0):
        window.sent(rows(1)[0], now_s)
        assert window.give_up_waiting(now_s + 10)
    assert window.taken("1-m", 1, 20.0)
    assert window.room() == 32
    assert not window.taken("1-m", 1, 20.0), "the same answer again is no news"
    assert window.resend_at_s is None


def test_what_was_taken_meanwhile_is_not_sent_again() -> None:
    window = SendWindow(WindowLimits())
    for row in rows(3):
        window.sent(row, 0.0)
    window.start_over()
    window.taken("1-m", 2, 1.0)
    assert [window.is_taken(row) for row in rows(3)] == [True, True, False]


# ── commands ────────────────────────────────────────────────────────────────────────────────────────


def given_command(**fields: object) -> CommandGiven | CommandRefused | None:
    body = encode(
        {"id": "c1", "kind": "vend", "expires_at": (NOW + timedelta(seconds=30)).isoformat(), "slot": "1"}
        | fields
    )
    return judge(body, now=NOW, now_s=1_000.0, known=lambda command_id: command_id == "known")


def test_a_command_in_time_may_begin_until_it_expires() -> None:
    given = given_command()
    assert isinstance(given, CommandGiven)
    assert isinstance(given.command, Command)
    assert given.expires_s == 1_030.0


def test_a_command_that_was_run_is_passed_over_even_when_it_has_expired() -> None:
    assert given_command(id="known") is None
    assert given_command(id="known", expires_at=NOW.isoformat()) is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"expires_at": NOW.isoformat()}, "expired"),
        ({"expires_at": "soon"}, "malformed"),
        ({"expires_at": "2026-11-22T12:00:00"}, "malformed"),
        ({"kind": "dance"}, "unsupported"),
        ({"id": ""}, "malformed"),
        ({"id": "x" * 201}, "malformed"),
        ({"id": 5}, "malformed"),
    ],
)
def test_other_commands_are_refused_by_name(fields: dict[str, object], reason: str) -> None:
    refused = given_command(**fields)
    assert isinstance(refused, CommandRefused)
    assert refused.reason == reason
