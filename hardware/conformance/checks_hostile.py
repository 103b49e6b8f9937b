"""Checks of hostile and huge messages: whatever comes, the device goes on, forgets nothing and does not restart."""

from __future__ import annotations

from functools import partial
from typing import Final

from hardware.conformance.bench import Bench
from hardware.conformance.checks_delivery import NO_ANSWER, fresh, wait_again
from hardware.conformance.rows import shown
from hardware.conformance.verdicts import TOPICS, Check, Verdict, failed, passed
from hardware.topics import Leaf

DEEP: Final = 5_000

HOSTILE: Final = {
    "nothing at all": b"",
    "not JSON": b"{",
    "not UTF-8": b'{"id": "\xff\xfe", "boot": "\xc3\x28"}',
    "a list": b"[]",
    "null": b"null",
    "brackets inside each other": b"[" * DEEP,
    "objects inside each other": b'{"a":' * DEEP,
    "numbers where texts belong": b'{"id": 7, "kind": 7, "expires_at": 7, "boot": 7, "upto": "7"}',
    "texts where objects belong": b'"restart"',
    "a huge number": b'{"id": "x", "kind": "identify", "expires_at": "", "boot": "x", "upto": 1'
    + b"0" * 400
    + b"}",
    "a control character in a text": b'{"id": "a\x00b", "kind": "vend", "boot": "\x00", "upto": 1}',
}
HUGE: Final = {
    "64 KiB and one byte": b'{"id": "' + b"x" * (64 * 1024 + 1 - 10) + b'"}',
    "1 MB of one text": b'{"boot": "' + b"x" * 999_988 + b'"}',
    "1 MB of nothing": b" " * 1_000_000,
}


def _survives(bench: Bench, leaf: Leaf, bodies: dict[str, bytes]) -> Verdict:
    """Send each, then see that reports still wait, commands are still answered, and the boot is the same."""
    before, start = bench.boot(), bench.tape.mark()
    with bench.no_acks():
        rows = fresh(bench, 1)
        if not rows:
            return failed(NO_ANSWER)
        for name, body in bodies.items():
            bench.side.send(leaf, body)
            # A device that drops the connection may come back; it must only not get stuck on the message.
            if not bench.alive(bench.pace.back_s):
                return failed(
                    f"after {name} ({shown(body)}) it answered no command for {bench.pace.back_s:.0f} s"
                )
            if any(row.name == "booted" and row.boot != before for row in bench.rows(start)):
                return failed(f"after {name} ({shown(body)}) it started anew")
        mark = bench.tape.mark()
        if leaf == "ack" and not wait_again(bench, rows, mark, bench.pace.resend_within_s):
            return failed("after these acks a report that was not acknowledged did not come again")
    return passed(", ".join(bodies))


CHECKS: Final = (
    Check(
        name="hostile.command",
        rule=TOPICS,
        expected="commands that are no commands: the device answers the next one, in the same boot",
        advice="catch every error of your parser, acknowledge the message to the broker and go on",
        run=partial(_survives, leaf="command", bodies=HOSTILE),
    ),
    Check(
        name="hostile.ack",
        rule=TOPICS,
        expected="acks that are no acks: the device goes on and forgets nothing",
        advice="an ack that you cannot read whole changes nothing",
        run=partial(_survives, leaf="ack", bodies=HOSTILE),
        after=("delivery.resend",),
    ),
    Check(
        name="hostile.huge_command",
        rule=TOPICS,
        expected="a command over 64 KiB: the device answers the next one, in the same boot",
        advice="read the length in the packet's head; skip and acknowledge what is over 64 KiB",
        run=partial(_survives, leaf="command", bodies=HUGE),
    ),
    Check(
        name="hostile.huge_ack",
        rule=TOPICS,
        expected="an ack over 64 KiB: the device goes on and forgets nothing",
        advice="read the length in the packet's head; skip and acknowledge what is over 64 KiB",
        run=partial(_survives, leaf="ack", bodies=HUGE),
        after=("delivery.resend",),
    ),
)
