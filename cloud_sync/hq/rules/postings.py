"""What double entry is made of: a posting, and the balances that postings change."""

from __future__ import annotations

from typing import NamedTuple


class Posting(NamedTuple):
    """One transfer between accounts. `cause` says what kind of act; `reference` names the grant, reservation, receipt.

    `store`, `epoch`, `seq` name the ledger row it comes from; `seq` is 0 for an act of headquarters itself.
    """

    sku: str
    source: str
    target: str
    qty: int
    cause: str
    reference: str = ""
    store: str = ""
    epoch: int = 0
    seq: int = 0


Balances = dict[tuple[str, str], int]
"""(account, SKU) → units, for the accounts whose balance is kept: pool, holds and limbos."""
