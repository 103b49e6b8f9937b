"""Coins and notes of a currency, by their minor units, the largest first: what a counting sheet lists.

As issued for circulation by the People's Bank of China (renminbi), the European Central Bank and the U.S. Mint and
Federal Reserve. A currency that is not here is counted as one amount.
"""

from __future__ import annotations

from typing import Final

DENOMINATIONS: Final[dict[str, tuple[int, ...]]] = {
    "CNY": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10),
    "EUR": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "USD": (10_000, 5_000, 2_000, 1_000, 500, 100, 25, 10, 5, 1),
}
