"""Receipts on the tablet: printed from an order's card, a second time as a copy; the printer's trouble is a need."""

import pytest

from edge_agent.domain.receipt_commands import PrintReceipt
from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.needs import needs_of
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import shop


def receipt(begun=0):
    return {"receipt": "kiosk-1-7", "amount_minor": 900, "currency": "CNY", "begun": begun}


def test_an_orders_receipt_is_printed_by_one_tap_and_a_confirmation():
    store = shop(receipts=[receipt()], printer="")
    view, _ = tapped(View("orders"), ("print", "kiosk-1-7"), store, "key")
    assert "Receipt kiosk-1-7 is printed." in frame.page("en", view, store)
    view, command = tapped(view, ("do", "yes"), store, "key")
    assert command == PrintReceipt("tablet:key", "kiosk-1-7", "staff")
    assert tapped(view, ("do", "yes"), store, "key") == (view, None)
    assert "The printer has it next." in frame.page("en", answered(view, Answer(), store), store)


def test_a_second_print_says_that_it_will_be_a_copy():
    store = shop(receipts=[receipt(begun=1)], printer="")
    view, _ = tapped(View("orders"), ("print", "kiosk-1-7"), store, "key")
    assert "副本 COPY" in frame.page("zh", view, store)


@pytest.mark.parametrize("trouble", ["unreachable", "paper_out", "not_ready", "broke_off"])
def test_receipts_that_wait_for_a_printer_in_trouble_are_a_need(trouble):
    store = shop(printer=trouble, prints=3)
    assert needs_of(store).count == 1
    assert "3 receipts or reports wait" in frame.page("en", View(), store)
    assert "3 张小票或报表在等待" in frame.page("zh", View(), store)


def test_a_printer_in_trouble_for_which_nobody_waits_is_no_need():
    assert needs_of(shop(printer="paper_out", prints=0)).count == 0
    assert needs_of(shop(printer=None)).count == 0
