"""Ways of paying, by the names they have in facts, in the API and on receipts."""

from __future__ import annotations

from typing import Final

NONE: Final = "none"
"""Nothing to pay."""
COUNTER: Final = "counter"
"""A staff member took cash."""
CARD: Final = "card"
"""A staff member took it with the counter's own card terminal."""
SANDBOX: Final = "sandbox"
"""Training and demos: a page with a pay button."""
SIGNED: Final = "signed"
"""Offline-proof: headquarters took the money and signed a receipt for it."""
ALIPAY: Final = "alipay"
WECHAT: Final = "wechat"

BY_HAND: Final = frozenset({COUNTER, CARD})
"""A person confirms these, and gives them back."""
BY_CODE: Final = frozenset({ALIPAY, WECHAT})
"""A phone may show a payment code for these instead of reading ours."""
