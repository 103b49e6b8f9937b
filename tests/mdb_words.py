"""MDB conversations as tests write them down: who says what, in words, with the bytes where they matter.

    vmc: VEND REQUEST 1.50 item 3     | 13 00 00 96 00 03 AC
    us:  ACK
    shop: approve
    vmc: POLL
    us:  VEND APPROVED 1.50           | 05 00 96 9B

`shop:` is what the driver orders, `then:` what it is told (in order, all of it), `state:` where the reader stands,
`wait:` lets seconds pass. Data of ours is confirmed with ACK unless the next line is `vmc: NAK`, `RET` or `(nothing)`.
"""

from __future__ import annotations

import re

from hardware.vending.mdb import port
from hardware.vending.mdb.frames import ACK, MODE, NAK, RET, Words, command_words
from hardware.vending.mdb.profile import Profile
from hardware.vending.mdb.reader import Reader
from hardware.vending.mdb.trace import Interpreter

VMC_ID = b"VMC" + b"000000000001" + b"TEST MACHINE" + b"\x01\x00"
SIMPLE = {
    "RESET": b"\x00",
    "POLL": b"\x02",
    "VEND CANCEL": b"\x03\x01",
    "VEND FAILURE": b"\x03\x03",
    "SESSION COMPLETE": b"\x03\x04",
    "READER DISABLE": b"\x04\x00",
    "READER ENABLE": b"\x04\x01",
    "READER CANCEL": b"\x04\x02",
    "REVALUE LIMIT": b"\x05\x01",
    "REQUEST ID": b"\x07\x00" + VMC_ID,
    "TIME AND DATE": b"\x07\x03" + bytes(10),
    "FTL REQUEST TO SEND": b"\x07\xfe" + bytes(5),
    "DIAGNOSTICS": b"\x07\xff\x01\x02\x03",
    "UNKNOWN COMMAND": b"\x06\x2a\x2b",
}
CONFIRMATIONS = {"ACK": ACK, "NAK": NAK, "RET": RET}
MONEY = re.compile(r"(\d+)\.(\d\d)")


def command(text: str, wide: bool = False, address: int = 0x10) -> bytes:
    """A controller's block, without its checksum."""
    amounts = [int(whole) * 100 + int(cents) for whole, cents in MONEY.findall(text)]
    money = [amount.to_bytes(4 if wide else 2, "big") for amount in amounts]
    found = re.search(r"item (\d+)", text)
    item = int(found[1]).to_bytes(2, "big") if found else b"\xff\xff"
    match text.split():
        case ["SETUP", "CONFIG", "level", level]:
            body = b"\x01\x00" + bytes([int(level), 16, 2, 1])
        case ["SETUP", "PRICES", *_]:
            body = b"\x01\x01" + money[1] + money[0] + (b"\x11\x56" if wide else b"")
        case ["VEND", "REQUEST", *_]:
            body = b"\x03\x00" + money[0] + item
        case ["VEND", "SUCCESS", *_]:
            body = b"\x03\x02" + item
        case ["CASH", "SALE", *_]:
            body = b"\x03\x05" + money[0] + item + (b"\x11\x56" if wide else b"")
        case ["REVALUE", _] if money:
            body = b"\x05\x00" + money[0]
        case ["ENABLE", "OPTIONS", bits]:
            body = b"\x07\x04" + int(bits, 16).to_bytes(4, "big")
        case _:
            body = SIMPLE[text]
    return bytes([address | body[0]]) + body[1:]


class Talk:
    """A reader on the bench, and somebody who reads both sides of a conversation to it."""

    def __init__(self, profile: Profile | None = None, wire: port.Wire | None = None) -> None:
        self.profile = profile or Profile(serial="42")
        self.reader = Reader(self.profile, wire)
        self.now_s = 100.0
        self.happened: list[port.Happening] = []
        self.said: list[Words] = []
        self.request = 0
        self.last: Words = ()
        """What we said last."""
        self._interpreter = Interpreter(self.profile)

    def put(self, *inputs: port.ReaderInput) -> None:
        turn = self.reader.update(self.now_s, inputs)
        self.happened += turn.happened
        self.said += turn.send
        self.request = max(
            [self.request, *(h.request for h in turn.happened if isinstance(h, port.Selected))]
        )

    def hear(self, *words: int) -> None:
        self.put(port.Heard(words))

    def read(self, text: str) -> Talk:
        """Hold the conversation; whatever does not go as written fails."""
        lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
        for number, line in enumerate(lines):
            who, _, what = line.partition(":")
            what, _, octets = (part.strip() for part in what.partition("|"))
            match who:
                case "vmc":
                    assert not self.said, f"before {line!r} we said {[self._words(w) for w in self.said]}"
                    self._vmc(what, octets)
                case "us":
                    self._us(line, what, octets)
                    following = lines[number + 1] if number + 1 < len(lines) else ""
                    is_data = what not in ("ACK", "NAK", "(nothing)")
                    if is_data and following not in ("vmc: NAK", "vmc: RET", "vmc: (nothing)", "vmc: ACK"):
                        self.hear(ACK)
                case "shop":
                    self._shop(what)
                case "then":
                    expected = [name.strip() for name in what.split(",")]
                    assert [name(h) for h in self.happened] == expected, line
                    self.happened.clear()
                case "state":
                    assert self.reader.state.name == what, line
                case "wait":
                    self.now_s += float(what.removesuffix("s"))
                    self.put()
                case _:
                    raise AssertionError(f"who says {line!r}?")
        assert not self.said, [self._words(words) for words in self.said]
        return self

    def _vmc(self, what: str, octets: str) -> None:
        if what in CONFIRMATIONS:
            self.hear(CONFIRMATIONS[what])
        elif what != "(nothing)":
            data = command(what.removeprefix("damaged "), self.reader.wide, self.profile.address)
            words = command_words(data)
            if octets:
                assert bytes(word & 0xFF for word in words) == bytes.fromhex(octets), what
            if what.startswith("damaged "):
                words = (*words[:-1], words[-1] ^ 0x01)
            self.hear(*words)
            if data[0] & 0x07 == 6 or data[1:2] == b"\xff":
                self.put(port.Silence())  # nobody knows how long it is: it ends where the line falls silent

    def _us(self, line: str, what: str, octets: str) -> None:
        if what == "(nothing)":
            assert not self.said, line
            return
        assert self.said, f"{line!r}: we said nothing"
        words = self.last = self.said.pop(0)
        assert self._words(words) == what, line
        if octets:
            assert bytes(word & 0xFF for word in words) == bytes.fromhex(octets), line
        assert [bool(word & MODE) for word in words] == [False] * (len(words) - 1) + [True], line

    def _words(self, words: Words) -> str:
        return self._interpreter.answer(words, self.reader.wide) or "ACK"

    def _shop(self, what: str) -> None:
        amounts = MONEY.findall(what)
        match what.split():
            case ["begin", _, *rest]:
                funds = int(amounts[0][0]) * 100 + int(amounts[0][1])
                self.put(port.BeginSession(funds, self.now_s + (float(rest[1]) if rest else 60)))
            case ["approve", *rest]:
                self.put(port.Approve(self.request, self.now_s + (float(rest[1]) if rest else 60)))
            case ["deny"]:
                self.put(port.Deny(self.request))
            case ["end"]:
                self.put(port.EndSession())
            case ["line", "lost"]:
                self.put(port.LineGone())
            case _:
                raise AssertionError(f"what does the shop want with {what!r}?")


def name(happening: port.Happening) -> str:
    """`Selected 1.50 item 3`, `StateIs ENABLED`, `Dispensed` …"""
    match happening:
        case port.StateIs(state=state, always_idle=always_idle):
            return f"StateIs {state.name}{' always idle' if always_idle else ''}"
        case port.Selected(price=price, item=item):
            return f"Selected {price // 100}.{price % 100:02} item {item}"
        case port.SoldForCash(price=price, item=item):
            return f"SoldForCash {price // 100}.{price % 100:02} item {item}"
        case port.Dispensed(by_reset=True):
            return "Dispensed by reset"
        case port.BusQuiet(quiet=quiet):
            return "BusQuiet" if quiet else "BusTalks"
    return type(happening).__name__


SET_UP = """
    vmc: RESET
    us: ACK
    vmc: POLL
    us: JUST RESET
    vmc: SETUP CONFIG level 3
    us: READER CONFIG level 3
    vmc: SETUP PRICES 0.50 to 5.00
    us: ACK
    vmc: READER ENABLE
    us: ACK
    then: StateIs DISABLED, StateIs ENABLED
"""
IN_SESSION = (
    SET_UP
    + """
    shop: begin 1.50
    vmc: POLL
    us: BEGIN SESSION 1.50
    then: StateIs SESSION_IDLE
"""
)
ASKED = (
    IN_SESSION
    + """
    vmc: VEND REQUEST 1.50 item 3
    us: ACK
    then: StateIs VEND, Selected 1.50 item 3
"""
)
APPROVED = (
    ASKED
    + """
    shop: approve
    vmc: POLL
    us: VEND APPROVED 1.50
    then: ApprovalSent
"""
)
