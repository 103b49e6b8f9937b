"""What every store of a soak sells: the same products, so that all of them draw on one pool of stock."""

from __future__ import annotations

from typing import Any, Final

PRODUCTS: Final = 8
CAPACITY: Final = 60
FIRST_COUNT: Final = 40
MACHINE: Final = "vm-1"
SHELF: Final = "shelf-1"
SKUS: Final = tuple(f"SOAK-{number}" for number in range(1, PRODUCTS + 1))
CURRENCY: Final = "CNY"
TIMEZONE: Final = "Asia/Shanghai"


def slot_of(sku: str) -> str:
    """Where a product lies in the machine."""
    return sku.rpartition("-")[2]


def price_minor(sku: str) -> int:
    """Its price."""
    return 300 + 50 * int(slot_of(sku))


def catalogue() -> list[dict[str, Any]]:
    """The products for `POST /api/catalogue`."""
    return [
        {
            "sku": sku,
            "name_zh": f"商品 {slot_of(sku)}",
            "name_en": f"Product {slot_of(sku)}",
            "price_minor": price_minor(sku),
        }
        for sku in SKUS
    ]


def planogram() -> list[dict[str, Any]]:
    """The machine's slots for `POST /api/planogram`."""
    return [
        {
            "device": MACHINE,
            "slot": slot_of(sku),
            "sku": sku,
            "par_level": CAPACITY // 2,
            "capacity": CAPACITY,
            "count": FIRST_COUNT,
        }
        for sku in SKUS
    ]


def machine_slots() -> list[dict[str, Any]]:
    """The slots as the machine knows them: it never runs out, so that only the books decide what is sold."""
    return [
        {
            "slot": slot_of(sku),
            "capacity": 10_000,
            "count": 10_000,
            "price_minor": price_minor(sku),
            "item": sku,
        }
        for sku in SKUS
    ]
