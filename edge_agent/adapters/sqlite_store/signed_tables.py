"""What finds the payment that a signed receipt paid: a receipt is used up by its `PaymentPaid`, in this very file."""

from __future__ import annotations

from typing import Final

SIGNED_TABLES: Final = """
CREATE INDEX payments_by_receipt ON payments (provider_ref) WHERE method = 'signed' AND paid_at <> ''
"""
