"""Does what a person asked for with a form, by the same acts as the API; what was refused is said in their language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from cloud_sync.hq.dashboard.acts import BadField, number
from cloud_sync.hq.dashboard.words import Language, has_word, word
from cloud_sync.hq.rules.rights import RightsRefused
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

    def days(self, name: str) -> float:
        try:
            return float(self.text(name))
        except ValueError:
            raise BadField(word(self._language, "refused.malformed")) from None


def do(acts: StockActs, act: str, values: Mapping[str, str], language: Language) -> None:
    """Do it, or raise BadField with words for the person who asked. Nothing is done in part, or twice."""
    try:
        answer = _DOINGS[act](acts, _Form(values, language), values.get("key", ""))
    except RightsRefused as refused:
        key = f"refused.{refused.code}"
        told = word(language, key) if has_word(key) else ""
        raise BadField(f"{told} ({refused.message})" if told else refused.message) from None
    if answer.get("new") is False:
        raise BadField(word(language, "refused.known_receipt"))
    if answer.get("moved") == 0:
        raise BadField(word(language, "refused.nothing"))


_DOINGS: Final[dict[str, Callable[[StockActs, _Form, str], dict[str, Any]]]] = {
    "grant": lambda acts, f, key: acts.grant(
        f.text("store"), f.text("sku"), f.whole("qty"), f.text("why"), key=key
    ),
    "recall": lambda acts, f, key: acts.recall(
        f.text("store"), f.text("sku"), f.whole("qty"), f.text("why"), key=key
    ),
    "receive": lambda acts, f, key: acts.receive(
        f.text("sku"), f.whole("qty"), f.text("receipt"), f.text("transfer"), key=key
    ),
    "correct": lambda acts, f, key: acts.correct(
        f.text("sku"), f.whole("difference"), f.text("why"), key=key
    ),
    "policy": lambda acts, f, key: acts.set_policy(
        f.text("store"), f.text("sku"), f.days("cover_days"), f.whole("minimum"), f.whole("ceiling"), key=key
    ),
    "bring-back": lambda acts, f, key: acts.bring_back(
        f.text("store"), f.text("sku"), f.whole("qty"), key=key
    ),
    "write-off": lambda acts, f, key: acts.write_off(f.text("store"), f.text("sku"), key=key),
    "close": lambda acts, f, key: acts.close_alert(
        f.text("kind"), f.text("store"), f.text("sku"), f.text("reference"), f.text("note"), key=key
    ),
    "retire": lambda acts, f, key: acts.retire(f.text("store"), key=key),
    "set-aside": lambda acts, f, key: acts.set_aside(f.text("store"), key=key),
}
