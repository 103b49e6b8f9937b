"""USB scanners that type like a keyboard, through evdev: grabbed, so that they type into nothing else. Linux only.

Finds them by what they are, reads their keys, hands the keys to `wedge`. Opens nothing but input devices.
"""

from __future__ import annotations

import errno
import os
import select
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol

import evdev
import msgspec
from evdev import ecodes

from hardware.scanner.sources.source import Clock, Happening, SourceLost
from hardware.scanner.sources.wedge import Wedge

KEY_UP: Final = 0
KEY_DOWN: Final = 1
MAKERS: Final = frozenset({0x05E0, 0x05F9, 0x0536, 0x067E, 0x0C2E, 0x1EAB})
"""USB vendors that make scanners and no keyboards: Zebra (Symbol), Datalogic (PSC), Honeywell (Hand Held Products,
Intermec, Metrologic), Newland."""
TELLING_NAMES: Final = ("barcode", "bar code", "scanner", "qr code", "imager")
NEEDED_KEYS: Final = frozenset({ecodes.KEY_0, ecodes.KEY_9, ecodes.KEY_ENTER})
INPUT_FOLDER: Final = Path("/dev/input")


class KeyEvent(Protocol):
    """One event of Linux's input system."""

    @property
    def type(self) -> int:
        """EV_KEY, EV_SYN …"""

    @property
    def code(self) -> int:
        """Which key."""

    @property
    def value(self) -> int:
        """0 let go, 1 pressed, 2 held."""


class Keyboard(Protocol):
    """What we use of `evdev.InputDevice`. Everything but `close` raises OSError when it was pulled out."""

    def fileno(self) -> int:
        """To wait on."""

    def grab(self) -> None:
        """Keep its keys from everybody else."""

    def leds(self) -> list[int]:
        """The lights that are on."""

    def read(self) -> Iterable[KeyEvent]:
        """What waits."""

    def close(self) -> None:
        """Let go of it; the grab ends too."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A keyboard of the system, and whether it is plainly a scanner."""

    path: str
    name: str
    vendor: int
    product: int

    @property
    def is_scanner(self) -> bool:
        """A person's keyboard must never be taken for one: by `auto`, only these are grabbed."""
        name = self.name.lower()
        return self.vendor in MAKERS or any(telling in name for telling in TELLING_NAMES)

    @property
    def usb_id(self) -> str:
        """As `lsusb` writes it."""
        return f"{self.vendor:04x}:{self.product:04x}"


def find_keyboards() -> list[Found]:
    """Everything that can type digits and Enter and that we may open."""
    found = []
    for path in sorted(evdev.list_devices()):
        try:
            device = evdev.InputDevice(path)
        except OSError:
            continue  # Pulled out while we looked.
        try:
            if set(device.capabilities().get(ecodes.EV_KEY, [])) >= NEEDED_KEYS:
                info = device.info
                found.append(Found(path=path, name=device.name, vendor=info.vendor, product=info.product))
        finally:
            device.close()
    return found


def open_keyboard(path: str) -> Keyboard:
    """Raises OSError."""
    device: Keyboard = evdev.InputDevice(path)
    return device


def matches(found: Found, which: str) -> bool:
    """Whether `which` means this one: auto, 0c2e:0b61, name=part of its name."""
    if which == "auto":
        return found.is_scanner
    if which.startswith("name="):
        return which.removeprefix("name=").lower() in found.name.lower()
    return found.usb_id == which.lower()


class HidSource:
    """Implements `Source`. `which` is a path under /dev/input or what `matches` takes."""

    def __init__(
        self,
        which: str,
        *,
        find: Callable[[], list[Found]] = find_keyboards,
        opener: Callable[[str], Keyboard] = open_keyboard,
    ) -> None:
        self._which = which
        self._find = find
        self._opener = opener
        self.name = f"hid:{which}"

    def open(self, clock: Clock) -> HidSession:
        """See `Source.open`. Of several that fit, the first that nobody else has grabbed."""
        why = self._absent()
        for path in self._paths():
            try:
                return self._grab(path, clock)
            except OSError as error:
                why = _why(error, path)
        raise SourceLost(why)

    def _paths(self) -> list[str]:
        if self._which.startswith("/"):
            return [self._which]
        return [found.path for found in self._find() if matches(found, self._which)]

    def _grab(self, path: str, clock: Clock) -> HidSession:
        keyboard = self._opener(path)
        try:
            keyboard.grab()
            wedge = Wedge(caps_lock=ecodes.LED_CAPSL in keyboard.leds(), opened_s=clock())
        except BaseException:
            keyboard.close()
            raise
        return HidSession(keyboard, wedge, clock)

    def _absent(self) -> str:
        closed = [path for path in INPUT_FOLDER.glob("event*") if not os.access(path, os.R_OK | os.W_OK)]
        if closed:
            return "no right to read some of /dev/input: add this user to the group input"
        return f"no scanner that fits hid:{self._which} is plugged in"


class HidSession:
    """Implements `Session`."""

    def __init__(self, keyboard: Keyboard, wedge: Wedge, clock: Clock) -> None:
        self._keyboard = keyboard
        self._wedge = wedge
        self._clock = clock

    def read(self, wait_s: float) -> Sequence[Happening]:
        """See `Session.read`."""
        try:
            events = list(self._keyboard.read()) if self._is_typing(wait_s) else []
        except BlockingIOError:
            events = []
        except (OSError, ValueError) as error:
            raise SourceLost(f"the scanner went away: {error}") from None
        now_s = self._clock()
        happenings: list[Happening] = []
        for event in events:
            if event.type == ecodes.EV_SYN and event.code == ecodes.SYN_DROPPED:
                self._wedge.spoil("keys were lost on the way")
            elif event.type == ecodes.EV_KEY and event.value in (KEY_UP, KEY_DOWN):
                happenings += self._wedge.key(event.code, event.value == KEY_DOWN, now_s)
        return happenings or self._wedge.tick(now_s)

    def identify(self) -> None:
        """See `Session.identify`. A keyboard has nothing to beep with."""

    def close(self) -> None:
        """See `Session.close`."""
        try:
            self._keyboard.close()
        except OSError:
            return  # What is pulled out is closed.

    def _is_typing(self, wait_s: float) -> bool:
        return bool(select.select([self._keyboard.fileno()], [], [], wait_s)[0])


def _why(error: OSError, path: str) -> str:
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            return f"{path} is not there: the scanner is not plugged in"
        case errno.EACCES | errno.EPERM:
            return f"no right to use {path}: add this user to the group input"
        case errno.EBUSY:
            return f"{path} is grabbed by another program"
    return f"{path}: {error.strerror or error}"
