"""The ways of paying that a store has by its headquarters: training money on its page, and receipts that it signs.

A store that stands alone has training money of its own instead (`sandbox.py`): never both.
"""

from __future__ import annotations

from edge_agent.adapters.identity import Identity
from edge_agent.adapters.payments.hq_page import HqPage, SignedReceipts
from edge_agent.adapters.payments.port import PaymentProvider
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.methods import SANDBOX, SIGNED
from edge_agent.services.rules import CodeKey


def at_hq(identity: Identity, queries: Queries, key: CodeKey) -> dict[str, PaymentProvider]:
    """By method; nothing for a store that stands alone."""
    if not identity.hq_url:
        return {}

    def phone_url() -> str:
        return queries.reader().store_rules().phone_url

    page = HqPage(identity.hq_url, identity.token, phone_url)
    return {SANDBOX: page, SIGNED: SignedReceipts(page, key, identity.store, queries, phone_url)}
