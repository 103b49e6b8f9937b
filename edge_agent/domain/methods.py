"""Ways of paying that need no provider."""

from __future__ import annotations

COUNTER = "counter"
"""A staff member took the money by hand (cash or a card terminal of its own)."""
NONE = "none"
"""Nothing to pay."""
