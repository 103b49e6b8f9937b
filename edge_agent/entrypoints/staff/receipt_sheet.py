"""Pure: receipts on the tablet: the buttons on an order's card, the sheet behind them, and the printer's card."""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain import commands
from edge_agent.domain.receipt_commands import PrintReceipt
from edge_agent.entrypoints.staff.parts import button, money, text
from edge_agent.entrypoints.staff.sheet_parts import confirm
from edge_agent.entrypoints.staff.sheets import Sheet, Tap, Told
from edge_agent.entrypoints.staff.shop import Shop
from edge_agent.entrypoints.staff.words import Language, word


@dataclass(frozen=True, kw_only=True)
class PrintOut(Sheet):
    """One receipt on paper."""

    receipt: str
    copies: int

    def press(self, tap: Tap, shop: Shop) -> tuple[Sheet, commands.Command | None]:
        if tap == ("yes",):
            return self._asks(PrintReceipt(self._id, self.receipt, "staff"))
        return super().press(tap, shop)

    def _done(self, shop: Shop) -> Told:
        return Told("done_receipt")


def opened(shop: Shop, receipt: str, key: str) -> PrintOut | None:
    """The sheet of a receipt of the order that is looked at; None when it is not there."""
    found = next((each for each in shop.receipts if each["receipt"] == receipt), None)
    return None if found is None else PrintOut(key=key, receipt=receipt, copies=found["begun"])


def sheet(language: Language, shown: PrintOut) -> tuple[str, str]:
    """The sheet's title and body."""
    means = word(language, "receipt_copy_means" if shown.copies else "receipt_means", text(shown.receipt))
    return word(language, "receipt_title"), confirm(language, shown, means, word(language, "receipt_yes"))


def rows(language: Language, shop: Shop) -> str:
    """An order's receipts, each with its button where there is a printer."""
    return "".join(
        f'<div class="row"><span class="words">{word(language, "receipt_of")} {text(each["receipt"])}</span>'
        f'<span class="size">{money(each["amount_minor"], each["currency"])}</span></div>'
        for each in shop.receipts
    )


def buttons(language: Language, shop: Shop) -> str:
    """One for each receipt, where there is a printer."""
    if shop.printer is None:
        return ""
    return "".join(
        button(
            word(language, "receipt_again" if each["begun"] else "receipt_print", text(each["receipt"])),
            "print",
            each["receipt"],
        )
        for each in shop.receipts
    )


def card(language: Language, shop: Shop) -> str:
    """Why nothing comes out of the printer though somebody waits; nothing while it works."""
    if not shop.printer_waits or shop.printer is None:
        return ""
    return (
        f'<article class="card" data-key="printer"><div class="top"><span class="kind">{word(language, "printer")}'
        f'</span></div><div class="why"><div>{word(language, f"printer_{shop.printer}")}</div>'
        f"<div>{word(language, 'printer_waits', shop.prints)}</div></div></article>"
    )
