"""GS1 Digital Links: read on any domain, by the rules, and never trusted for being an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.codes.meaning import Meaning, meaning_of

GTIN = "09506000134352"


@pytest.mark.parametrize(
    ("text", "ais"),
    [
        (f"https://id.gs1.org/01/{GTIN}", {"01": GTIN}),
        (f"https://id.gs1.org/01/{GTIN}/10/ABC1/21/12345?17=261231", {
            "01": GTIN, "10": "ABC1", "21": "12345", "17": "261231"}),
        (f"http://brand.example.com/some/where/01/{GTIN}/22/2A", {"01": GTIN, "22": "2A"}),
        (f"HTTPS://BRAND.EXAMPLE/01/{GTIN}", {"01": GTIN}),
        (f"https://brand.example:8443/01/{GTIN}/?utm=x&linkType=gs1:pip#part", {"01": GTIN}),
        (f"https://[2001:db8::1]/01/{GTIN}", {"01": GTIN}),
        # As packs of version 1.0 and 1.1 have it: words, and shorter GTINs.
        ("https://brand.example/gtin/9506000134352/lot/ABC/ser/1", {"01": GTIN, "10": "ABC", "21": "1"}),
        ("https://brand.example/01/614141123452", {"01": "00614141123452"}),
        # A value may hold what an address may not, and may look like a key.
        (f"https://brand.example/01/{GTIN}/10/A%2FB%2B1", {"01": GTIN, "10": "A/B+1"}),
        (f"https://brand.example/01/{GTIN}/10/01", {"01": GTIN, "10": "01"}),
        (f"https://brand.example/2024/10/01/{GTIN}", {"01": GTIN}),
        ("https://example.org/00/106141412345678908?02=00614141123452&37=25&10=ABC123", {
            "00": "106141412345678908", "02": "00614141123452", "37": "25", "10": "ABC123"}),
        ("https://example.org/414/9506000134352/254/A1", {"414": "9506000134352", "254": "A1"}),
        (f"https://id.gs1.org/01/{GTIN}?3103=000195&3922=0299;15=261200", {
            "01": GTIN, "3103": "000195", "3922": "0299", "15": "261200"}),
    ],
)  # fmt: skip
def test_an_address_tells_what_it_identifies(text, ais):
    assert meaning_of(text) == Meaning(meaning="digital_link", gtin14=ais.get("01", ""), ais=ais)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://id.gs1.org/01/09506000134353", "should be 2"),
        ("https://id.gs1.org/01/123", "8, 12, 13 or 14"),
        ("https://id.gs1.org/00/106141412345678909", "should be 8"),
        (f"https://id.gs1.org/01/{GTIN}/10", "pairs"),
        (f"https://id.gs1.org/01/{GTIN}/21/1/10/A", "(21) may not stand"),
        (f"https://id.gs1.org/01/{GTIN}/235/T/21/1", "may not stand"),
        (f"https://id.gs1.org/01/{GTIN}/17/261231", "(17) may not stand"),
        (f"https://id.gs1.org/01/{GTIN}?17=261331", "(17)"),
        (f"https://id.gs1.org/01/{GTIN}?17=", "(17)"),
        (f"https://id.gs1.org/01/{GTIN}?00=106141412345678908", "(00) belongs into the path"),
        (f"https://id.gs1.org/01/{GTIN}/10/A?10=B", "(10) is there twice"),
        (f"https://id.gs1.org/01/{GTIN}?05=1", "'05'"),
        (f"https://id.gs1.org/01/{GTIN}/10/{'A' * 21}", "(10)"),
        (f"https://id.gs1.org/01/{GTIN}/10/%", "characters"),
        (f"https://id.gs1.org/01/{GTIN}/10/%00", "(10)"),
        (f"https://id.gs1.org/01/{GTIN}/10/%E5%BA%97", "(10)"),
        (f"https://id.gs1.org/01/{GTIN}/10/店", "characters"),
        (f"https://id.gs1.org/01/{GTIN}?" + "&".join(["a=1"] * 60), "more than 50"),
        # Addresses that mean no good.
        (f"javascript://id.gs1.org/01/{GTIN}", "https://"),
        (f"file:///01/{GTIN}", "https://"),
        (f"ftp://id.gs1.org/01/{GTIN}", "https://"),
        (f"https:///01/{GTIN}", "host"),
        (f"https:/01/{GTIN}", "host"),
        (f"https://user:secret@evil.example/01/{GTIN}", "host"),
        (f"https://id.gs1.org\\@evil.example/01/{GTIN}", "characters"),
        (f"https://店.example/01/{GTIN}", "characters"),
        (f"https://-.example/01/{GTIN}", "host"),
        (f"https://a b.example/01/{GTIN}", "characters"),
    ],
)
def test_an_address_that_breaks_a_rule_is_unknown_and_says_which(text, why):
    told = meaning_of(text)
    assert (told.meaning, told.gtin14, told.ais) == ("unknown", "", {})
    assert why in told.error


@pytest.mark.parametrize(
    "text",
    [
        "https://qr.alipay.com/fkx1234",
        "wxp://f2f0abc",
        "https://example.com/",
        "https://example.com",
        "http://",
        "mailto:a@b/c",
        f"https://example.com/?01={GTIN}",
        "https://example.com/99/12",
        "tel:/12",
    ],
)
def test_any_other_address_is_unknown_without_a_complaint(text):
    assert meaning_of(text) == Meaning()


hosts = st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,5}){1,2}", fullmatch=True)
lots = st.text("ABCabc0129-_/.%&'()+:;=?\"!<>*,", min_size=1, max_size=20)


@given(hosts, lots, st.text("0123XYZ", min_size=1, max_size=20))
def test_whatever_a_lot_may_be_survives_its_way_through_an_address(host, lot, serial):
    from urllib.parse import quote

    text = f"https://{host}/01/{GTIN}/10/{quote(lot, safe='')}?99={quote(serial, safe='')}"
    assert meaning_of(text).ais == {"01": GTIN, "10": lot, "99": serial}


@given(
    st.text("htps:/.@\\?#&=%01abgtin 95060001343", max_size=80).map(lambda rest: f"https://{rest}/01/{GTIN}")
)
def test_no_address_breaks_the_reading(text):
    told = meaning_of(text)
    assert told.meaning in ("digital_link", "unknown")
    assert told.gtin14 == (GTIN if told.meaning == "digital_link" and "01" in told.ais else "")
