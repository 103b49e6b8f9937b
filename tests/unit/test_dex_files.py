"""DEX files: read whatever came, write back what was read, judge the check value, refuse only what is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.eva_dts import dex
from cloud_sync.protocol.eva_dts.crc import crc16
from cloud_sync.protocol.eva_dts.typing_audit import audit_of

REAL = Path(__file__).parents[2].parent / "shared/data/dex/animo.eva_dts"

ROWS: list[tuple[str, list[object]]] = [
    ("ID1", ["POP0001", "MODEL", "100"]),
    ("ID4", [2, "1156", "CNY"]),
    ("VA1", [1_500, 3]),
    ("PA1", ["1-01", 500, "COLA"]),
    ("PA2", [3, 1_500, 3, 1_500]),
    ("EA2", ["EJC", 1, 4]),
]
AUDIT = dex.compose(ROWS, machine="POP0000001")


def test_the_check_is_crc_16_arc():
    assert crc16(b"123456789") == 0xBB3D


def test_a_new_audit_has_its_count_its_check_and_crlf():
    file = dex.read(AUDIT)
    assert (file.crc.verdict, file.crc.note, file.warnings) == ("ok", "", ())
    assert AUDIT.endswith(b"\r\nSE*9*0001\r\nDXE*1*1\r\n")
    assert AUDIT.count(b"\r\n") == AUDIT.count(b"\n")


@pytest.mark.parametrize("text", ["A*B", "A\r\nB", "A\n"])
def test_a_field_that_would_break_a_segment_is_not_written(text):
    with pytest.raises(ValueError, match="PA1"):
        dex.compose([("PA1", [text])], machine="POP0000001")


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b"\r\r\n", b"\n\n"], ids=repr)
def test_line_ends_of_any_kind_are_read_kept_and_the_check_still_judged(end):
    stored = AUDIT.replace(b"\r\n", end)
    file = dex.read(stored)
    assert dex.write(file) == stored
    assert file.crc.verdict == "ok"
    assert [segment.name for segment in file.segments] == [s.name for s in dex.read(AUDIT).segments]
    assert ("CR LF" in " ".join(file.warnings)) == (end != b"\r\n")


def test_one_changed_figure_is_a_mismatch_that_names_both_values():
    file = dex.read(AUDIT.replace(b"PA2*3*", b"PA2*4*"))
    assert file.crc.verdict == "mismatch"
    assert file.crc.stated in " ".join(file.warnings)
    assert file.damaged


@pytest.mark.parametrize("check", [b"G85*zz\r\n", b"G85*-1\r\n", b"G85*123456789\r\n"])
def test_a_check_value_that_is_none_is_a_mismatch(check):
    start = AUDIT.index(b"G85")
    broken = AUDIT[:start] + check + AUDIT[AUDIT.index(b"SE*") :]
    assert dex.read(broken).crc.verdict == "mismatch"


@pytest.mark.parametrize("check", [b"", b"G85\r\n", b"G85*\r\n"])
def test_without_a_check_value_nobody_can_tell(check):
    start = AUDIT.index(b"G85")
    file = dex.read(AUDIT[:start] + check + AUDIT[AUDIT.index(b"SE*") :])
    assert file.crc.verdict == "missing"
    assert "G85" in " ".join(file.warnings)


def test_without_wrapper_and_trailer_an_audit_is_still_read_and_says_what_is_missing():
    bare = b"".join(line + b"\r\n" for line in AUDIT.split(b"\r\n")[2:8])
    file = dex.read(bare)
    told = " ".join(file.warnings)
    assert [segment.name for segment in file.segments] == [name for name, _ in ROWS]
    assert "ST" in told
    assert "SE" in told
    assert dex.write(file) == bare


def test_wrong_counts_and_control_numbers_are_said():
    wrong = AUDIT.replace(b"SE*9*0001", b"SE*12*0002")
    told = " ".join(dex.read(wrong).warnings)
    assert "SE counts 12, the file holds 9" in told
    assert "'0001'" in told
    assert "'0002'" in told


def test_unknown_segments_and_lines_that_are_none_are_kept_and_the_latter_named():
    odd = AUDIT.replace(b"ID4*", b"XY9*what*ever\r\n%%% noise \x07\r\nID4*")
    file = dex.read(odd)
    assert dex.write(file) == odd
    assert "XY9*what*ever" in audit_of(file).others
    assert "line 5 is no segment" in " ".join(file.warnings)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "可口可乐"), ("latin-1", "Grüner Tee"), ("cp437", "Grüner Tee"), ("gbk", "可口可乐")],
)
def test_names_that_are_not_ascii_are_kept_byte_for_byte(encoding, name):
    text = AUDIT.replace(b"COLA", name.encode(encoding))
    file = dex.read(text)
    assert dex.write(file) == text
    assert "not ASCII" in " ".join(file.warnings)
    assert [each.selection for each in audit_of(file).selections] == ["1-01"]


def test_an_audit_sent_in_single_bytes_and_stored_as_utf_8_keeps_its_check():
    sent = "ST*001*0001\r\nPA1*1*500*Grüner Tee\r\n".encode("latin-1")
    whole = sent + f"G85*{crc16(sent):04X}\r\nSE*4*0001\r\n".encode()
    file = dex.read(whole.decode("latin-1").encode("utf-8"))
    assert file.crc.verdict == "ok"
    assert "one byte a character" in file.crc.note
    assert dex.read_text(whole.decode("latin-1")).crc.note == ""


def test_a_byte_order_mark_is_kept_and_said():
    marked = b"\xef\xbb\xbf" + AUDIT[AUDIT.index(b"ST*") :]
    file = dex.read(marked)
    assert dex.write(file) == marked
    assert file.crc.verdict == "ok"
    assert "byte order mark" in file.warnings[0]


def test_a_session_recorded_from_the_wire_is_taken_out_of_its_frames():
    half = len(AUDIT) // 2
    framed = b"\x05\x10\x30\x10\x02" + AUDIT[:half] + b"\x10\x17\x12\x34\x10\x31"
    framed += b"\x10\x02" + AUDIT[half:] + b"\x10\x03\x56\x78\x10\x30\x04"
    file = dex.read(framed)
    assert file.crc.verdict == "ok"
    assert dex.write(file) == AUDIT


def test_several_transaction_sets_are_judged_each_and_the_worst_counts():
    second = AUDIT[AUDIT.index(b"ST*") : AUDIT.index(b"DXE*")]
    both = AUDIT.replace(b"DXE*", second.replace(b"PA2*3*", b"PA2*9*") + b"DXE*")
    assert dex.read(both).crc.verdict == "mismatch"
    assert dex.read(AUDIT.replace(b"DXE*", second + b"DXE*")).crc.verdict == "ok"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 200, b"hello\nworld\n", b"\x89PNG\r\n\x1a\n", '{"a": 1}'.encode("utf-16"), b"*" * 500],
    ids=["empty", "zeros", "prose", "picture", "utf-16", "asterisks"],
)
def test_what_is_no_audit_is_refused_in_a_sentence(data):
    with pytest.raises(dex.DexError, match="no DEX file"):
        dex.read(data)


def test_what_is_too_large_is_refused_and_warnings_have_a_limit():
    with pytest.raises(dex.DexError, match="larger than"):
        dex.read(b"x" * (dex.MAX_BYTES + 1))
    warnings = dex.read(AUDIT + b"?\r\n" * 5_000).warnings
    assert len(warnings) == dex.MAX_WARNINGS
    assert warnings[-1] == "… and 4901 more"


def test_cut_at_any_byte_it_is_read_as_far_as_it_goes_or_refused():
    for end in range(len(AUDIT)):
        try:
            file = dex.read(AUDIT[:end])
        except dex.DexError:
            assert end < 4, "a file that begins as an audit is never called something else"
            continue
        assert dex.write(file) == AUDIT[:end]
        assert file.crc.verdict != "ok" or b"G85" in AUDIT[:end]
        audit_of(file)


fields = st.text(st.characters(codec="ascii", exclude_characters="*\r\n\x1a\x00"), max_size=12)
names = st.sampled_from(["ID1", "PA1", "PA2", "PA7", "CA3", "CA15", "EA1", "EA2", "MA5", "LA1", "TA2", "SD1"])


@given(st.lists(st.tuples(names, st.lists(fields, max_size=12)), max_size=20))
def test_whatever_is_composed_is_read_back_whole_and_never_stumbled_over(rows):
    data = dex.compose(rows, machine="POP0000001")
    file = dex.read(data)
    assert dex.write(file) == data
    assert file.crc.verdict == "ok"
    assert [segment.name for segment in file.segments][2:-3] == [name for name, _ in rows]
    audit_of(file)


@given(st.binary(max_size=300))
def test_noise_in_the_middle_is_no_crash_and_nothing_is_lost(noise):
    data = AUDIT[:60] + noise + AUDIT[60:]
    file = dex.read(data)
    assert dex.write(file) == data
    audit_of(file)


@pytest.mark.skipif(not REAL.exists(), reason="the real DEX file is not here")
class TestTheRealFile:
    """A coffee machine's audit whose totals do not reconcile."""

    def test_it_is_read_and_written_back_equal(self):
        data = REAL.read_bytes()
        assert dex.write(dex.read(data)) == data

    def test_its_check_holds_over_the_line_ends_it_was_sent_with(self):
        crc = dex.read(REAL.read_bytes()).crc
        assert (crc.verdict, crc.stated) == ("ok", "B9AE")
        assert "CR LF" in crc.note

    def test_its_values_have_types_and_its_contradictions_are_said_not_mended(self):
        audit = audit_of(dex.read(REAL.read_bytes()))
        coffee = audit.selections[0]
        assert (coffee.name, coffee.price_minor, coffee.paid.units_init) == ("COFFEE", 100, 412)
        assert (audit.currency.code, audit.totals.paid.value_init_minor, len(audit.selections)) == (
            "EUR",
            816_100,
            24,
        )
        told = " ".join(audit.warnings)
        assert "add up to 1537, the total (VA1) says 8161" in told
        assert "selection 0 (PA2) has more since the last reset (2655)" in told
        assert [note.fields[-1] for note in audit.notes][:2] == ["Clean Brewer", "Rinse Brewer"]

    def test_cut_at_any_byte_it_is_read_as_far_as_it_goes(self):
        data = REAL.read_bytes()
        for end in range(4, len(data), 7):
            assert dex.write(dex.read(data[:end])) == data[:end]
