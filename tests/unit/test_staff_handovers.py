"""The tablet's lines to hand over: a card each, and two ways for it to end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge_agent.domain import commands
from edge_agent.entrypoints.staff import handover_area
from edge_agent.entrypoints.staff.handover_sheet import FailLine, HandOverLine
from edge_agent.entrypoints.staff.needs import needs_of
from edge_agent.entrypoints.staff.opening import open_sheet
from tests.staff_shop import shop

LINE = {
    "id": "ABC-1",
    "order": "ABC",
    "how": "pickup",
    "sku": "A",
    "name_zh": "茶",
    "name_en": "Tea",
    "qty": 2,
    "amount_minor": 1000,
    "currency": "CNY",
    "at": "2026-11-20T04:00:00Z",
}
WAITING = replace(shop(), handovers=[LINE])


def test_a_paid_line_is_a_card_with_its_code_and_counts_on_the_badge() -> None:
    needs = needs_of(WAITING)
    assert needs.count == needs_of(shop()).count + 1
    card = handover_area.card("en", WAITING, needs.handovers[0])
    assert "Code ABC" in card
    assert "To be picked up" in card


def test_confirming_the_code_hands_the_line_over() -> None:
    sheet = open_sheet(("hand_over_line", "ABC-1"), WAITING, "k")
    assert isinstance(sheet, HandOverLine)
    assert "ABC" in handover_area.sheet("zh", sheet, WAITING)[1]
    _, command = sheet.press(("yes",), WAITING)
    assert isinstance(command, commands.HandOver)
    assert command.handover == "ABC-1"


def test_a_line_that_cannot_be_handed_over_needs_one_of_our_reasons() -> None:
    sheet = open_sheet(("fail_handover", "ABC-1"), WAITING, "k")
    assert isinstance(sheet, FailLine)
    assert "Nobody collected it" in handover_area.sheet("en", sheet, WAITING)[1]
    with pytest.raises(KeyError):
        sheet.press(("reason", "Mr Wang was rude"), WAITING)
    _, command = sheet.press(("reason", "broken"), WAITING)
    assert isinstance(command, commands.FailHandover)
    assert (command.handover, command.reason) == ("ABC-1", "broken")


def test_a_line_that_somebody_else_handed_over_opens_nothing() -> None:
    assert open_sheet(("hand_over_line", "ABC-1"), shop(), "k") is None
