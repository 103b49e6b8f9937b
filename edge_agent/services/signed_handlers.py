"""Per command about signed receipts: load what the rule needs, decide."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from edge_agent.domain import commands, signed_receipt
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.signed_receipt import PresentReceipt
from edge_agent.services.ports import Reader
from edge_agent.services.rules import Handler, Outcome, Rules


def _present(r: Reader, c: PresentReceipt, now: datetime, rules: Rules) -> Outcome:
    keys = {name: bytes.fromhex(key) for name, key in r.store_rules().code_keys.items()}
    receipt = signed_receipt.look(c.text, keys, r.store_id(), now)
    if isinstance(receipt, Refusal):
        return receipt
    found = r.order(receipt.order)
    queued = {} if found is None else r.queued({line.device for line in found.lines})
    used_by = r.paid_by_receipt(receipt.id)
    return signed_receipt.accept(found, receipt, used_by, queued, now, rules.policy)


SIGNED_HANDLERS: Final[dict[type[commands.Command], Handler]] = {PresentReceipt: _present}
