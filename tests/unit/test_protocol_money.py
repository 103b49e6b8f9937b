"""Money: whole minor units, read exactly, written for people."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.money import MAX_MINOR, MoneyError, exponent, format_minor, parse_minor

currencies = st.sampled_from(["CNY", "USD", "EUR", "JPY", "KWD", "XYZ"])


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("4.5", "CNY", 450),
        ("4.50", "CNY", 450),
        (" 0.01 ", "CNY", 1),
        ("0", "CNY", 0),
        ("1e2", "CNY", 10_000),
        ("120", "JPY", 120),
        ("1.250", "KWD", 1_250),
        ("10000000000", "CNY", MAX_MINOR),
    ],
)
def test_an_amount_is_read_to_the_minor_unit(text, currency, minor):
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "says"),
    [
        ("", "CNY", "not an amount"),
        ("four", "CNY", "not an amount"),
        ("4,50", "CNY", "not an amount"),
        ("NaN", "CNY", "not an amount"),
        ("Infinity", "CNY", "not an amount"),
        ("-0.01", "CNY", "below zero"),
        ("0.001", "CNY", "finer than"),
        ("1.5", "JPY", "finer than"),
        ("10000000000.01", "CNY", "too large"),
        ("1e999999", "CNY", "too large"),
    ],
)
def test_what_is_no_price_is_refused_with_its_reason(text, currency, says):
    with pytest.raises(MoneyError, match=says):
        parse_minor(text, currency)


@given(st.integers(min_value=0, max_value=MAX_MINOR), currencies)
def test_every_amount_survives_being_written_and_read(minor, currency):
    assert parse_minor(str(Decimal(minor).scaleb(-exponent(currency))), currency) == minor


@given(st.text(max_size=60), currencies)
def test_any_text_is_an_amount_in_range_or_a_money_error(text, currency):
    try:
        assert 0 <= parse_minor(text, currency) <= MAX_MINOR
    except MoneyError as error:
        assert str(error)


@given(st.decimals(allow_nan=True, allow_infinity=True), currencies)
def test_any_decimal_is_an_amount_in_range_or_a_money_error(amount, currency):
    try:
        assert 0 <= parse_minor(str(amount), currency) <= MAX_MINOR
    except MoneyError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (450, "CNY", "¥4.50"),
        (0, "CNY", "¥0.00"),
        (1, "USD", "$0.01"),
        (-450, "CNY", "−¥4.50"),
        (123_456_789, "CNY", "¥1,234,567.89"),
        (120, "JPY", "¥120"),
        (1_250, "KWD", "KWD 1.250"),
    ],
)
def test_an_amount_is_written_for_a_person(minor, currency, text):
    assert format_minor(minor, currency) == text


@given(st.integers(min_value=-MAX_MINOR, max_value=MAX_MINOR), currencies)
def test_a_written_amount_has_the_currency_s_decimals_and_the_same_digits(minor, currency):
    text = format_minor(minor, currency)
    digits = "".join(character for character in text if character.isdigit())
    assert int(digits) == abs(minor)
    assert text.startswith("−") == (minor < 0)
    assert len(text.partition(".")[2]) == exponent(currency)
