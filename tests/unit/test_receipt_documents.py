"""What stands on a receipt: its sums, what a country asks for, and lines that fit the paper."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.protocol.facts import Adjustment
from cloud_sync.protocol.receipts.countries import COUNTRIES, country
from cloud_sync.protocol.receipts.document import contained_tax, document, rate_text
from cloud_sync.protocol.receipts.page import page
from cloud_sync.protocol.receipts.record import Issued, Line, Payment, Record, Refund, Seller, Unit
from cloud_sync.protocol.rules_facts import StoreRules
from edge_agent.adapters.printing.address import PROFILES, NoSuchPrinter, address_of
from edge_agent.adapters.printing.escpos_paper import escpos
from edge_agent.domain.paper import Row, paper, width
from popshop.shop.training_printer import Decoder

SALE = Issued(
    receipt="kiosk-1-7", kind="sale", reference="p1", amount_minor=0, at="2026-11-20T16:30:00.000000Z"
)


def line(n=1, qty=1, price_minor=450, rate_bp=1300, **more):
    known: dict[str, Any] = {"line": n, "sku": f"A{n}", "name_zh": "气泡水", "name_en": "Sparkling water", "qty": qty,
             "list_price_minor": price_minor, "price_minor": price_minor, "tax_rate_bp": rate_bp}  # fmt: skip
    return Line(**known | more)


def record(*lines, rules=None, **more):
    seller = Seller(store="pop-1", name="Pop", timezone="Asia/Shanghai", rules=rules or StoreRules(version=1))
    known: dict[str, Any] = {"seller": seller, "order": "o1", "currency": "CNY", "state": "paid", "ended": False,
             "lines": lines or (line(),), "receipts": (SALE,)}  # fmt: skip
    return Record(**known | more)


lines = st.builds(
    line,
    qty=st.integers(1, 20),
    price_minor=st.integers(0, 10**6),
    rate_bp=st.sampled_from([0, 300, 900, 1300, 1900, 2000]),
)


@given(st.lists(lines, min_size=1, max_size=8))
def test_what_is_taxed_adds_up_to_what_is_paid(sold):
    made = document(record(*sold), SALE)
    assert sum(tax.gross_minor for tax in made.taxes) == made.total_minor
    for tax in made.taxes:
        assert tax.net_minor + tax.tax_minor == tax.gross_minor
        whole = 10_000 + tax.rate_bp
        assert abs(tax.tax_minor * whole - tax.gross_minor * tax.rate_bp) <= whole // 2


def test_tax_kept_per_unit_is_shown_as_kept():
    made = document(record(line(qty=3, tax_minor=52)), SALE)
    assert [(tax.rate_bp, tax.tax_minor) for tax in made.taxes] == [(1300, 156)]
    assert contained_tax(1350, 1300) == 155


def test_adjustments_are_summed_by_kind_and_the_list_price_stays_to_be_seen():
    cut = Adjustment(kind="member", id="T2", amount_minor=-50)
    made = document(record(line(qty=2, list_price_minor=500, price_minor=450, adjustments=(cut,))), SALE)
    assert made.lines[0].adjustments == (("member", -100),)
    assert (made.lines[0].list_total_minor, made.lines[0].total_minor) == (1000, 900)


def test_references_and_members_show_their_end_only():
    paid = Payment(payment="p1", method="alipay", amount_minor=450, reference="2026112012345678")
    made = document(record(payments=(paid,), member="m-0123456789abcdef"), SALE)
    shown = page(made, "en", "/r/x") + str(paper(made, "u", 0, 48))
    assert made.payments == (("alipay", 450, "45678"),)
    assert "2026112012345678" not in shown
    assert "0123456789" not in shown


def test_times_are_the_stores_own():
    assert document(record(), SALE).when == "2026-11-21 00:30:00 +0800"


def test_a_refund_names_the_receipt_that_it_gives_back():
    back = Refund(refund="r1", payment="p1", amount_minor=450, reason="vend_failed:EJC", state="refunded")
    refund = Issued(receipt="kiosk-1-8", kind="refund", reference="r1", amount_minor=450, at=SALE.at)
    made = document(record(refunds=(back,), receipts=(SALE, refund)), refund)
    assert (made.original, made.refunded_minor) == ("kiosk-1-7", 450)
    assert "原小票 Original receipt" in str(paper(made, "u", 0, 48))


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_country_says_where_its_rules_are_written_and_misses_what_nobody_filled_in(code):
    here = country(code)
    assert here.sources
    made = document(record(rules=StoreRules(version=1, country=code)), SALE)
    assert set(made.missing) == {f.key for f in here.fields if f.required} - {"seller_name"}
    filled = StoreRules(version=1, country=code, fiscal={f.key: f"<{f.key}>" for f in here.fields})
    made = document(record(rules=filled), SALE)
    assert made.missing == ()
    assert len(made.identity) == len(here.fields)
    assert here.tax_word in page(made, "zh", "/r/x")
    assert "<address>" not in page(made, "zh", "/r/x"), "what is filled in is escaped"


def test_japan_marks_goods_of_the_reduced_rate():
    made = document(
        record(line(rate_bp=800), line(2, rate_bp=1000), rules=StoreRules(version=1, country="JP")), SALE
    )
    assert [each.mark for each in made.lines] == ["※", ""]


def test_a_page_refreshes_while_its_order_is_open_only():
    assert "http-equiv" in page(document(record(), SALE), "zh", "/r/x")
    assert "http-equiv" not in page(document(record(state="completed", ended=True), SALE), "zh", "/r/x")


@pytest.mark.parametrize(("bp", "text"), [(1300, "13 %"), (550, "5.5 %"), (0, "0 %"), (1925, "19.25 %")])
def test_a_rate_is_written_as_people_do(bp, text):
    assert rate_text(bp) == text


words = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60)


@given(words, words, st.sampled_from([32, 48]), st.integers(0, 3))
def test_every_line_fits_the_paper_and_a_copy_says_so(name_zh, name_en, columns, copy):
    made = document(record(line(name_zh=name_zh, name_en=name_en), cases=("K-1",)), SALE)
    rows = [row for row in paper(made, "u", copy, columns) if isinstance(row, Row)]
    assert all(width(row.text) * (2 if row.big else 1) <= columns for row in rows)
    assert ("COPY" in "".join(row.text for row in rows)) == (copy > 0) or "COPY" in name_zh + name_en


@pytest.mark.parametrize("profile", [name for name in PROFILES if not name.startswith("cp")])
@pytest.mark.parametrize("pieces", [1, 7, 4096])
def test_what_a_printer_gets_reads_as_the_receipt_in_pieces_of_any_size(profile, pieces):
    units = (Unit(line=1, how="vend", qty=1, state="done"),)
    made = document(record(units=units), SALE)
    data = escpos(paper(made, "https://hq.example/r/abc", 1, PROFILES[profile].columns), PROFILES[profile])
    decoder = Decoder(lambda _: None)
    for start in range(0, len(data), pieces):
        decoder.feed(data[start : start + pieces])
    (slip,) = decoder.slips
    assert slip.codes == ["https://hq.example/r/abc"]
    if profile.startswith("gb18030"):
        assert "副本 COPY 1" in slip.text
        assert "气泡水" in slip.text
        assert "￥4.50" in slip.text


@pytest.mark.parametrize(
    "wrong", ["usb", "tcp://", "tcp://h:99999", "file://host/dev/lp0", "tcp://h?profile=x", "http://h"]
)
def test_what_names_no_printer_is_refused(wrong):
    with pytest.raises(NoSuchPrinter):
        address_of(wrong)


def test_a_printers_address_says_its_kind():
    found = address_of("tcp://10.0.0.9?profile=raster-58")
    assert found is not None
    assert (found.host, found.port, found.profile.columns) == ("10.0.0.9", 9100, 32)
    assert address_of("none") is None
    device = address_of("file:///dev/usb/lp0")
    assert device is not None
    assert device.path == "/dev/usb/lp0"


def test_a_document_can_be_written_down():
    made = document(record(), SALE)
    assert msgspec.json.decode(msgspec.json.encode(made))["receipt"] == "kiosk-1-7"
