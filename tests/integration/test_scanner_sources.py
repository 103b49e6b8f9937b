"""Real sources of codes: a pty for a serial line, key events, TCP sockets, films; pulled out and plugged in again."""

from __future__ import annotations

import contextlib
import itertools
import os
import pty
import queue
import shutil
import socket
import struct
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import evdev
import numpy as np
import pytest
from evdev import ecodes

from hardware.behaviour import Input
from hardware.scanner.port import CodeRead, CodeUnreadable, DrawAttention, PictureChanged, SourceChanged
from hardware.scanner.service import ScannerService
from hardware.scanner.sources.addresses import read_source
from hardware.scanner.sources.back_off import BackOffLimits
from hardware.scanner.sources.camera import CameraSource, Eyes
from hardware.scanner.sources.frames import CameraSettings
from hardware.scanner.sources.hid import Found, HidSource, matches
from hardware.scanner.sources.lines import OPENED_S
from hardware.scanner.sources.network import MOST_CONNECTIONS
from hardware.scanner.sources.source import Source

SOON_S = 15.0
QUICK = BackOffLimits(first_s=0.05, most_s=0.2, settled_s=10.0)
GTIN = "6901234567892"


class Ears:
    """Hears what sources say, in order."""

    def __init__(self) -> None:
        self._heard: queue.Queue[Input] = queue.Queue()

    def put(self, happening: Input) -> None:
        self._heard.put(happening)

    def until(self, holds: Callable[[Input], bool]) -> Any:
        """The next thing heard that is wanted."""
        end_s = time.monotonic() + SOON_S
        while True:
            heard = self._heard.get(timeout=max(0.01, end_s - time.monotonic()))
            if holds(heard):
                return heard

    def state(self, wanted: str) -> SourceChanged:
        found = self.until(lambda heard: isinstance(heard, SourceChanged) and heard.state == wanted)
        assert isinstance(found, SourceChanged)
        return found

    def code(self) -> str:
        found = self.until(lambda heard: isinstance(heard, CodeRead | CodeUnreadable))
        assert isinstance(found, CodeRead), found
        return found.text

    def unreadable(self) -> str:
        found = self.until(lambda heard: isinstance(heard, CodeRead | CodeUnreadable))
        assert isinstance(found, CodeUnreadable), found
        return found.reason


class NoEyes:
    """Reads nothing from any picture."""

    def feed(self, frame: Any, at_s: float) -> Sequence[Any]:
        return []


@contextlib.contextmanager
def listening(*sources: Source | str) -> Iterator[tuple[Ears, ScannerService]]:
    ears = Ears()
    opened = [read_source(each, NoEyes) if isinstance(each, str) else each for each in sources]
    service = ScannerService(opened, time.monotonic, QUICK)
    with service.running(ears.put):
        yield ears, service
    assert not service.alive


# ── serial ──────────────────────────────────────────────────────────────────────────────────────────


class SerialScanner:
    """The scanner's end of a serial line that appears and disappears at a path, as USB ones do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd = -1

    def plug_in(self) -> None:
        self.fd, line = pty.openpty()
        tty.setraw(self.fd)
        tty.setraw(line)
        self.path.symlink_to(os.ttyname(line))
        self._line = line

    def pull_out(self) -> None:
        self.path.unlink()
        os.close(self._line)
        os.close(self.fd)

    def send(self, data: bytes) -> None:
        # A person needs longer than this to pull the trigger.
        time.sleep(OPENED_S * 1.5)
        os.write(self.fd, data)


def test_a_serial_scanner_that_is_pulled_out_comes_back_by_itself(tmp_path):
    scanner = SerialScanner(tmp_path / "ttyACM0")
    with listening(f"serial:{scanner.path}") as (ears, _):
        assert "not plugged in" in ears.state("down").reason
        scanner.plug_in()
        ears.state("up")
        scanner.send(f"{GTIN}\r\n".encode())
        assert ears.code() == GTIN
        scanner.send(b"690")
        time.sleep(0.05)
        scanner.pull_out()
        ears.state("down")
        scanner.plug_in()
        ears.state("up")
        scanner.send(b"]C10106901234567892\x1d10A\r\n")
        assert ears.code() == "0106901234567892\x1d10A", "what was cut off is not joined to what comes next"
    scanner.pull_out()


def test_noise_on_a_serial_line_is_unreadable_and_the_next_code_is_read(tmp_path):
    scanner = SerialScanner(tmp_path / "ttyS0")
    scanner.plug_in()
    with listening(f"serial:{scanner.path}?end=cr&baud=115200") as (ears, _):
        ears.state("up")
        scanner.send(b"\xfe\xff\x80\r" + GTIN.encode() + b"\r")
        assert "noise" in ears.unreadable()
        assert ears.code() == GTIN
    scanner.pull_out()


def test_a_serial_scanner_beeps_when_it_is_to_draw_attention(tmp_path):
    scanner = SerialScanner(tmp_path / "ttyS0")
    scanner.plug_in()
    with listening(f"serial:{scanner.path}", "hid:auto", "tcp:127.0.0.1:0") as (ears, service):
        ears.until(
            lambda heard: (
                isinstance(heard, SourceChanged) and heard.source.startswith("serial") and heard.state == "up"
            )
        )
        service.act(DrawAttention())
        assert os.read(scanner.fd, 10) == b"\x07"
    scanner.pull_out()


def test_a_serial_line_that_another_program_has_is_not_shared(tmp_path):
    scanner = SerialScanner(tmp_path / "ttyS0")
    scanner.plug_in()
    with listening(f"serial:{scanner.path}") as (ears, _):
        ears.state("up")
        with listening(f"serial:{scanner.path}") as (others, _):
            assert "another program" in others.state("down").reason
    scanner.pull_out()


# ── network ─────────────────────────────────────────────────────────────────────────────────────────


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def test_network_scanners_send_lines_to_the_address_they_were_given():
    port = free_port()
    with listening(f"tcp:127.0.0.1:{port}") as (ears, _):
        ears.state("up")
        with (
            socket.create_connection(("127.0.0.1", port)) as one,
            socket.create_connection(("127.0.0.1", port)) as two,
        ):
            one.sendall(b"69012345")
            two.sendall(b"two\r\n")
            assert ears.code() == "two", "two scanners' pieces are not mixed"
            one.sendall(b"67892\r\n")
            assert ears.code() == GTIN
            one.sendall(b"half")
        assert "middle of a code" in ears.unreadable()


def test_more_connections_than_a_shop_has_scanners_are_refused():
    port = free_port()
    with listening(f"tcp:127.0.0.1:{port}") as (ears, _), contextlib.ExitStack() as open_:
        ears.state("up")
        for number in range(MOST_CONNECTIONS):
            sock = open_.enter_context(socket.create_connection(("127.0.0.1", port)))
            sock.sendall(f"{number}\n".encode())
            assert ears.code() == str(number)
        late = open_.enter_context(socket.create_connection(("127.0.0.1", port)))
        late.settimeout(SOON_S)
        assert late.recv(10) == b""


def test_a_flood_on_the_network_loses_nothing_and_stops_nothing():
    port = free_port()
    with listening(f"tcp:127.0.0.1:{port}") as (ears, _), contextlib.ExitStack() as open_:
        ears.state("up")
        sock = open_.enter_context(socket.create_connection(("127.0.0.1", port)))
        sock.sendall(b"".join(b"%d\n" % number for number in range(100)))
        assert [ears.code() for _ in range(100)] == [str(number) for number in range(100)]
        sock.sendall(b"x" * 60_000 + b"\nok\n")
        assert "10000" in ears.unreadable()
        assert ears.code() == "ok"


def test_a_port_that_is_taken_is_tried_again_until_it_is_free():
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with listening(f"tcp:127.0.0.1:{port}") as (ears, _):
        assert str(port) in ears.state("down").reason
        taken.close()
        ears.state("up")


def test_a_scanner_that_is_called_is_called_again_when_it_hangs_up():
    with socket.create_server(("127.0.0.1", 0)) as scanner:
        scanner.settimeout(SOON_S)
        with listening(f"call:127.0.0.1:{scanner.getsockname()[1]}") as (ears, _):
            for text in ("first", "second"):
                line, _ = scanner.accept()
                ears.state("up")
                line.sendall(f"{text}\r\n".encode())
                assert ears.code() == text
                line.close()
                ears.state("down")


# ── USB keyboards ───────────────────────────────────────────────────────────────────────────────────


class Event(NamedTuple):
    type: int
    code: int
    value: int


class PipeKeyboard:
    """Stands at the port for an evdev device: a pipe that carries events as the kernel writes them."""

    FORMAT = "qqHHi"

    def __init__(self, name: str) -> None:
        self.name = name
        self.grabbed = 0
        self.is_caps_on = False
        self.out, self.hand = os.pipe()
        os.set_blocking(self.out, False)

    def fileno(self) -> int:
        return self.out

    def grab(self) -> None:
        self.grabbed += 1

    def leds(self) -> list[int]:
        return [ecodes.LED_CAPSL] if self.is_caps_on else []

    def read(self) -> list[Event]:
        size = struct.calcsize(self.FORMAT)
        data = os.read(self.out, size * 64)
        if not data:
            raise OSError(19, "No such device")
        return [Event(*each[2:]) for each in struct.iter_unpack(self.FORMAT, data)]

    def close(self) -> None:
        os.close(self.out)

    def write(self, kind: int, code: int, value: int) -> None:
        os.write(self.hand, struct.pack(self.FORMAT, 0, 0, kind, code, value))


def type_digits(write: Callable[[int, int, int], None], digits: str) -> None:
    """Press the keys of a number and Enter."""
    for code in [*(ecodes.ecodes[f"KEY_{digit}"] for digit in digits), ecodes.KEY_ENTER]:
        for value in (1, 2, 0):  # Pressed, repeated by the kernel, let go.
            write(ecodes.EV_KEY, code, value)
            write(ecodes.EV_SYN, ecodes.SYN_REPORT, 0)


def test_a_usb_scanner_is_grabbed_read_and_taken_again_after_it_was_pulled_out():
    plugged: dict[str, PipeKeyboard] = {}

    def find() -> list[Found]:
        return [Found(path=path, name=each.name, vendor=0x0C2E, product=1) for path, each in plugged.items()]

    def opener(path: str) -> PipeKeyboard:
        return plugged[path]

    with listening(HidSource("auto", find=find, opener=opener)) as (ears, _):
        assert "plugged in" in ears.state("down").reason
        for path in ("/dev/input/event7", "/dev/input/event9"):
            keyboard = plugged[path] = PipeKeyboard("Voyager")
            ears.state("up")
            assert keyboard.grabbed == 1
            time.sleep(OPENED_S * 1.5)
            type_digits(keyboard.write, GTIN)
            assert ears.code() == GTIN
            keyboard.write(ecodes.EV_KEY, ecodes.KEY_6, 1)
            keyboard.write(ecodes.EV_SYN, ecodes.SYN_DROPPED, 0)
            type_digits(keyboard.write, "901")
            assert "lost" in ears.unreadable()
            del plugged[path]
            os.close(keyboard.hand)
            ears.state("down")


def test_by_itself_only_what_is_plainly_a_scanner_is_grabbed():
    person = Found(path="/dev/input/event3", name="Logitech USB Keyboard", vendor=0x046D, product=0xC31C)
    honeywell = Found(path="/dev/input/event4", name="Metrologic Voyager", vendor=0x0C2E, product=0x0B61)
    cheap = Found(path="/dev/input/event5", name="USB Barcode Reader", vendor=0x1A86, product=0x5456)
    assert [matches(each, "auto") for each in (person, honeywell, cheap)] == [False, True, True]
    assert [matches(each, "046d:C31C") for each in (person, honeywell, cheap)] == [True, False, False]
    assert [matches(each, "name=barcode") for each in (person, honeywell, cheap)] == [False, False, True]


def test_a_real_input_device_is_grabbed_and_read():
    if not os.access("/dev/uinput", os.W_OK):
        pytest.skip("/dev/uinput is not there: no real input device can be made")
    keys: dict[int, Sequence[int]] = {ecodes.EV_KEY: list(range(ecodes.KEY_ESC, ecodes.KEY_KPDOT + 1))}
    with (
        evdev.UInput(keys, name="popshop test barcode scanner") as typist,
        listening("hid:name=popshop test barcode") as (ears, _),
    ):
        ears.state("up")
        time.sleep(OPENED_S * 1.5)
        with pytest.raises(OSError, match="busy"):
            evdev.InputDevice(typist.device.path).grab()
        type_digits(typist.write, GTIN)
        assert ears.code() == GTIN


# ── cameras ─────────────────────────────────────────────────────────────────────────────────────────

SIZE = (160, 120)


def film(path: Path, *scenes: str, fps: int = 25) -> Path:
    """A film of scenes: `noise` (a view of something), `still` (the same one) or `black`, a second each."""
    rng = np.random.default_rng(4)
    shape = (SIZE[1], SIZE[0], 3)
    still = rng.integers(0, 255, shape)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, SIZE)
    for scene in scenes:
        for _ in range(fps):
            noise = rng.integers(0, 255, shape)
            bright = {"noise": noise, "still": still, "black": np.zeros(shape)}[scene]
            writer.write(bright.astype(np.uint8))
    writer.release()
    return path


class Counting:
    """A pipeline that says how many pictures it was shown, and how bright."""

    def __init__(self) -> None:
        self.shown: list[tuple[float, float]] = []

    def feed(self, frame: Any, at_s: float) -> Sequence[Any]:
        self.shown.append((at_s, float(frame.mean())))
        return []


def camera(path: Path, eyes: Callable[[], Eyes], *, is_film: bool = False) -> CameraSource:
    return CameraSource("camera:test", CameraSettings(where=str(path), is_film=is_film), eyes)


def test_a_film_is_shown_whole_at_its_own_speed_and_ends(tmp_path):
    eyes = Counting()
    with listening(camera(film(tmp_path / "a.avi", "noise"), lambda: eyes, is_film=True)) as (ears, _):
        ears.state("up")
        assert ears.state("ended").reason == ""
        times = [at_s for at_s, _ in eyes.shown]
    assert len(times) == 25
    assert times == sorted(times)
    assert times[-1] - times[0] == pytest.approx(24 / 25)


def test_a_camera_that_is_pulled_out_comes_back_by_itself(tmp_path):
    path = tmp_path / "video0.avi"
    with listening(camera(path, Counting)) as (ears, _):
        assert "not there" in ears.state("down").reason
        film(tmp_path / "kept.avi", "noise")
        shutil.copy(tmp_path / "kept.avi", path)
        ears.state("up")
        path.unlink()
        assert ears.state("down").reason
        ears.until(lambda heard: isinstance(heard, SourceChanged) and "not there" in heard.reason)
        shutil.copy(tmp_path / "kept.avi", path)
        ears.state("up")


def test_a_live_camera_shows_its_newest_picture_and_queues_none(tmp_path):
    class Slow(Counting):
        def feed(self, frame: Any, at_s: float) -> Sequence[Any]:
            time.sleep(0.05)
            return super().feed(frame, at_s)

    eyes = Slow()
    # Read as a camera, a file gives its fifty pictures as fast as they can be unpacked.
    with listening(camera(film(tmp_path / "a.avi", "noise", "noise"), lambda: eyes)) as (ears, _):
        ears.state("up")
        ears.state("down")
    assert 0 < len(eyes.shown) < 50


def test_a_covered_lens_is_a_fault_and_over_when_it_sees_again(tmp_path):
    scenes = film(tmp_path / "b.avi", "noise", *["black"] * 4, *["noise"] * 2, fps=10)
    with listening(camera(scenes, Counting, is_film=True)) as (ears, _):
        troubles = [ears.until(lambda heard: isinstance(heard, PictureChanged)).trouble for _ in range(3)]
    assert troubles == ["", "picture_blank", ""]


def test_a_camera_that_hangs_on_one_picture_is_lost_until_it_shows_another(tmp_path):
    ticks = itertools.count()
    hanging, path = film(tmp_path / "hanging.avi", "still", "still"), tmp_path / "video0.avi"
    shutil.copy(hanging, path)
    ears = Ears()
    # Its clock goes on by a second whenever it is asked, so that nobody has to wait for a picture to be old.
    service = ScannerService([camera(path, NoEyes)], lambda: float(next(ticks)), QUICK)
    with service.running(ears.put):
        ears.state("up")
        assert "stands still" in ears.state("down").reason
        film(tmp_path / "alive.avi", "noise")
        os.replace(tmp_path / "alive.avi", path)
        ears.state("up")


@pytest.mark.parametrize("content", [b"", b"no film at all" * 100])
def test_a_file_that_is_no_film_is_a_state_and_not_a_crash(tmp_path, content):
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with listening(camera(path, NoEyes, is_film=True)) as (ears, _):
        assert "no picture" in ears.state("down").reason


def test_a_pipeline_that_breaks_is_one_source_s_trouble(tmp_path):
    class Broken:
        def feed(self, frame: Any, at_s: float) -> Sequence[Any]:
            raise ValueError("cannot see")

    port = free_port()
    broken = camera(film(tmp_path / "a.avi", "noise"), Broken)
    with listening(broken, f"tcp:127.0.0.1:{port}") as (ears, _):
        ears.until(lambda heard: isinstance(heard, SourceChanged) and "cannot see" in heard.reason)
        with socket.create_connection(("127.0.0.1", port)) as scanner:
            scanner.sendall(b"still here\r")
            assert ears.code() == "still here"
