"""Does what a person asked for with a form, by the same acts as the API; what was refused is said in their language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from cloud_sync.hq.dashboard.acts import BadField, amount, number
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.offline_limits import OfflineLimits
from cloud_sync.hq.rules.rights import RightsRefused
from cloud_sync.hq.shipments import Shipments
from cloud_sync.hq.stock_acts import StockActs


class _Form:
    """The fields of one form, as an act takes them."""

    def __init__(self, values: Mapping[str, str], language: Language) -> None:
        self._values = values
        self._language = language

    def text(self, name: str) -> str:
        return self._values.get(name, "").strip()

    def whole(self, name: str) -> int:
        return number(self._language, self._values, name)

    def minor(self, name: str, currency: str) -> int:
        return amount(self._language, self._values, name, currency)

    def total(self, currency: str) -> int | None:
        """The limit of all payments together; None where it is ticked that there is none."""
        endless = self.text("no_total") == "1"
        if endless == bool(self.text("total")):
            raise BadField(word(self._language, "total_or_none"))
        return None if endless else self.minor("total", currency)

    def days(self, name: str) -> float:
        try:
            return float(self.text(name))
        except ValueError:
            raise BadField(word(self._language, "refused.malformed")) from None


class Desks(NamedTuple):
    """Who does what people ask for."""

    stock: StockActs
    limits: OfflineLimits
    shipments: Shipments


def do(desks: Desks, act: str, values: Mapping[str, str], language: Language) -> None:
    """Do it, or raise BadField with words for the person who asked. Nothing is done in part, or twice."""
    try:
        answer = _DOINGS[act](desks, _Form(values, language), values.get("key", ""))
    except RightsRefused as refused:
        key = f"refused.{refused.code}"
        told = word(language, key) if has_word(key) else ""
        raise BadField(f"{told} ({refused.message})" if told else refused.message) from None
    if answer.get("new") is False:
        raise BadField(word(language, "refused.known_receipt"))
    if answer.get("moved") == 0:
        raise BadField(word(language, "refused.nothing"))


def _lay_down(desks: Desks, form: _Form, _key: str) -> dict[str, Any]:
    store = form.text("store")
    currency = desks.limits.of(store).currency
    one, total = form.minor("payment", currency), form.total(currency)
    return desks.limits.lay_down(store, form.text("method"), one, total, form.text("why"))


_DOINGS: Final[dict[str, Callable[[Desks, _Form, str], dict[str, Any]]]] = {
    "grant": lambda desks, f, key: desks.stock.grant(
        f.text("store"), f.text("sku"), f.whole("qty"), f.text("why"), key=key
    ),
    "recall": lambda desks, f, key: desks.stock.recall(
        f.text("store"), f.text("sku"), f.whole("qty"), f.text("why"), key=key
    ),
    "receive": lambda desks, f, key: desks.stock.receive(
        f.text("sku"), f.whole("qty"), f.text("receipt"), f.text("transfer"), key=key
    ),
    "correct": lambda desks, f, key: desks.stock.correct(
        f.text("sku"), f.whole("difference"), f.text("why"), key=key
    ),
    "policy": lambda desks, f, key: desks.stock.set_policy(
        f.text("store"), f.text("sku"), f.days("cover_days"), f.whole("minimum"), f.whole("ceiling"), key=key
    ),
    "bring-back": lambda desks, f, key: desks.stock.bring_back(
        f.text("store"), f.text("sku"), f.whole("qty"), key=key
    ),
    "write-off": lambda desks, f, key: desks.stock.write_off(f.text("store"), f.text("sku"), key=key),
    "close": lambda desks, f, key: desks.stock.close_alert(
        f.text("kind"), f.text("store"), f.text("sku"), f.text("reference"), f.text("note"), key=key
    ),
    "retire": lambda desks, f, key: desks.stock.retire(f.text("store"), key=key),
    "set-aside": lambda desks, f, key: desks.stock.set_aside(f.text("store"), key=key),
    "offline-limit": _lay_down,
    "shipped": lambda desks, f, _key: desks.shipments.sent(f.text("reservation"), f.text("document")),
    "put-back": lambda desks, f, _key: desks.shipments.put_back(f.text("reservation")),
    "limit-default": lambda desks, f, _key: desks.limits.reset(f.text("store"), f.text("method")),
}
