"""What visitors do at devices, as interactions of the journal."""

from __future__ import annotations

from cloud_sync.protocol import facts
from cloud_sync.protocol.codes.masking import masked
from cloud_sync.protocol.codes.meaning import Meaning
from hardware import messages

KINDS: dict[type[messages.Report], str] = {
    messages.PersonSensed: "person_sensed",
    messages.ItemPickedUp: "item_picked_up",
    messages.ItemPutBack: "item_put_back",
    messages.ItemTouched: "item_touched",
    messages.ItemSensed: "item_sensed",
    messages.Exposure: "exposure",
}
NEVER_KEPT = frozenset({"item", "tag"})
"""Fields that are no detail: the item has a field of its own; a tag names the very unit that somebody carries."""
MAX_SYMBOLOGY_CHARS = 40
MAX_SLOT_CHARS = 64


def item_of(report: messages.Report) -> str:
    """The SKU a report names, or nothing."""
    item = getattr(report, "item", "")
    return item if isinstance(item, str) else ""


def interaction(device: str, report: messages.Report, brand: str) -> list[facts.Fact]:
    """The interaction a report tells of."""
    detail = {name: getattr(report, name) for name in report.__struct_fields__ if name not in NEVER_KEPT}
    return [
        facts.Interaction(
            device=device, kind=KINDS[type(report)], item=item_of(report), brand=brand, detail=detail
        )
    ]


def scanned(
    device: str, report: messages.CodeScanned, meaning: Meaning, item: str, brand: str
) -> list[facts.Fact]:
    """That a code was scanned, and what it means; `item` is the SKU that carries it, where the catalogue has one.

    A payment code never reaches the journal whole, nor does a code that stands for a person.
    """
    detail = {
        "symbology": masked(report.symbology)[:MAX_SYMBOLOGY_CHARS],
        "text": masked(report.text),
        "meaning": meaning.meaning,
        "gtin14": meaning.gtin14,
        "error": meaning.error,
    }
    return [facts.Interaction(device=device, kind="code_scanned", item=item, brand=brand, detail=detail)]


def selected(device: str, report: messages.SlotSelected, sku: str, brand: str) -> list[facts.Fact]:
    """Somebody pressed a machine's button without having paid: they looked at what the slot holds."""
    detail = {
        "slot": report.slot[:MAX_SLOT_CHARS],
        "price_minor": report.price_minor,
        "currency": report.currency[:MAX_SLOT_CHARS],
        "at_machine": True,
    }
    return [facts.Interaction(device=device, kind="item_viewed", item=sku, brand=brand, detail=detail)]
