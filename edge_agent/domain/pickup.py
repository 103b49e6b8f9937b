"""Picking up: the signed code that stands for an order, and how its pick-up stands. Pure; nothing is handed over here.

The code names the order and the store, no person and no amount. Typed by hand, an order's name or its end serves too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cloud_sync.protocol.codes import own_codes
from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.handover_facts import PICKUP, STAFF
from edge_agent.domain.refusals import Refusal

OVER_THE_COUNTER: Final = frozenset({STAFF, PICKUP})
"""Ways to hand over for which a shopper comes to a person of the store."""
LEAST_TYPED: Final = 4
"""Characters of an order's end by which it is looked for; fewer fit too many."""
_MISREAD: Final = str.maketrans("018", "OIB")
"""What base 32 does not have, as the letters that look like it (RFC 4648 §6)."""


def code_of(order: str, store: str, key: str, private_key: bytes) -> str:
    """The signed code of an order: the same whenever it is asked for."""
    return own_codes.mint("order", own_codes.Content(key=key, id=order, store=store), private_key)


def read_code(text: str, keys: Mapping[str, bytes], store: str) -> str | Refusal:
    """The order that a code stands for, if this store signed it; no network is needed to tell."""
    try:
        code = own_codes.read(text.strip())
    except CodeError as error:
        return Refusal("order_code_invalid", str(error))
    if code.kind != "order":
        return Refusal("order_code_invalid", "not an order's code")
    if code.content.store != store:
        return Refusal("order_code_elsewhere", code.content.store)
    signature, why = own_codes.check_signature(code, keys)
    return code.content.id if signature == "valid" else Refusal("order_code_invalid", why)


def typed(text: str) -> str:
    """What somebody typed of an order's name: capitals or not, spaces and hyphens or not, 0 for O."""
    return "".join(text.split()).replace("-", "").upper().translate(_MISREAD)


def standing(order: Mapping[str, Any]) -> dict[str, Any]:
    """How an order's pick-up stands, of the order as screens see it.

    `standing`: ready, collected (with `at` and `by`), refunded, unpaid, cancelled, or nothing (to pick up).
    """
    lines = [each for each in order["handovers"] if each["how"] in OVER_THE_COUNTER]
    done = sorted((each["sold_at"], each["by"]) for each in lines if each["state"] == "done")
    at, by = done[-1] if done else ("", "")
    if order["state"] in ("open", "awaiting_payment"):
        found = "unpaid"
    elif order["state"] in ("cancelled", "expired"):
        found = "cancelled"
    elif any(each["state"] == "requested" for each in lines):
        found = "ready"
    elif done:
        found = "collected"
    else:
        found = "refunded" if lines or order["state"] == "refunded" else "nothing"
    return {"order": order["id"], "standing": found, "at": at, "by": by}
