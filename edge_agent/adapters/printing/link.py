"""The line to a receipt printer: over the network with its status, or a device file without; by python-escpos."""

from __future__ import annotations

from typing import Final

from escpos.constants import RT_STATUS_ONLINE
from escpos.escpos import Escpos
from escpos.exceptions import Error
from escpos.printer import File, Network

from edge_agent.adapters.printing.address import PrinterAddress

TIMEOUT_S: Final = 5.0
_TRANSMIT_PAPER: Final = b"\x1dr\x01"
"""GS r 1 is answered in its turn: after everything before it was worked off, other than the DLE EOT of a status."""


class PrinterTrouble(Exception):
    """It cannot print now; `code` is unreachable, paper_out, not_ready or broke_off."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code = code


class PrinterLink:
    """One printer, open. Leave it with `close`."""

    def __init__(self, address: PrinterAddress) -> None:
        """Raises PrinterTrouble."""
        self._network = bool(address.host)
        self._printer: Escpos = (
            Network(address.host, address.port, timeout=TIMEOUT_S)
            if self._network
            else File(address.path, auto_flush=True)
        )
        try:
            self._printer.open()
        except (Error, OSError) as error:
            raise PrinterTrouble("unreachable", str(error)) from None

    def check(self) -> None:
        """Raises PrinterTrouble unless it is ready and has paper; a device file cannot say."""
        if not self._network:
            return
        try:
            paper = self._printer.paper_status()
            status = self._printer.query_status(RT_STATUS_ONLINE)
        except OSError as error:
            raise PrinterTrouble("unreachable", str(error)) from None
        if paper == 0:
            raise PrinterTrouble("paper_out")
        # DLE EOT 1: bit 3 is set while the printer is off line (ESC/POS command reference).
        if not status or status[0] & 0x08:
            raise PrinterTrouble("not_ready")

    def send(self, data: bytes) -> None:
        """Returns when the printer worked it off; raises PrinterTrouble when nobody knows how much there is of it."""
        try:
            self._printer._raw(data)
            if self._network:
                self._printer._raw(_TRANSMIT_PAPER)
                if not self._printer._read():
                    raise PrinterTrouble("broke_off", "the printer closed the line")
        except OSError as error:
            raise PrinterTrouble("broke_off", str(error)) from None

    def close(self) -> None:
        """Let go of it."""
        self._printer.close()
