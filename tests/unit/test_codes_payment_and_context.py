"""Payment codes, and what the context decides; what may be kept of a text that somebody scanned."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.codes.errors import CodeError
from cloud_sync.protocol.codes.masking import masked
from cloud_sync.protocol.codes.meaning import CONTEXTS, Meaning, context_of, meaning_of
from cloud_sync.protocol.codes.payment_codes import Wallet
from cloud_sync.protocol.product_codes import check_digit

WECHAT = "134567890123456789"
ALIPAY = "281234567890123456"
BOTH = "10614141234567890" + str(check_digit("10614141234567890"))
"""A carton's number (GS1's own example of an SSCC) that WeChat Pay could show as well."""


def wallet(name: Wallet) -> Meaning:
    return Meaning(meaning="payment_code", wallet=name)


# ── which numbers are payment codes ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("prefix", range(10, 16))
def test_eighteen_digits_from_10_to_15_are_wechat_s(prefix):
    assert meaning_of(f"{prefix}0000000000000000") == wallet("wechat")


@pytest.mark.parametrize("prefix", range(25, 31))
@pytest.mark.parametrize("length", [16, 18, 24])
def test_sixteen_to_twenty_four_digits_from_25_to_30_are_alipay_s(prefix, length):
    assert meaning_of(str(prefix).ljust(length, "7")) == wallet("alipay")


@pytest.mark.parametrize("text", [
    "9" * 18, "16" + "0" * 16, "24" + "0" * 16, "31" + "0" * 16, "13" + "0" * 15, "13" + "0" * 17, "28" + "0" * 13,
    "28" + "0" * 23,
])  # fmt: skip
def test_other_numbers_are_none(text):
    told = meaning_of(text, context="payment")
    assert told.meaning == "unknown"
    assert text[2:] not in told.error


def test_the_till_says_what_a_payment_code_looks_like():
    assert "18 digits" in meaning_of("31" + "0" * 16, context="payment").error


@pytest.mark.parametrize("symbology", ["", "QR", "QRCode", "Code128", "]Q1", "]C0", "something new"])
def test_wallets_show_qr_codes_and_code_128(symbology):
    assert meaning_of(WECHAT, symbology) == wallet("wechat")


@pytest.mark.parametrize("symbology", ["EAN-13", "ITF", "Data Matrix", "Code 39", "UPC-A", "PDF417"])
def test_no_other_symbol_is_a_payment_code(symbology):
    told = meaning_of(WECHAT, symbology, "payment")
    assert told.meaning == "unknown"
    assert told.error
    assert WECHAT not in told.error


def test_a_book_s_price_beside_its_number_makes_eighteen_digits_and_is_no_payment():
    assert meaning_of("]E3" + "9780143007234" + "54999", context="payment").meaning == "gtin"


@pytest.mark.parametrize("prefix", ["]Q1", "]C0"])
def test_a_reader_s_prefix_is_taken_off_a_payment_code(prefix):
    assert meaning_of(prefix + ALIPAY) == wallet("alipay")


# ── context ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("context", ["", "payment", "kiosk", "product", "staff"])
def test_a_number_that_may_be_both_is_a_payment_code_wherever_no_goods_come_in(context):
    assert meaning_of(BOTH, context=context) == wallet("wechat")


def test_where_goods_come_in_it_is_the_carton_s():
    assert meaning_of(BOTH, context="goods_in") == Meaning(meaning="gs1", ais={"00": BOTH})
    assert meaning_of(BOTH, "Code 128", "goods_in").ais == {"00": BOTH}


@pytest.mark.parametrize("text", ["]C100" + BOTH, "(00)" + BOTH, "00" + BOTH])
@pytest.mark.parametrize("context", ["", "payment", "goods_in"])
def test_with_its_identifier_it_is_the_carton_s_everywhere(text, context):
    assert meaning_of(text, context=context).ais == {"00": BOTH}


def test_a_payment_code_held_up_where_goods_come_in_stays_one():
    assert meaning_of(WECHAT, context="goods_in") == wallet("wechat")
    assert meaning_of(BOTH, "QR", "goods_in") == wallet("wechat")


def test_a_carton_s_number_with_a_wrong_digit_is_refused_where_goods_come_in():
    assert "check digit" in meaning_of("376104250021234560", context="goods_in").error


@pytest.mark.parametrize("text", ["376104250021234569", "006141411234567890"])
def test_a_bare_carton_s_number_elsewhere_says_where_it_would_be_read(text):
    told = meaning_of(text)
    assert told.meaning == "unknown"
    assert "(00)" in told.error


def test_a_product_is_a_product_also_at_the_till():
    assert meaning_of("4006381333931", context="payment").meaning == "gtin"


@pytest.mark.parametrize(
    ("word", "context"), [("goods-in", "goods_in"), ("Payment", "payment"), ("checkout", "payment"), ("", "")]
)
def test_a_context_is_named_as_people_say_it(word, context):
    assert context_of(word) == context


def test_an_unknown_context_is_refused_with_those_there_are():
    with pytest.raises(CodeError, match="goods_in, kiosk, payment"):
        context_of("moon")
    assert set(CONTEXTS.values()) == {context_of(word) for word in CONTEXTS}


# ── what may be kept ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (WECHAT, "13…89"),
        ("]Q1" + WECHAT, "]Q11…89"),
        ("1345 6789 0123 4567 89", "13…89"),
        ("1345-6789-0123-4567-89", "13…89"),
        (f"https://pay.example/{WECHAT}?x=1", "https://pay.example/13…89?x=1"),
        ("１３４５６７８９０１２３４５６７８９", "１３…８９"),
        ("9" * 16, "99…99"),
        # What is no secret stays as it is.
        ("4006381333931", "4006381333931"),
        ("https://id.gs1.org/01/09506000134352/10/AB", "https://id.gs1.org/01/09506000134352/10/AB"),
        ("(01)09506000134352(17)261231", "(01)09506000134352(17)261231"),
        ("店 3", "店 3"),
        # Nobody's screen is turned round or cleared by what was scanned.
        ("a\x00\x1b[2J\u202eb", "a\ufffd\ufffd[2J\ufffdb"),
        ("\ud800", "\ufffd"),
        ("x" * 1_000, "x" * 256),
        ("PS1.M.ABC.DEF", "PS1.M.…"),
        ("ps1.s.abc.def", "ps1.s.…"),
        ("https://shop.example/?c=PS1.E.ABC.DEF&d=1", "https://shop.example/?c=PS1.E.…&d=1"),
        ("PS1.C.ABC.DEF", "PS1.C.ABC…"),
        ("PS1.R.ABC.DEF01", "PS1.R.ABC…"),
        ("PS9.X.ABC.DEF", "PS9.X.…"),
    ],
)
def test_only_so_much_of_a_text_is_kept(text, kept):
    assert masked(text) == kept


payment_codes = st.one_of(
    st.tuples(st.integers(10, 15), st.text("0123456789", min_size=16, max_size=16)),
    st.tuples(st.integers(25, 30), st.text("0123456789", min_size=14, max_size=22)),
).map(lambda parts: f"{parts[0]}{parts[1]}")


@given(
    payment_codes,
    st.sampled_from(["", " ", "-", " - ", "\t", ".", "_", "\x1d", "\u00a0"]),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_no_more_than_four_digits_at_each_end_of_a_payment_code_are_ever_kept(code, between, before, after):
    kept = masked(before + between.join(code) + after)
    digits = re.sub(r"\D", "", kept)
    assert not any(code[at : at + 9] in digits for at in range(len(code) - 8))
    assert between.join(code)[2:] not in kept


@given(payment_codes, st.sampled_from(sorted(set(CONTEXTS.values()) - {"goods_in"})))
def test_what_a_payment_code_means_never_repeats_it(code, context):
    told = meaning_of(code, "", context)
    assert told.meaning == "payment_code"
    assert code not in repr(told)


@given(st.text(max_size=300))
def test_what_is_kept_is_printable_short_and_masks_to_itself(text):
    kept = masked(text)
    assert len(kept) <= 256
    assert kept.isprintable() or "\ufffd" in kept
    assert masked(kept) == kept
