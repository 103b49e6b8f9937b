"""The bus on a serial line: words, checksums, adapters' dialects, money, settings, and the conversation in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.vending.mdb import port
from hardware.vending.mdb.codes import LENGTHS
from hardware.vending.mdb.dialects import DIALECTS, HexBytes, HexLines, NineBit
from hardware.vending.mdb.frames import (
    MODE,
    Assembler,
    Block,
    Confirmation,
    Damaged,
    answer_words,
    checksum,
    command_words,
)
from hardware.vending.mdb.profile import Profile
from hardware.vending.mdb.settings import SettingsError, read_settings
from hardware.vending.mdb.talkers import ReaderTalker
from tests.mdb_words import command

REQUEST = command("VEND REQUEST 1.50 item 3")

# ── words and blocks ────────────────────────────────────────────────────────────────────────────────


def test_the_checksum_is_the_sum_cut_to_a_byte() -> None:
    assert checksum(REQUEST) == 0xAC
    assert checksum(b"\xff\xff\x03") == 0x01


def test_the_controller_marks_the_address_and_the_peripheral_its_last_byte() -> None:
    assert command_words(b"\x12") == (MODE | 0x12, 0x12)
    assert answer_words(b"\x05\x00\x96") == (0x05, 0x00, 0x96, MODE | 0x9B)


@given(st.sampled_from(sorted(LENGTHS)), st.booleans(), st.data())
def test_every_command_is_found_by_its_length_however_it_is_cut_up(
    which: tuple[int, int | None], wide: bool, data: st.DataObject
) -> None:
    size = LENGTHS[which][wide]
    head = bytes([0x10 | which[0]]) + (b"" if which[1] is None else bytes([which[1]]))
    block = head + data.draw(st.binary(min_size=size - len(head), max_size=size - len(head)))
    words = command_words(block)
    at = data.draw(st.integers(0, len(words)))
    assembler = Assembler(0x10)
    assert assembler.feed(words[:at], wide) + assembler.feed(words[at:], wide) == [Block(block)]
    broken = (*words[:-1], words[-1] ^ 0x80)
    assert Assembler(0x10).feed(broken, wide) == [Damaged(bytes(word & 0xFF for word in broken))]


def test_a_confirmation_is_one_only_after_a_block_for_us() -> None:
    assembler = Assembler(0x10)
    assert assembler.feed((0x00, 0xAA), False) == []
    assert assembler.feed((*command_words(b"\x12"), 0x00), False) == [Block(b"\x12"), Confirmation(0x00)]
    assert assembler.feed((*command_words(b"\x0a"), 0x00), False) == [], "the coin changer's"


def test_a_block_that_never_ends_is_dropped() -> None:
    assembler = Assembler(0x10)
    found = assembler.feed((MODE | 0x16, *[1] * 200), False)
    assert len(found) == 1
    assert isinstance(found[0], Damaged)


# ── dialects ────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.integers(0, 511), max_size=40), st.integers(0, 80))
def test_nine_bit_adapters_carry_every_word_in_both_directions(words: list[int], cut: int) -> None:
    data = NineBit().say(tuple(words))
    hears = NineBit()
    assert hears.hear(data[:cut]) + hears.hear(data[cut:]) == tuple(words)


def test_a_nine_bit_line_that_lost_a_byte_finds_its_way_back() -> None:
    line = NineBit()
    line.hear(b"\x01")
    assert line.silence() == ()
    assert line.hear(NineBit().say(command_words(REQUEST))) == command_words(REQUEST)
    assert line.hear(b"\x77" + NineBit().say((0x112,))) == (0x112,)


@pytest.mark.parametrize(
    "text",
    [
        b"130000960003\n",
        b"13 00 00 96 00 03 AC\r\n",
        b"p,130000960003\n",
        b"P,130000960003ac\r",
        b"  130000960003  \n",
    ],
)
def test_hexadecimal_lines_are_understood_with_and_without_checksum_and_prefix(text: bytes) -> None:
    for dialect in (HexLines(), HexBytes()):
        assert dialect.hear(text) == command_words(REQUEST)


def test_a_hexadecimal_line_may_end_by_silence() -> None:
    line = HexBytes()
    assert line.hear(b"13 00 00 96 00 03") == ()
    assert line.silence() == command_words(REQUEST)


@pytest.mark.parametrize("text", [b"\n", b"a,ACK/10\n", b"c,STATUS,VEND\n", b"1\n", b"13 0\n", b"\xff\x00\n"])
def test_what_a_box_says_beside_blocks_is_passed_over(text: bytes) -> None:
    assert HexLines().hear(text) == ()


def test_a_line_without_an_end_is_dropped() -> None:
    line = HexLines()
    assert line.hear(b"x" * 10_000) == ()
    assert line.hear(b"\n130000960003\n") == command_words(REQUEST)


def test_each_dialect_answers_in_its_own_way() -> None:
    yes = answer_words(b"\x05\x00\x96")
    assert NineBit().say(yes) == b"\x00\x05\x00\x00\x00\x96\x01\x9b"
    assert HexLines().say(yes) == b"P,050096\n"
    assert HexBytes().say(yes) == b"\x05\x00\x96\x9b"
    assert [DIALECTS[name]().opening(0x60) for name in DIALECTS] == [b"", b"A,60\nS,1\n", b""]


def test_through_a_box_that_polls_by_itself_a_session_sells() -> None:
    told: list[port.Happening] = []
    said: list[str] = []
    talker = ReaderTalker(Profile(), HexBytes(), told.append, lambda who, text: said.append(f"{who}: {text}"))
    talker.opened(0.0)
    talker.step(1.0, b"14 01 15\n", [])
    assert talker.step(2.0, b"", [port.BeginSession(150, 60.0)]).data.hex() == "030096ffffffff00000095"
    talker.step(3.0, b"13 00 00 96 00 03 AC\n", [])
    assert talker.step(4.0, b"", [port.Approve(1, 60.0)]).data.hex() == "0500969b"
    talker.step(5.0, b"13 02 00 03 18\n", [])
    assert talker.step(6.0, b"13 04 17\n", []).data.hex() == "0707"
    assert port.Dispensed(1) in told
    assert said == [
        "vmc: READER ENABLE",
        "us: BEGIN SESSION 1.50",
        "vmc: VEND REQUEST 1.50 item 3",
        "us: VEND APPROVED 1.50",
        "vmc: VEND SUCCESS item 3",
        "vmc: SESSION COMPLETE",
        "us: END SESSION",
    ]


def test_the_conversation_is_shown_whole_however_its_bytes_come() -> None:
    said: list[str] = []
    talker = ReaderTalker(
        Profile(), NineBit(), lambda _: None, lambda who, text: said.append(f"{who}: {text}")
    )
    talker.opened(0.0)
    line = NineBit()
    words: list[int] = []
    for text in ("POLL", "SETUP CONFIG level 2", "REVALUE LIMIT", "CASH SALE 2.50 item 7", "TIME AND DATE"):
        words += command_words(command(text))
    words += [*command_words(command("REQUEST ID")), 0xAA, *command_words(REQUEST)[:-1], 0x00]
    for at_s, byte in enumerate(line.say(tuple(words))):
        talker.step(at_s / 1000, bytes([byte]), [])
    talker.silence(9.0)
    assert said == [
        "us: JUST RESET",
        "vmc: SETUP CONFIG level 2",
        "us: READER CONFIG level 2",
        "vmc: REVALUE",
        "vmc: CASH SALE 2.50 item 7",
        "vmc: EXPANSION 03h (passed over)",
        "vmc: REQUEST ID from VMC 000000000001 TEST MACHINE",
        "us: PERIPHERAL ID",
        "vmc: RET",
        "us: PERIPHERAL ID",
        "vmc: damaged: 13 00 00 96 00 03 00",
        "us: NAK",
    ]


# ── money ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("currency", "scale", "decimals", "minor", "units"),
    [
        ("CNY", 1, 2, 150, 150),
        ("CNY", 10, 2, 150, 15),
        ("CNY", 1, 1, 150, 15),
        ("CNY", 5, 2, 152, None),
        ("JPY", 1, 0, 150, 150),
        ("JPY", 100, 2, 150, 150),
        ("JPY", 10, 0, 150, 15),
    ],
)
def test_amounts_are_scaled_without_losing_anything(
    currency: str, scale: int, decimals: int, minor: int, units: int | None
) -> None:
    profile = Profile(currency=currency, scale=scale, decimals=decimals)
    assert profile.units(minor) == units
    if units is not None:
        assert profile.minor(units) == minor


# ── settings ────────────────────────────────────────────────────────────────────────────────────────

SLOT: dict[str, Any] = {"slot": "1-01", "item_number": 11, "price_minor": 500, "capacity": 8}


def test_a_short_settings_file_is_enough() -> None:
    settings = read_settings(msgspec.json.encode({"slots": [SLOT]}))
    assert (settings.slots[0].slot, settings.profile().currency, settings.profile().address) == (
        "1-01",
        "CNY",
        0x10,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"slots": []}, "must be 1 to 1000"),
        ({"slots": [SLOT, SLOT]}, "'1-01' stands there twice"),
        ({"slots": [SLOT, {**SLOT, "slot": "1-02"}]}, "item_number 11 stands there twice"),
        ({"slots": [{**SLOT, "price_minor": 70_000}]}, "cannot be said on the bus"),
        ({"slots": [{**SLOT, "price_minor": 503}], "scale": 5}, "cannot be said on the bus"),
        ({"slots": [{**SLOT, "item_number": 65_535}]}, "0 to 65534"),
        ({"slots": [{**SLOT, "colour": "red"}]}, "colour"),
        ({"currency": "XXX"}, "currency is 'XXX'"),
        ({"currency": "JPY", "decimals": 2}, "finer than JPY"),
        ({"address": 0x30}, "address is 48"),
        ({"level": 4}, "level is 4: use one of [1, 2, 3]"),
        ({"scale": 0}, "1 to 255"),
        ({"kind": "shelf"}, "kind is 'shelf'"),
    ],
)
def test_settings_that_contradict_themselves_get_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(msgspec.json.encode({"slots": [SLOT], **changes}))
    assert sentence in str(refused.value)
