"""Orders that somebody comes for: by their signed code, or by what is typed of their name."""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.codes.own_codes import looks_like
from edge_agent.adapters.sqlite_store.reading import Entity, Reading
from edge_agent.domain.pickup import LEAST_TYPED, OVER_THE_COUNTER, code_of, read_code, typed
from edge_agent.domain.refusals import Refusal
from edge_agent.services.rules import CodeKey

MOST_FOUND: Final = 20


class PickupQueries(Reading):
    """The part of `Queries` on picking up. `code_key` is what the store signs with; without it there are no codes."""

    code_key: CodeKey | None = None

    def order_of_code(self, text: str) -> str | Refusal:
        """The order of a signed code, if it is ours. It may be one that this file does not have."""
        if self.code_key is None:
            return Refusal("order_code_invalid", "this store signs nothing")
        keys = {self.code_key.name: self.code_key.public}
        return read_code(text, keys, self._store_name())

    def orders_typed(self, text: str) -> list[str] | Refusal:
        """Orders by a code that is typed or wedged in, whole or by its last LEAST_TYPED or more characters.

        A whole name finds any order, an end of it only those that somebody handed over or is to.
        """
        if looks_like(text.strip()):
            found = self.order_of_code(text)
            return found if isinstance(found, Refusal) else self._named(found)
        name = typed(text)
        if len(name) < LEAST_TYPED:
            return []
        ending = self._rows(
            "SELECT order_id FROM handovers WHERE substr(order_id, -4) = ?1"
            " AND substr(order_id, -length(?2)) = ?2 GROUP BY order_id ORDER BY MAX(at) DESC LIMIT ?3",
            name[-4:],
            name,
            MOST_FOUND,
        )
        return [row["order_id"] for row in ending] or self._named(name)

    def _named(self, order: str) -> list[str]:
        return [row["id"] for row in self._rows("SELECT id FROM orders WHERE id = ?", order)]

    def pickup_code(self, order: str, handovers: list[Entity]) -> str:
        """The code to show at the counter, while something is to be handed over there; else nothing."""
        waits = any(each["state"] == "requested" and each["how"] in OVER_THE_COUNTER for each in handovers)
        if not waits or self.code_key is None:
            return ""
        return code_of(order, self._store_name(), self.code_key.name, self.code_key.private)

    def _store_name(self) -> str:
        return str((self._one("SELECT id FROM store") or {"id": ""})["id"])
