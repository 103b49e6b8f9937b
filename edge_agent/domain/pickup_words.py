"""What the shop says no to about pick-up codes, in both languages."""

from __future__ import annotations

from typing import Final

PICKUP_REFUSALS: Final[dict[str, tuple[int, str, str]]] = {
    "order_code_invalid": (
        409,
        "这不是本店的取货码，请出示付款后得到的取货码。",
        "This is no pick-up code of ours. Show the one that you got after paying.",
    ),
    "order_code_elsewhere": (
        409,
        "此取货码属于另一家门店，请到那里取货。",
        "This pick-up code is another store's. Please collect it there.",
    ),
}
