"""What headquarters tells a store: numbered rows per store and epoch, applied one by one, in order, once.

A row is kept as its bytes. Each effect is a fact in the store's ledger, written in the transaction that moves the
store's place in this log, so a row is neither lost nor applied twice.
"""

from __future__ import annotations

from typing import Final

import msgspec

from cloud_sync.protocol.envelope import UNREADABLE
from cloud_sync.protocol.shop_instructions import SHOP_TYPES, ShopInstruction

MAX_DOWN_PER_REPLY: Final = 500


class DownRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row. `type` names the instruction in `data`, its version included."""

    seq: int
    epoch: int
    type: str
    at: str
    """Headquarters' clock, RFC 3339."""
    data: msgspec.Raw


class Grant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The store may sell `qty` more. Headquarters moved them into the store's hold in the transaction of this row."""

    grant: str
    sku: str
    qty: int
    source: str = "pool"
    """`pool`, or `limbo` for what a count brought back."""
    why: str = ""


class Recall(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request: give back up to `qty`. Only the store's `RightsReleased` moves anything."""

    recall: str
    sku: str
    qty: int
    why: str = ""


class Pin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Put `qty` aside for somebody who reserved online. `how`: picked_up or shipped."""

    reservation: str
    sku: str
    qty: int
    how: str = "picked_up"
    for_whom: str = ""
    """A pick-up code that staff see, never a name."""


class Unpin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The reservation is off: its units may be sold again."""

    reservation: str
    sku: str
    qty: int


class Shortage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A count found goods for `qty` fewer units than the store holds: it gives them up, or owes them."""

    claim: str
    sku: str
    qty: int


StockInstruction = Grant | Recall | Pin | Unpin | Shortage
Instruction = StockInstruction | ShopInstruction

TYPES: Final[dict[str, type[Instruction]]] = {
    "popshop.down.grant.v1": Grant,
    "popshop.down.recall.v1": Recall,
    "popshop.down.pin.v1": Pin,
    "popshop.down.unpin.v1": Unpin,
    "popshop.down.shortage.v1": Shortage,
    **SHOP_TYPES,
}
_names: Final = {cls: name for name, cls in TYPES.items()}
_row_decoder: Final = msgspec.json.Decoder(DownRow)
_decoders: Final = {name: msgspec.json.Decoder(cls) for name, cls in TYPES.items()}
_encoder: Final = msgspec.json.Encoder()


class UnreadableRow(ValueError):
    """Not a row of a down log at all; the text says why."""


def write(seq: int, epoch: int, at: str, instruction: Instruction) -> bytes:
    """A row's bytes."""
    row = DownRow(
        seq=seq,
        epoch=epoch,
        type=_names[type(instruction)],
        at=at,
        data=msgspec.Raw(_encoder.encode(instruction)),
    )
    return _encoder.encode(row)


def read_row(body: bytes | msgspec.Raw) -> DownRow:
    """Read a row's number and type. Raises UnreadableRow."""
    try:
        return _row_decoder.decode(body)
    except UNREADABLE as error:
        raise UnreadableRow(str(error)) from None


def read_instruction(row: DownRow) -> Instruction | str:
    """What the row asks for, or a sentence why this version cannot tell."""
    decoder = _decoders.get(row.type)
    if decoder is None:
        return f"unknown type {row.type[:80]}"
    try:
        instruction: Instruction = decoder.decode(row.data)
    except UNREADABLE as error:
        return f"{row.type}: {error}"
    if isinstance(instruction, StockInstruction) and instruction.qty < 1:
        return f"{row.type}: a quantity of {instruction.qty}"
    return instruction
