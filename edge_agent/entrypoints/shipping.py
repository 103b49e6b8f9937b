"""Before an order with something to send is placed: its address is kept, and the warehouse's units are reserved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cloud_sync.protocol.handover_facts import SHIP_STORE, SHIP_WAREHOUSE
from edge_agent.adapters.address_desk import AddressDesk
from edge_agent.adapters.contacts import Contact, ContactBook, TooManyContacts
from edge_agent.adapters.warehouse import WarehouseAway, WarehouseDesk, WarehouseRefuses
from edge_agent.domain.commands import PlaceOrder, RequestedLine
from edge_agent.domain.order import order_id
from edge_agent.entrypoints.door import Refused

KnownOrder = Callable[[str], dict[str, Any] | None]


class Shipping:
    """Without a `warehouse` (a store that stands alone) nothing is sent from there."""

    def __init__(
        self, contacts: ContactBook, warehouse: WarehouseDesk | None, known: KnownOrder, typed: AddressDesk
    ) -> None:
        """`typed`: what shoppers at kiosks type on their phones."""
        self.typed = typed
        self._contacts = contacts
        self._warehouse = warehouse
        self._known = known

    async def prepared(self, command: PlaceOrder, to: Contact | None) -> PlaceOrder:
        """The command with its reservations. Raises Refused; then nothing is kept that does not expire."""
        ways = {line.handover for line in command.lines} & {SHIP_STORE, SHIP_WAREHOUSE}
        order = order_id(command.id)
        if not ways or self._known(order) is not None:
            return command
        if to is None or not to.complete:
            raise Refused("address_missing")
        if SHIP_STORE in ways:
            # Before the order: one that is paid for must not be without its address after a crash.
            try:
                self._contacts.keep(order, to)
            except TooManyContacts:
                raise Refused("busy") from None
        if SHIP_WAREHOUSE not in ways:
            return command
        lines = await asyncio.to_thread(self._reserved, order, command.lines, to)
        return replace(command, lines=lines)

    def _reserved(
        self, order: str, lines: tuple[RequestedLine, ...], to: Contact
    ) -> tuple[RequestedLine, ...]:
        if self._warehouse is None:
            raise Refused("warehouse_offline")
        out: list[RequestedLine] = []
        for number, line in enumerate(lines, 1):
            if line.handover == SHIP_WAREHOUSE:
                try:
                    name = self._warehouse.reserve(order, number, line.sku, line.qty, to)
                except WarehouseAway:
                    raise Refused("warehouse_offline") from None
                except WarehouseRefuses as no:
                    raise Refused(
                        "sold_out" if no.code == "sold_out" else "warehouse_offline", line.sku
                    ) from None
                line = replace(line, reservation=name)
            out.append(line)
        return tuple(out)

    def imagined(self, command: PlaceOrder) -> PlaceOrder:
        """For a quote: as if the warehouse had promised its units."""
        if self._warehouse is None:
            return command
        lines = (
            replace(line, reservation="quote") if line.handover == SHIP_WAREHOUSE else line
            for line in command.lines
        )
        return replace(command, lines=tuple(lines))

    def refused(self, command: PlaceOrder) -> None:
        """The order was refused after all: its address is nobody's business any more."""
        order = order_id(command.id)
        if self._known(order) is None:
            self._contacts.erase(order)
