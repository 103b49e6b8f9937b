"""The page for device makers shows messages that our own parsers take, and names everything there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from hardware.messages import (
    COMMAND_KINDS,
    KINDS,
    REPORTS,
    STATUSES,
    parse_ack,
    parse_command,
    parse_describe,
    parse_report,
    parse_state,
)
from hardware.vending.faults import FaultKind

PAGE = (Path(__file__).parents[2] / "docs" / "device-makers.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"```json (\w+)\n(.*?)```", PAGE, re.DOTALL))
PARSERS = {
    "describe": parse_describe,
    "state": parse_state,
    "report": parse_report,
    "command": parse_command,
    "ack": parse_ack,
}


@pytest.mark.parametrize("leaf", PARSERS)
def test_every_example_is_a_message_we_take(leaf: str) -> None:
    message = PARSERS[leaf](EXAMPLES[leaf].encode())
    assert getattr(message, "error", "") == ""


def test_the_page_names_every_report_field_command_status_and_fault() -> None:
    fields = {field for report in REPORTS.values() for field in report.__struct_fields__}
    words = {*KINDS, *STATUSES, *REPORTS, *COMMAND_KINDS, *fields, *get_args(FaultKind)}
    assert {word for word in words if not re.search(rf"\b{word}\b", PAGE)} == set()
