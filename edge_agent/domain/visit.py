"""What visitors do at devices, as interactions of the journal."""

from __future__ import annotations

from cloud_sync.protocol import facts
from hardware import messages

KINDS: dict[type[messages.Report], str] = {
    messages.PersonSensed: "person_sensed",
    messages.ItemPickedUp: "item_picked_up",
    messages.ItemPutBack: "item_put_back",
    messages.ItemTouched: "item_touched",
    messages.Exposure: "exposure",
    messages.CodeScanned: "code_scanned",
}
PAYMENT_CODE_LENGTHS = range(16, 25)


def item_of(report: messages.Report) -> str:
    """The SKU a report names, or nothing."""
    item = getattr(report, "item", "")
    return item if isinstance(item, str) else ""


def interaction(device: str, report: messages.Report, brand: str) -> list[facts.Fact]:
    """The interaction a report tells of."""
    detail = {name: getattr(report, name) for name in report.__struct_fields__ if name != "item"}
    if isinstance(report, messages.CodeScanned):
        detail["text"] = masked(report.text)
    return [
        facts.Interaction(
            device=device, kind=KINDS[type(report)], item=item_of(report), brand=brand, detail=detail
        )
    ]


def masked(text: str) -> str:
    """A scanned text fit for the journal: what may be a payment code (16–24 digits) is never kept whole."""
    if text.isascii() and text.isdigit() and len(text) in PAYMENT_CODE_LENGTHS:
        return f"{text[:2]}…{text[-2:]}"
    return text[:256]
