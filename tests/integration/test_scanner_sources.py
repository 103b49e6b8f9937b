"""Real lines that codes come over: a pty, key events, TCP sockets; pulled out and plugged in again."""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import struct
import time
import tty
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import evdev
import pytest
from evdev import ecodes

from hardware.scanner.port import DrawAttention, SourceChanged
from hardware.scanner.sources.hid import Found, HidSource, matches
from hardware.scanner.sources.lines import OPENED_S
from hardware.scanner.sources.network import MOST_CONNECTIONS
from tests.scanner_ears import SOON_S, free_port, listening

GTIN = "6901234567892"


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
