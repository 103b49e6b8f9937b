"""Every word a shopper can read, in the languages of the store."""

from __future__ import annotations

from typing import Final

from kiosk_ui.i18n import en, zh
from kiosk_ui.shop import Language

TABLES: Final[dict[Language, dict[str, str]]] = {"zh": zh.WORDS, "en": en.WORDS}


def say(language: Language, key: str, **values: object) -> str:
    """The words for a key, with values put in. Raises KeyError for a key no table has."""
    return TABLES[language][key].format(**values)


def category_name(language: Language, category: str) -> str:
    """A category in words; one we have no word for is "more"."""
    table = TABLES[language]
    return table.get(f"category.{category}", table["category.other"])
