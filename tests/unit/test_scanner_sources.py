"""What a scanner makes of the bytes, pictures and addresses of its sources; and how it says how they are."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.behaviour import Behaviour, CommandGiven, Condition, Input, Say
from hardware.messages import CodeScanned, Command, CommandRefused, FaultCleared, FaultRaised, Report
from hardware.scanner import aim
from hardware.scanner.debounce import MOST_REMEMBERED, Debouncer
from hardware.scanner.driver import ScannerDriver
from hardware.scanner.port import (
    CodeRead,
    CodeUnreadable,
    DrawAttention,
    PictureChanged,
    SourceChanged,
)
from hardware.scanner.sources.addresses import AddressError, read_source
from hardware.scanner.sources.back_off import BackOff, BackOffLimits
from hardware.scanner.sources.lines import ENDS, LineReader, LineSettings
from hardware.scanner.sources.picture_watch import Look, PictureWatch
from hardware.scanner.sources.source import Happening, Scan, Unreadable

# ── lines ───────────────────────────────────────────────────────────────────────────────────────────


def read(*pieces: bytes, step_s: float = 0.001, **how: object) -> list[Happening]:
    reader = LineReader(LineSettings(**how))  # type: ignore[arg-type]
    return [each for n, piece in enumerate(pieces) for each in reader.feed(piece, 100 + n * step_s)]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_a_line_is_a_code_however_it_comes_in_pieces(end):
    whole = b"6901234567892" + end
    for cut in range(len(whole)):
        assert read(whole[:cut], whole[cut:]) == [Scan(text="6901234567892")]


def test_an_end_of_one_s_own_lets_a_code_have_several_lines():
    happened = read(b"BEGIN:VCARD\r\nEND:VCARD\x04", ends=(b"\x04",))
    assert happened == [Scan(text="BEGIN:VCARD\r\nEND:VCARD")]


def test_an_aim_identifier_is_told_apart_unless_the_scanner_does_not_send_any():
    assert read(b"]C101\r") == [Scan(text="01", aim="]C1")]
    assert read(b"]C101\r", aim=False) == [Scan(text="]C101")]
    assert read(b"]-)smile\r") == [Scan(text="]-)smile")]


def test_a_code_framed_by_stx_and_etx_is_what_stands_between():
    assert read(b"\x026901\x03\r\n") == [Scan(text="6901")]


def test_text_comes_in_the_scanner_s_encoding_and_anything_else_is_noise():
    assert read("茶\r".encode("gb18030"), encoding="gb18030") == [Scan(text="茶")]
    for noise in ("茶\r".encode("gb18030"), b"69\xff01\r", b"69\x0001\r"):
        (happened,) = read(noise)
        assert isinstance(happened, Unreadable)


def test_a_line_that_stops_in_the_middle_is_unreadable_and_so_is_its_rest():
    reader = LineReader(LineSettings())
    assert reader.feed(b"690123", 100.0) == []
    assert reader.tick(101.1) == [Unreadable("no end of the code came")]
    assert reader.feed(b"4567892\r", 101.5) == []
    assert reader.feed(b"6901234567892\r", 102.0) == [Scan(text="6901234567892")]


def test_too_long_a_line_is_one_unreadable_and_takes_no_memory():
    reader = LineReader(LineSettings())
    happened = [each for n in range(200) for each in reader.feed(b"7" * 1_000, 100 + n / 1_000)]
    assert len(happened) == 1
    assert len(reader._waiting) < 100
    assert reader.feed(b"\rok\r", 100.3) == [Scan(text="ok")]


def test_what_was_on_its_way_when_the_line_was_opened_is_the_end_of_something():
    reader = LineReader(LineSettings(), opened_s=100.0)
    assert [type(each) for each in reader.feed(b"4567892\r", 100.01)] == [Unreadable]
    assert reader.feed(b"6901234567892\r", 100.2) == [Scan(text="6901234567892")]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=6))
def test_whatever_bytes_come_and_however_they_are_cut_the_codes_are_the_same(data, cuts):
    bounds = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[begin:end] for begin, end in itertools.pairwise(bounds)]
    assert read(*pieces) == read(data)
    assert read(data, b"\rok\r")[-1] == Scan(text="ok")


# ── AIM identifiers, debouncing, back-off ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "symbology", "reported"),
    [
        ("]E06901234567892", "EAN-13", "6901234567892"),
        ("]E0036000291452", "UPC-A", "036000291452"),
        ("]E496385074", "EAN-8", "96385074"),
        ("]E001234565", "UPC-E", "01234565"),
        ("]E3690123456789212345", "EAN-13", "690123456789212345"),
        ("]C0ABC", "Code 128", "ABC"),
        ("]C10106901234567892", "Code 128", "]C10106901234567892"),
        ("]d20106901234567892", "Data Matrix", "]d20106901234567892"),
        ("]Q1281234567890123456", "QR Code", "281234567890123456"),
        ("]X0what", "", "]X0what"),
        ("6901234567892", "", "6901234567892"),
    ],
)
def test_every_scanner_reports_the_same_code_as_the_same_text(text, symbology, reported):
    identifier, code = aim.split(text)
    assert aim.symbology(identifier, code) == symbology
    assert aim.as_reported(identifier, code) == reported


def test_a_code_is_new_again_after_it_has_been_away_for_a_second():
    debouncer = Debouncer()
    seen = [debouncer.is_news("camera:0", "QR Code", "a", at_s) for at_s in (0.0, 0.9, 1.8, 2.9)]
    assert seen == [True, False, False, True]
    assert debouncer.is_news("camera:1", "QR Code", "a", 2.9), "another camera sees for itself"


def test_two_codes_held_up_together_are_two_scans():
    debouncer = Debouncer()
    seen = [debouncer.is_news("c", "EAN-13", text, at / 10) for at in range(20) for text in ("a", "b")]
    assert sum(seen) == 2


def test_the_debouncer_s_memory_has_a_limit():
    debouncer = Debouncer()
    for number in range(MOST_REMEMBERED * 3):
        debouncer.is_news("c", "", str(number), 0.0)
    assert len(debouncer._seen_s) == MOST_REMEMBERED


def test_a_source_that_comes_and_goes_waits_longer_each_time_and_one_that_stayed_starts_anew():
    back_off = BackOff(BackOffLimits(first_s=1, most_s=5, settled_s=10))
    assert [back_off.lost(0) for _ in range(5)] == [1, 2, 4, 5, 5]
    back_off.came(100)
    assert back_off.lost(101) == 5
    back_off.came(200)
    assert [back_off.lost(210), back_off.lost(210)] == [1, 2]


# ── pictures ────────────────────────────────────────────────────────────────────────────────────────

GOOD = (110.0, 45.0)
BLACK = (6.0, 4.0)
FINGER = (140.0, 1.5)


def watch(*scenes: tuple[tuple[float, float], float], fps: int = 20) -> list[tuple[str, float]]:
    """Scenes of (level, spread) and seconds; what changed and when."""
    watching, frame = PictureWatch(), 0
    changes: list[tuple[str, float]] = []
    for (level, spread), seconds in scenes:
        for _ in range(int(seconds * fps)):
            if watching.look(Look(level=level, spread=spread, checksum=frame), frame / fps):
                changes.append((watching.trouble, frame / fps))
            frame += 1
    return changes


@pytest.mark.parametrize("scene", [BLACK, FINGER])
def test_a_covered_lens_is_told_after_three_seconds_and_over_after_one(scene):
    assert watch((GOOD, 2), (scene, 5), (GOOD, 3)) == [("picture_blank", 5.0), ("", 8.0)]


def test_a_hand_that_passes_is_no_fault():
    assert watch((GOOD, 2), (FINGER, 2), (GOOD, 2), (BLACK, 2), (GOOD, 2)) == []


def test_a_flickering_picture_is_told_and_a_light_switched_on_is_not():
    flicker = [((level, 40.0), 0.1) for _ in range(10) for level in (60.0, 150.0)]
    ((trouble, _), (over, _)) = watch((GOOD, 1), *flicker, (GOOD, 5))
    assert (trouble, over) == ("picture_flickers", "")
    assert watch((GOOD, 1), ((200.0, 40.0), 5), ((90.0, 40.0), 5)) == []


def test_a_picture_that_never_changes_at_all_is_frozen_and_a_black_one_is_just_black():
    for look, frozen in (
        (Look(level=110, spread=40, checksum=1), True),
        (Look(level=0, spread=0, checksum=1), False),
    ):
        watching = PictureWatch()
        for frame in range(300):
            watching.look(look, frame / 20)
        assert watching.is_frozen(15.0) is frozen


# ── addresses ───────────────────────────────────────────────────────────────────────────────────────


def no_eyes():
    raise AssertionError("a pipeline is made when a camera opens, not before")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("camera:0", "camera:0"),
        ("camera:/dev/v4l/by-id/x", "camera:/dev/v4l/by-id/x"),
        ("file:a.mp4", "file:a.mp4"),
        ("rtsp://admin:secret@10.0.0.9:554/live?token=1", "rtsp://10.0.0.9:554/live"),
        ("camera:rtsp://admin:secret@10.0.0.9/live", "rtsp://10.0.0.9/live"),
        ("hid:auto", "hid:auto"),
        ("hid:0c2e:0B61", "hid:0c2e:0B61"),
        ("hid:name=Voyager", "hid:name=Voyager"),
        ("serial:/dev/ttyACM0?baud=115200&end=0d0a&encoding=gb18030&aim=off", "serial:/dev/ttyACM0"),
        ("tcp:127.0.0.1:9100?end=crlf", "tcp:127.0.0.1:9100"),
        ("tcp:[::1]:9100", "tcp:[::1]:9100"),
        ("call:scanner.local:9100", "call:scanner.local:9100"),
    ],
)
def test_a_source_is_called_by_its_address_without_what_is_secret(text, name):
    assert read_source(text, no_eyes).name == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("camera", "write one of"),
        ("usb:1", "write one of"),
        ("rtp://a:secret@b/c", "rtp://b/c"),
        ("rtsp:/a:secret@b/c", "write one of"),
        ("hid:zz", "no USB scanner"),
        ("serial:ttyS0", "no path"),
        ("serial:/dev/ttyS0?baud=fast", "9600"),
        ("serial:/dev/ttyS0?speed=9600", "unknown option 'speed'"),
        ("serial:/dev/ttyS0?end=zz", "hexadecimal"),
        ("serial:/dev/ttyS0?end=" + "0d" * 9, "hexadecimal"),
        ("serial:/dev/ttyS0?encoding=klingon", "utf-8"),
        ("serial:/dev/ttyS0?encoding=utf-16", "utf-8"),
        ("serial:/dev/ttyS0?encoding=base64", "utf-8"),
        ("serial:/dev/ttyS0?aim=maybe", "on or off"),
        ("tcp:9100", "no address and port"),
        ("tcp:127.0.0.1:99999", "no address and port"),
    ],
)
def test_an_address_that_means_nothing_gets_a_sentence(text, says):
    with pytest.raises(AddressError, match=says) as caught:
        read_source(text, no_eyes)
    assert "secret" not in str(caught.value)


def test_the_ends_that_have_names_are_of_bytes():
    assert all(isinstance(end, bytes) and end for ends in ENDS.values() for end in ends)


# ── the driver ──────────────────────────────────────────────────────────────────────────────────────

CAMERA, SERIAL = "camera:0", "serial:/dev/ttyACM0"


class Driven:
    """A driver, what it reports and what its presence says."""

    def __init__(self, *sources: str) -> None:
        self.device: Behaviour = ScannerDriver(sources, serial="sc-1")
        self.presence = Condition()
        self._take(self.device.start(0.0).outputs)

    def _take(self, outputs) -> list[Report]:
        self.presence = next(out for out in outputs if isinstance(out, Condition))
        return [out.report for out in outputs if isinstance(out, Say)]

    def happen(self, *inputs: Input, at_s: float = 1.0) -> list[Report]:
        return self._take(self.device.update(at_s, inputs).outputs)

    def reading(self, name: str) -> float:
        return dict(self.presence.readings)[name]


def up(source: str) -> SourceChanged:
    return SourceChanged(source=source, state="up")


def down(source: str) -> SourceChanged:
    return SourceChanged(source=source, state="down", reason="unplugged")


def test_a_scanner_works_while_one_source_works_and_calls_for_help_when_none_does():
    scanner = Driven(CAMERA, SERIAL)
    assert scanner.presence.status == "init"
    assert scanner.happen(down(CAMERA)) == [FaultRaised(code="source_lost", part=CAMERA)]
    assert scanner.presence.status == "init", "the other has not said anything yet"
    assert scanner.happen(up(SERIAL)) == []
    assert (scanner.presence.status, scanner.presence.faults) == ("ready", ("source_lost",))
    assert scanner.happen(down(SERIAL)) == [FaultRaised(code="source_lost", part=SERIAL)]
    assert (scanner.presence.status, scanner.reading("sources_up_count")) == ("alert", 0.0)
    assert scanner.happen(up(CAMERA)) == [FaultCleared(code="source_lost", part=CAMERA)]
    assert scanner.presence.status == "ready"


def test_the_same_said_again_is_no_news():
    scanner = Driven(CAMERA)
    assert len(scanner.happen(down(CAMERA), down(CAMERA), up(CAMERA), up(CAMERA))) == 2


def test_a_camera_that_sees_nothing_is_a_fault_until_it_sees_again():
    scanner = Driven(CAMERA)
    scanner.happen(up(CAMERA))
    blank = PictureChanged(source=CAMERA, trouble="picture_blank")
    assert scanner.happen(blank) == [FaultRaised(code="picture_blank", part=CAMERA)]
    assert scanner.presence.status == "alert"
    assert scanner.happen(up(CAMERA), blank) == []
    cleared = [FaultCleared(code="picture_blank", part=CAMERA)]
    assert scanner.happen(down(CAMERA)) == [*cleared, FaultRaised(code="source_lost", part=CAMERA)]
    scanner.happen(up(CAMERA), blank)
    assert scanner.happen(PictureChanged(source=CAMERA, trouble="")) == cleared
    assert scanner.presence.status == "ready"


def test_a_new_boot_says_anew_what_is_wrong():
    scanner = Driven(CAMERA)
    scanner.happen(down(CAMERA))
    outputs = scanner.device.start(5.0).outputs
    assert Say(FaultRaised(code="source_lost", part=CAMERA)) in outputs


def test_what_a_camera_sees_for_long_is_one_scan_and_every_pull_of_a_trigger_is_one():
    scanner = Driven(CAMERA, SERIAL)
    held = CodeRead(source=CAMERA, symbology="EAN-13", text="6901234567892", held=True)
    pulled = CodeRead(source=SERIAL, text="6901234567892", aim="]E0")
    once = [CodeScanned(symbology="EAN-13", text="6901234567892")]
    assert [scanner.happen(held, at_s=at_s) for at_s in (1.0, 1.5, 2.4, 3.5)] == [once, [], [], once]
    assert scanner.happen(pulled, pulled) == once * 2


def test_a_gs1_code_keeps_the_identifier_that_says_so():
    scanner = Driven(CAMERA)
    scanner.happen(CodeRead(source=CAMERA, symbology="Code 128", text="0106901234567892", aim="]C1"))
    (report,) = scanner.happen(CodeRead(source=CAMERA, text="0106901234567892\x1d10A", aim="]d2"))
    assert report == CodeScanned(symbology="Data Matrix", text="]d20106901234567892\x1d10A")


@pytest.mark.parametrize("text", ["", "7" * 10_001, "\ud83d"])
def test_what_no_report_could_carry_is_no_code(text):
    scanner = Driven(CAMERA)
    assert scanner.happen(CodeRead(source=CAMERA, text=text)) == []


def test_unreadable_ones_are_counted_and_never_reported():
    scanner = Driven(CAMERA)
    assert scanner.happen(CodeUnreadable(source=CAMERA, reason="noise", count=3)) == []
    assert scanner.reading("unreadable_count") == 3.0


def test_identify_draws_attention_and_anything_else_is_refused():
    scanner = Driven(CAMERA)

    def given(kind: str) -> CommandGiven:
        return CommandGiven(Command(id="c", kind=kind, expires_at=""), 9.0)

    assert DrawAttention() in scanner.device.update(1.0, [given("identify")]).outputs
    assert scanner.happen(given("vend")) == [CommandRefused(command_id="c", reason="unsupported")]
