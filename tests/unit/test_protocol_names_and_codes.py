"""Names of stores and devices, and GTINs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.identifiers import LEDGER, STREAMS, is_name, name_from
from cloud_sync.protocol.product_codes import ProductCodeError, check_digit, normalise_gtin

digits = st.text(alphabet="0123456789")


@pytest.mark.parametrize("name", ["a", "vm-01", "hangzhou-west-lake", "0", "a" * 63])
def test_small_letters_digits_and_hyphens_make_a_name(name):
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "-a", "vm_01", "a/b", "a+", "#", "a b", "店", "a" * 64, "a\n", "²"])
def test_whatever_could_break_a_topic_a_file_or_an_address_is_no_name(name):
    assert not is_name(name)


@given(st.text(max_size=100))
def test_a_name_made_from_any_text_is_valid_and_stays_itself(text):
    try:
        name = name_from(text)
    except ValueError:
        assert re.search("[A-Za-z0-9]", text) is None
    else:
        assert is_name(name)
        assert name_from(name) == name


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        ("DQ 00012", "DQ-00012"),
        ("__VM#3__", "VM-3"),
        ("一号机 A1", "A1"),
        ("E43A6E078A04134", "E43A6E078A04134"),
    ],
)
def test_a_vendor_s_code_becomes_a_name(vendor, name):
    assert name_from(vendor) == name


def test_the_ledger_drains_before_interactions():
    assert STREAMS[0] == LEDGER


# Examples of GS1's own pages and of everyday packs.
@pytest.mark.parametrize(
    ("code", "normal"),
    [
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("4006381333931", "04006381333931"),
        ("6901939621608", "06901939621608"),
        ("10614141000415", "10614141000415"),
        (" 4006381333931\n", "04006381333931"),
    ],
)
def test_a_gtin_of_any_length_becomes_fourteen_digits(code, normal):
    assert normalise_gtin(code) == normal


@pytest.mark.parametrize(
    "code", ["", "4006381333932", "123456789", "40063813339３1", "400638133393X", "-4006381333931"]
)
def test_a_code_with_a_wrong_digit_length_or_sign_is_refused(code):
    with pytest.raises(ProductCodeError):
        normalise_gtin(code)


@given(digits.filter(lambda body: len(body) in (7, 11, 12, 13)))
def test_a_code_with_its_check_digit_is_accepted_and_normal_form_is_final(body):
    code = body + str(check_digit(body))
    normal = normalise_gtin(code)
    assert len(normal) == 14
    assert normal.endswith(code)
    assert normalise_gtin(normal) == normal


@given(st.text(alphabet="0123456789", min_size=12, max_size=12), st.data())
def test_any_single_wrong_digit_is_found(body, data):
    code = body + str(check_digit(body))
    place = data.draw(st.integers(min_value=0, max_value=12))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != code[place]]))
    with pytest.raises(ProductCodeError):
        normalise_gtin(code[:place] + wrong + code[place + 1 :])


@given(st.text(max_size=20))
def test_any_text_is_a_gtin_or_a_product_code_error(text):
    try:
        assert len(normalise_gtin(text)) == 14
    except ProductCodeError as error:
        assert str(error)
