"""What a device does with the bytes of a command: run it, refuse it, or know it already. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from cloud_sync.protocol.envelope import parse_time
from hardware.behaviour import CommandGiven
from hardware.messages import COMMAND_KINDS, CommandRefused, MessageError, parse_command

MAX_COMMAND_ID: Final = 200


def judge(
    body: bytes, *, now: datetime, now_s: float, known: Callable[[str], bool]
) -> CommandGiven | CommandRefused | None:
    """A command to run, the refusal to report, or None for one that was run or refused before.

    `now` is the device's clock, which alone decides what has expired; `now_s` is monotonic.
    """
    try:
        command = parse_command(body)
    except MessageError:
        return CommandRefused(command_id="", reason="malformed")
    if not command.id or len(command.id) > MAX_COMMAND_ID:
        return CommandRefused(command_id=command.id[:MAX_COMMAND_ID], reason="malformed")
    if known(command.id):
        return None
    if command.kind not in COMMAND_KINDS:
        return CommandRefused(command_id=command.id, reason="unsupported")
    expires_at = parse_time(command.expires_at)
    if expires_at is None:
        return CommandRefused(command_id=command.id, reason="malformed")
    left_s = (expires_at - now).total_seconds()
    if left_s <= 0:
        return CommandRefused(command_id=command.id, reason="expired")
    return CommandGiven(command, now_s + left_s)
