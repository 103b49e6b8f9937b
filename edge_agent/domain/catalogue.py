"""The catalogue: what may be sold, under which names, at which price."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_sync.protocol import facts
from cloud_sync.protocol.money import MAX_MINOR
from cloud_sync.protocol.product_codes import ProductCodeError, normalise_gtin
from edge_agent.domain.commands import ListedItem, ListItems
from edge_agent.domain.order import Item
from edge_agent.domain.refusals import Refusal


def list_items(command: ListItems, currency: str, known: Mapping[str, Item]) -> list[facts.Fact] | Refusal:
    """Take a catalogue import; all items or none. A GTIN with a wrong check digit refuses the import by name.

    `known` are those items that are in the catalogue already: a new price is the next version of it.
    """
    out: list[facts.Fact] = []
    prices = {sku: (item.price_minor, item.currency) for sku, item in known.items()}
    versions = {sku: item.price_version for sku, item in known.items()}
    for item in command.items:
        problem = _problem(item)
        if problem:
            return Refusal("malformed", f"{item.sku or 'an item'}: {problem}")
        price = (item.price_minor, currency)
        if prices.get(item.sku) != price:
            prices[item.sku] = price
            versions[item.sku] = versions.get(item.sku, 0) + 1
        out.append(
            facts.ItemListed(
                sku=item.sku,
                gtin=normalise_gtin(item.gtin) if item.gtin else "",
                name_zh=item.name_zh or item.name_en,
                name_en=item.name_en or item.name_zh,
                brand=item.brand,
                category=item.category,
                price_minor=item.price_minor,
                currency=currency,
                tax_rate_bp=item.tax_rate_bp,
                price_version=versions[item.sku],
                food=item.food,
                tax_group=item.tax_group,
            )
        )
    return out


def _problem(item: ListedItem) -> str:
    if not item.sku or len(item.sku) > 64:
        return "a SKU has 1 to 64 characters"
    if not (item.name_zh or item.name_en):
        return "a name is missing"
    if not 0 <= item.price_minor <= MAX_MINOR:
        return f"the price {item.price_minor} is out of range"
    if not 0 <= item.tax_rate_bp <= 10_000:
        return f"the tax rate {item.tax_rate_bp} is not 0 to 10000 basis points"
    if item.gtin:
        try:
            normalise_gtin(item.gtin)
        except ProductCodeError as error:
            return str(error)
    return ""
