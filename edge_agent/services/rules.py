"""What a store is run by, and the shape of what decides: shared by every room's handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cloud_sync.protocol import facts
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import Refusal
from edge_agent.services.ports import Reader

Outcome = list[facts.Fact] | Refusal


@dataclass(frozen=True, slots=True)
class CodeKey:
    """What this store signs its codes with: the key's name, and both raw halves (Ed25519)."""

    name: str
    private: bytes = field(repr=False)
    public: bytes


@dataclass(frozen=True, slots=True)
class Rules:
    """What a store is run by: its policy and the ways of paying that are wired."""

    policy: Policy
    payment_methods: frozenset[str]
    shares_stock: bool = False
    """The store has a headquarters, which it asks for more when it runs out."""
    receipt_secret: bytes = b""
    """What receipts' tokens are made with, so that nobody finds a page by counting."""
    prints: bool = False
    """There is a receipt printer."""
    code_key: CodeKey | None = None
    """What codes of the store's own are signed with; None: it hands no coupons out."""


Handler = Callable[[Reader, Any, datetime, Rules], Outcome]
