"""The conversation on the bus in words a technician reads: `VEND REQUEST 1.50 item 3`. Pure."""

from __future__ import annotations

from typing import Final

from hardware.vending.mdb import requests
from hardware.vending.mdb.codes import Command, Response, State
from hardware.vending.mdb.frames import ACK, NAK, RET, Confirmation, Damaged, Frame, Words
from hardware.vending.mdb.profile import Profile

CONFIRMATIONS: Final = {RET: "RET", NAK: "NAK"}


class Interpreter:
    """Puts words of one device's conversation into text."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def command(self, frame: Frame, wide: bool) -> str:
        """What the controller said to us; empty for a POLL and an ACK."""
        match frame:
            case Confirmation(code=code):
                return "" if code == ACK else CONFIRMATIONS[code]
            case Damaged(data=data):
                return f"damaged: {data.hex(' ')}"
        request = requests.read_request(frame.data, wide)
        match request:
            case requests.Poll():
                return ""
            case requests.VendRequest(price=price, item=item) | requests.CashSale(price=price, item=item):
                name = "VEND REQUEST" if isinstance(request, requests.VendRequest) else "CASH SALE"
                return f"{name} {self._amount(price)} item {item}"
            case requests.VendSuccess(item=item):
                return f"VEND SUCCESS item {item}"
            case requests.SetupConfig(level=level):
                return f"SETUP CONFIG level {level}"
            case requests.SetupPrices(highest=highest, lowest=lowest):
                return f"SETUP PRICES {self._amount(lowest)} to {self._amount(highest)}"
            case requests.RequestId(maker=maker, serial=serial, model=model):
                return " ".join(["REQUEST ID from", *filter(None, (maker, serial, model))])
            case requests.EnableOptions(bits=bits):
                return f"ENABLE OPTIONS {bits:#04x}"
            case requests.PassedOver(command=command, sub=sub):
                known = command in Command.__members__.values()
                return f"{Command(command).name if known else f'COMMAND {command}'} {sub:02X}h (passed over)"
        return _spaced(type(request).__name__)

    def answer(self, words: Words, wide: bool) -> str:
        """What we said; empty for an ACK."""
        data = bytes(word & 0xFF for word in words)
        if len(data) == 1:
            return "NAK" if data[0] == NAK else ""
        code, body = Response(data[0]), data[1:-1]
        name = code.name.replace("_", " ")
        money = 4 if wide else 2
        match code:
            case Response.BEGIN_SESSION | Response.VEND_APPROVED:
                return f"{name} {self._amount(int.from_bytes(body[:money], 'big'))}"
            case Response.READER_CONFIG:
                return f"{name} level {body[0]}"
            case Response.OUT_OF_SEQUENCE if body:
                return f"{name} in {State(body[0]).name.replace('_', ' ')}"
        return name

    def _amount(self, units: int) -> str:
        whole = units * self._profile.scale
        decimals = self._profile.decimals
        return f"{whole // 10**decimals}.{whole % 10**decimals:0{decimals}}" if decimals else str(whole)


def _spaced(name: str) -> str:
    return "".join(f" {letter}" if letter.isupper() else letter.upper() for letter in name).strip()
