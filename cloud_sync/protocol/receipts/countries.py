"""What a receipt carries in each country, as data: fields, words, notes, and where each rule is written.

This tells what to print, not that a till is certified: France and Germany ask for certified systems (see the notes).
A country that is not here gets ELSEWHERE.
"""

from __future__ import annotations

from typing import Final

import msgspec


class FiscalField(msgspec.Struct, frozen=True, kw_only=True):
    """A line about the seller. `key` is its name in `StoreRules.fiscal`; staff are told of a required one missing."""

    key: str
    label: str
    """In the country's own words."""
    required: bool = True


class Country(msgspec.Struct, frozen=True, kw_only=True):
    """One country's receipt."""

    code: str
    tax_word: str
    tax_inclusive: bool
    """Whether prices shown to a shopper contain the tax."""
    net_word: str
    fields: tuple[FiscalField, ...]
    notes: tuple[str, ...] = ()
    reduced_below_bp: int = 0
    """Lines taxed at a rate below this are marked with `reduced_mark`; 0: nowhere."""
    reduced_mark: str = ""
    sources: tuple[str, ...]


def _field(key: str, label: str, *, required: bool = True) -> FiscalField:
    return FiscalField(key=key, label=label, required=required)


ELSEWHERE: Final = Country(
    code="",
    tax_word="税 Tax",
    tax_inclusive=True,
    net_word="未税 Net",
    fields=(_field("seller_name", "销售方 Seller"), _field("address", "地址 Address", required=False)),
    sources=("no rule of a country: what any shopper may expect",),
)

_ALL: Final = (
    Country(
        code="CN",
        tax_word="增值税",
        tax_inclusive=True,
        net_word="不含税",
        fields=(
            _field("seller_name", "销售方"),
            _field("taxpayer_number", "统一社会信用代码"),
            _field("address", "地址", required=False),
        ),
        notes=("本小票不是发票；如需发票，请凭小票向本店索取。",),
        sources=(
            "中华人民共和国发票管理办法 (2023) 第三条、第十八条: a fapiao is a document of its own, given on request",
        ),
    ),
    Country(
        code="DE",
        tax_word="MwSt.",
        tax_inclusive=True,
        net_word="Netto",
        fields=(
            _field("seller_name", "Name"),
            _field("address", "Anschrift"),
            _field("tax_number", "Steuernummer / USt-IdNr."),
            _field("system_serial", "Seriennummer des Aufzeichnungssystems"),
            _field("tse_serial", "Seriennummer der TSE"),
        ),
        notes=("Ohne Signatur einer technischen Sicherheitseinrichtung (TSE).",),
        sources=(
            "§ 146a Abs. 2 AO and § 6 KassenSichV: what a receipt carries, the signature of a certified TSE among it",
            "§ 33 UStDV: invoices up to 250 EUR",
        ),
    ),
    Country(
        code="FR",
        tax_word="TVA",
        tax_inclusive=True,
        net_word="HT",
        fields=(
            _field("seller_name", "Raison sociale"),
            _field("address", "Adresse"),
            _field("siret", "SIRET"),
            _field("tax_number", "N° TVA intracommunautaire"),
        ),
        notes=("Imprimé à la demande du client.",),
        sources=(
            "art. 286 I 3° bis CGI: till software keeps its records unaltered, secured and archived, and is attested",
            "art. L541-15-10 Code de l'environnement (loi AGEC, art. 49): receipts are printed when asked for",
        ),
    ),
    Country(
        code="JP",
        tax_word="消費税",
        tax_inclusive=True,
        net_word="税抜",
        fields=(
            _field("seller_name", "発行者"),
            _field("registration_number", "登録番号"),
            _field("address", "住所", required=False),
        ),
        notes=("※は軽減税率対象品目",),
        reduced_below_bp=1000,
        reduced_mark="※",
        sources=(
            "消費税法 第57条の4 第2項: the simplified qualified invoice: issuer, registration number, date, goods "
            "with the reduced rate marked, totals per rate, tax or rate",
        ),
    ),
    Country(
        code="GB",
        tax_word="VAT",
        tax_inclusive=True,
        net_word="Net",
        fields=(
            _field("seller_name", "Seller"),
            _field("address", "Address"),
            _field("tax_number", "VAT number"),
        ),
        sources=("The Value Added Tax Regulations 1995, reg. 16: retailers' invoices up to 250 GBP",),
    ),
    Country(
        code="US",
        tax_word="Sales tax",
        tax_inclusive=False,
        net_word="Subtotal",
        fields=(
            _field("seller_name", "Seller"),
            _field("address", "Address", required=False),
            _field("permit_number", "Seller's permit", required=False),
        ),
        sources=(
            "no federal rule on a receipt's form; taxes are the states'",
            "15 U.S.C. § 1681c(g): no more than the last 5 digits of a card number, and no expiry date",
        ),
    ),
)

COUNTRIES: Final = {country.code: country for country in _ALL}
"""By ISO 3166-1 code."""


def country(code: str) -> Country:
    """What a receipt carries there."""
    return COUNTRIES.get(code, ELSEWHERE)
