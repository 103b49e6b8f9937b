"""Why a text that looks like a code is not one."""

from __future__ import annotations


class CodeError(ValueError):
    """One plain sentence for whoever holds the code; it never repeats a payment code's digits."""
