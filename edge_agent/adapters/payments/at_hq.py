"""The ways of paying that a store with a headquarters has beside its own: by receipts that headquarters signs."""

from __future__ import annotations

from edge_agent.adapters.identity import Identity
from edge_agent.adapters.payments.hq_page import HqPage, SignedReceipts
from edge_agent.adapters.payments.port import PaymentProvider
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.methods import SIGNED
from edge_agent.services.rules import CodeKey


def at_hq(identity: Identity, queries: Queries, key: CodeKey) -> dict[str, PaymentProvider]:
    """By method; nothing for a store that stands alone."""
    if not identity.hq_url:
        return {}

    def phone_url() -> str:
        return queries.reader().store_rules().phone_url

    page = HqPage(identity.hq_url, identity.token, phone_url)
    return {SIGNED: SignedReceipts(page, key, identity.store, queries, phone_url)}
