"""What numbers and GS1 data mean: GTINs in all their lengths, element strings, cartons. Examples as GS1 prints them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.codes.meaning import CONTEXTS, Meaning, meaning_of
from cloud_sync.protocol.codes.symbologies import named
from cloud_sync.protocol.product_codes import check_digit

FNC1 = "\x1d"
GTIN = "09506000134352"
SSCC = "106141412345678908"


def gtin(number: str) -> Meaning:
    return Meaning(meaning="gtin", gtin14=number)


@pytest.mark.parametrize(
    ("text", "symbology", "number"),
    [
        ("4006381333931", "", "04006381333931"),
        ("4006381333931", "EAN-13", "04006381333931"),
        ("]E04006381333931", "", "04006381333931"),
        ("]E00036000291452", "", "00036000291452"),
        ("036000291452", "UPC-A", "00036000291452"),
        ("96385074", "", "00000096385074"),
        ("96385074", "EAN8", "00000096385074"),
        ("]E496385074", "", "00000096385074"),
        ("10614141000415", "ITF", "10614141000415"),
        ("]I110614141000415", "", "10614141000415"),
        ("6901939621608\r\n", "", "06901939621608"),
        # In-store numbers (restricted circulation, prefix 2): good inside the store that made them.
        ("2012345678903", "EAN-13", "02012345678903"),
        # A book with its price beside it; some readers write the add-on apart.
        ("]E3978014300723454999", "", "09780143007234"),
        ("9780143007234 54999", "EAN-13", "09780143007234"),
        # A DataBar may hold nothing but its number.
        ("10614141000415", "DataBar", "10614141000415"),
    ],
)
def test_a_product_s_number_is_fourteen_digits_whatever_carried_it(text, symbology, number):
    assert meaning_of(text, symbology) == gtin(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("04252614", "00042100005264"),
        ("01234565", "00012345000065"),
        ("123456", "00012345000065"),
        ("042100005264", "00042100005264"),
    ],
)
def test_upc_e_is_written_out_where_the_reader_names_it(text, number):
    assert meaning_of(text, "UPC-E") == gtin(number)


def test_eight_digits_without_a_symbology_are_a_gtin_8_or_nothing():
    assert meaning_of("04252614").meaning == "unknown"
    assert "should be 0" in meaning_of("04252614").error


@pytest.mark.parametrize("text", ["4006381333932", "96385075", "036000291453", "10614141000416"])
@pytest.mark.parametrize("symbology", ["", "QR", "Code 128"])
def test_a_wrong_check_digit_makes_a_number_unknown_and_the_right_one_is_named(text, symbology):
    told = meaning_of(text, symbology)
    assert (told.meaning, told.gtin14) == ("unknown", "")
    assert f"should be {check_digit(text[:-1])}" in told.error


@pytest.mark.parametrize(
    ("text", "symbology", "why"),
    [
        ("0000000000000", "", "zeros"),
        ("12345", "EAN-13", "8, 12, 13 or 14"),
        ("40063813339AB", "EAN-13", "digits only"),
        ("24252614", "UPC-E", "begins with 0 or 1"),
        ("04252615", "UPC-E", "should be 4"),
        ("１２３４５６７８", "", "0 to 9"),
    ],
)
def test_what_only_looks_like_a_product_s_number_says_why_it_is_none(text, symbology, why):
    told = meaning_of(text, symbology)
    assert (told.meaning, told.gtin14) == ("unknown", "")
    assert why in told.error


def test_where_a_product_is_expected_other_numbers_are_refused_with_a_reason():
    assert meaning_of("123456789", context="product").error.startswith("9 digits are no GTIN")
    assert meaning_of("123456789") == Meaning()


@given(st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)))
def test_any_number_with_its_check_digit_is_a_gtin(body):
    code = body + str(check_digit(body))
    assert meaning_of(code) == (
        gtin(code.zfill(14)) if code.strip("0") else Meaning(error=meaning_of(code).error)
    )


# ── GS1 element strings ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "ais"),
    [
        (f"]C101{GTIN}", {"01": GTIN}),
        (f"]d201{GTIN}1726123110ABC123", {"01": GTIN, "17": "261231", "10": "ABC123"}),
        (f"]Q301{GTIN}10ABC123{FNC1}21S-1", {"01": GTIN, "10": "ABC123", "21": "S-1"}),
        (f"]e001{GTIN}", {"01": GTIN}),
        ("]C1019061414100001532020001501523123110L", {
            "01": "90614141000015", "3202": "000150", "15": "231231", "10": "L"}),
        (f"{FNC1}01{GTIN}21xyz", {"01": GTIN, "21": "xyz"}),
        (f"01{GTIN}", {"01": GTIN}),
        (f"01{GTIN}{FNC1}10A{FNC1}", {"01": GTIN, "10": "A"}),
        (f"01{GTIN}10A<GS>21x", {"01": GTIN, "10": "A", "21": "x"}),
        (f"(01){GTIN}(10)A<GS>", {"01": GTIN, "10": "A"}),
        (f"(01){GTIN}(17)261231(10)ABC123", {"01": GTIN, "17": "261231", "10": "ABC123"}),
        (f"(01) {GTIN} (10) A/B_C", {"01": GTIN, "10": "A/B_C"}),
        (f"(01){GTIN}(10)A(1)B", {"01": GTIN, "10": "A(1)B"}),
        # Best before the end of February: a day of 00 is the month's last.
        (f"(01){GTIN}(15)260200", {"01": GTIN, "15": "260200"}),
        (f"]C100{SSCC}", {"00": SSCC}),
        (f"00{SSCC}", {"00": SSCC}),
        ("(02)09506000134352(37)25(00)" + SSCC, {"02": GTIN, "37": "25", "00": SSCC}),
        ("(414)9506000134352(254)A1", {"414": "9506000134352", "254": "A1"}),
        (f"(01){GTIN}(01){GTIN}", {"01": GTIN}),
    ],
)  # fmt: skip
def test_element_strings_are_read_into_identifiers_and_values(text, ais):
    assert meaning_of(text) == Meaning(meaning="gs1", gtin14=ais.get("01", ""), ais=ais)


@pytest.mark.parametrize("symbology", ["GS1-128", "GS1 DataMatrix", "GS1QRCode", "DataBarExpanded"])
def test_the_symbology_alone_says_that_a_text_is_element_strings(symbology):
    assert meaning_of("10ABC", symbology).ais == {"10": "ABC"}
    assert meaning_of("10ABC").meaning == "unknown"


def test_a_gs1_qr_code_may_hold_an_address():
    assert meaning_of(f"https://id.gs1.org/01/{GTIN}", "GS1 QR").meaning == "digital_link"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("]C10109506000134353", "the check digit of (01) should be 2"),
        ("]C100106141412345678909", "the check digit of (00) should be 8"),
        ("(414)9506000134353", "the check digit of (414) should be 2"),
        ("(8018)106141412345678909", "the check digit of (8018) should be 8"),
        ("(253)9506000134353AB", "the check digit of (253) should be 2"),
        ("(8003)09506000134353AB", "the check digit of (8003) should be 2"),
        (f"(01){GTIN}(17)261331", "(17)"),
        (f"(01){GTIN}(17)260230", "(17) is not a date"),
        (f"(01){GTIN}(17)260031", "(17) is not a date"),
        (f"(01){GTIN}(7003)2602301200", "(7003) is not a date"),
        (f"(01){GTIN}(10)" + "A" * 21, "the value of (10) is not of the form X..20"),
        (f"(01){GTIN}(10)ABC~", "(10)"),
        (f"(01){GTIN}(10)", "(10)"),
        (f"(01){GTIN}(10)A(10)B", "(10) is there twice"),
        (f"(01){GTIN}(05)1", "no GS1 application identifier begins with '05'"),
        (f"(01){GTIN}(1)x", "(01)"),
        ("(4006381333931)", ""),
        ("]C10109506", "(01)"),
        # Too long without a separator: biip would read the rest as the next identifier.
        ("]C110" + "A" * 20 + "17261231", "(10)"),
        ("]C199", "(99)"),
        ("]C1" + FNC1, "nothing to read"),
        ("]C1HELLO", "begins with 'HE'"),
        ("]C10１09506000134352x", "begins with"),
    ],
)
def test_data_that_breaks_a_rule_of_gs1_is_unknown_and_says_which(text, why):
    told = meaning_of(text)
    assert (told.meaning, told.gtin14, told.ais) == ("unknown", "", {})
    assert why in told.error


@given(
    lot=st.text("ABCabc0129-_/.%&'()+", min_size=1, max_size=20).filter(lambda lot: "(" not in lot),
    serial=st.text("XYZ789", min_size=1, max_size=20),
    day=st.dates(),
    body=st.text("0123456789", min_size=13, max_size=13).filter(lambda body: body.strip("0")),
)
def test_what_is_written_by_the_rules_is_read_back_the_same(lot, serial, day, body):
    number = body + str(check_digit(body))
    told = {"01": number, "17": f"{day:%y%m%d}", "10": lot, "21": serial}
    if day.year % 100 == 0 and day.day == 29:
        told["17"] = "260228"
    in_a_row = f"01{number}17{told['17']}10{lot}{FNC1}21{serial}"
    in_brackets = "".join(f"({ai}){value}" for ai, value in told.items())
    assert meaning_of(f"]C1{in_a_row}").ais == told
    assert meaning_of(in_brackets).ais == told


@pytest.mark.parametrize(
    ("name", "symbology"),
    [
        ("EAN-13", "ean"), ("EAN13", "ean"), ("ean_8", "ean"), ("UPC-A", "ean"), ("ISBN13", "ean"), ("EAN/UPC", "ean"),
        ("UPC-E", "upc_e"), ("UPCE", "upc_e"), ("I25", "itf"), ("ITF-14", "itf"), ("Code 128", "code_128"),
        ("QRCODE", "qr"), ("QR Code Model 2", "qr"), ("Micro QR Code", "qr"), ("rMQR Code", "qr"),
        ("DataBar Stacked Omni", "databar"), ("DATABAR_EXP", "databar"), ("GS1 DataBar", "databar"),
        ("GS1-128", "gs1"), ("GS1 QR Code", "gs1"), ("EAN-128", "gs1"), ("Data Matrix", "other"),
        ("PDF417", "other"), ("Code 39 Standard", "other"),
        ("]C1", "gs1"), ("]C0", "code_128"), ("]E4", "ean"), ("]e0", "databar"), ("]A0", "other"),
        ("", ""), ("Moonbar", ""), ("]", ""), ("店", ""), ("x" * 5_000, ""),
    ],
)  # fmt: skip
def test_symbologies_are_known_by_the_names_that_readers_and_decoders_give_them(name, symbology):
    assert named(name) == symbology


# ── bad input ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("  \r\n", "empty"),
        ("]C1", "empty"),
        ("\x00", "control characters"),
        ("4006381333931\x00", "control characters"),
        ("4006\x7f381333931", "control characters"),
        ("\u202e4006381333931", "control characters"),
        ("4006381333931\u200b", "control characters"),
        ("\ud800", "no text"),
        ("abc\udcff", "no text"),
        ("9" * 10_000, "too long: 10000"),
        ("(01)" * 3_000, "too long"),
    ],
)
def test_a_text_that_no_code_can_be_is_refused_clearly(text, why):
    told = meaning_of(text)
    assert told == Meaning(error=told.error)
    assert why in told.error


@pytest.mark.parametrize(
    "text", ["HELLO", "店", "WIFI:S:shop;P:x;;", "(a)", "12", "]Xabc", "-", "'; DROP TABLE items"]
)
def test_what_looks_like_no_code_is_unknown_without_a_complaint(text):
    assert meaning_of(text) == Meaning()


anything = st.text(st.characters(), max_size=60) | st.text("0123456789()]CQEd\x1d/:.PS%", max_size=60)


SYMBOLOGIES = ["", "EAN-13", "UPC-E", "GS1-128", "QR", "ITF", "DataBar", "Code 39"]


@pytest.mark.parametrize(
    "value", ["%00%00" * 300 + "~", "%00%00" * 60, "A" * 1_990, "%" * 1_990, "0" * 1_990]
)
@pytest.mark.parametrize("ai", ["7256", "4302", "8008", "423", "7004", "253", "8010", "90"])
def test_no_value_keeps_the_reading_busy(ai, value):
    assert meaning_of(f"({ai}){value}").error
    assert meaning_of(f"]C1{ai}{value}").error


@given(anything, st.sampled_from(SYMBOLOGIES), st.sampled_from(sorted(set(CONTEXTS.values()))))
def test_no_text_breaks_the_reading_and_nothing_is_invented(text, symbology, context):
    told = meaning_of(text, symbology, context)
    assert told.meaning != "unknown" or (told.gtin14, told.ais, told.wallet) == ("", {}, "")
    if told.gtin14:
        assert meaning_of(told.gtin14) == gtin(told.gtin14)
