"""Checks of commands: refused when they must be, run once, whatever comes in between."""

from __future__ import annotations

from typing import Any, Final

from hardware.conformance.bench import LONG_AGO, Bench
from hardware.conformance.rows import Row, shown
from hardware.conformance.verdicts import (
    COMMANDS,
    TOPICS,
    Check,
    Verdict,
    failed,
    judged,
    not_tried,
    passed,
    rule,
)
from hardware.messages import CommandRefused

NO_GOODBYE: Final = failed("a new boot, and no status disconnected before it")
REMEMBERED_TRIED: Final = 3
SPARE_IDS: Final = 5
"""The restart and the tries themselves are commands as well, and push older ids out."""


def reasons(rows: list[Row], command_id: str) -> list[str]:
    """Why a command was refused, once per refusal (not per copy of one)."""
    refusals = {row.place: row.report for row in rows if row.command_id == command_id}
    return [report.reason for report in refusals.values() if isinstance(report, CommandRefused)]


def wrong_refusal(rows: list[Row], command_id: str, *wanted: str) -> str:
    """What is wrong with the answer to a command that must be refused for one of these reasons, once."""
    said = [row.body for row in rows if row.command_id == command_id and row.name != "command_refused"]
    if said:
        return f"the device said something else about it: {shown(said[0])}"
    found = reasons(rows, command_id)
    if not found:
        return "no command_refused came"
    if len(found) > 1:
        return f"it was refused {len(found)} times, in reports of their own"
    return "" if found[0] in wanted else f"refused as {found[0][:60]!r}"


def _refused(bench: Bench, *wanted: str, **fields: Any) -> Verdict:
    """Send a command and look at the refusal."""
    mark = bench.tape.mark()
    command_id = bench.command(**fields)
    bench.answers(mark, [command_id], bench.pace.answer_s)
    return judged(wrong_refusal(bench.rows(mark), command_id, *wanted), f"refused as {wanted[0]}")


def _expired(bench: Bench) -> Verdict:
    return _refused(bench, "expired", kind="identify", expires_at=LONG_AGO)


def _unsupported(bench: Bench) -> Verdict:
    return _refused(bench, "unsupported", kind="popshop-check")


def _malformed(bench: Bench) -> Verdict:
    return _refused(bench, "malformed", kind="identify", expires_at="tomorrow")


def _unknown_fields(bench: Bench) -> Verdict:
    extra = {"not_in_the_contract": {"a": [1, None]}, "expires_in": 5}
    return _refused(bench, "expired", kind="identify", expires_at=LONG_AGO, **extra)


def _once(bench: Bench) -> Verdict:
    return _again(bench, after_restart=False)


def _once_after_restart(bench: Bench) -> Verdict:
    return _again(bench, after_restart=True)


def _again(bench: Bench, *, after_restart: bool) -> Verdict:
    """Send an id a second time and see that nothing is said about it."""
    mark = bench.tape.mark()
    command_id = bench.probe()
    if not bench.answers(mark, [command_id], bench.pace.answer_s):
        return failed("the command was not answered the first time")
    if after_restart:
        # The answer is acknowledged by then, so that it does not come again for that reason.
        bench.tape.pause(bench.pace.flight_s)
        if bench.restart() is None:
            return not_tried("the device did not restart")
    bench.probe(command_id)
    bench.tape.pause(bench.pace.quiet_s)
    return judged(told_again(bench.rows(mark), command_id))


def told_again(rows: list[Row], command_id: str) -> str:
    """What is wrong when a command that must be answered once was answered in several reports."""
    places = {row.place: row.body for row in rows if row.command_id == command_id}
    if len(places) < 2:
        return ""
    return f"the same id was answered again: {shown(list(places.values())[-1])}"


def _restart(bench: Bench) -> Verdict:
    """Twice, if no good-bye was heard: a broker may lose what comes just after a first subscription."""
    verdict = _restart_once(bench)
    return verdict if verdict != NO_GOODBYE else _restart_once(bench)


def _restart_once(bench: Bench) -> Verdict:
    before, mark = bench.boot(), bench.tape.mark()
    bench.command("restart")
    booted = bench.wait_boot(mark, before, bench.pace.boot_s)
    if booted is None:
        again = [row for row in bench.rows(mark) if row.name == "booted" and row.boot == before]
        if again:
            return failed(f"booted came under the boot id of before: {shown(again[-1].body)}")
        refused = [row for row in bench.rows(mark) if row.name == "command_refused"]
        said = shown(refused[-1].body) if refused else "no report of a new boot"
        return failed(f"within {bench.pace.boot_s:.0f} s: {said}")
    if bench.wait_state(mark, "disconnected", timeout_s=bench.pace.answer_s) is None:
        return NO_GOODBYE
    return judged("" if booted.seq == 1 else f"booted is report {booted.seq}", f"boot {booted.boot}")


def _unknown_part(bench: Bench) -> Verdict:
    """A part that is not there: a slot, a plate, a label."""
    assert bench.describe is not None
    nowhere = "no-such-part"
    match bench.describe.kind:
        case "shelf":
            has = bench.describe.capabilities
            tried = []
            if has.get("plates"):
                tried.append(_refused(bench, "unknown_slot", kind="light", plate=nowhere))
            if has.get("labels"):
                price = {"label": nowhere, "item": "check", "price_minor": 100, "version": 1}
                tried.append(_refused(bench, "unknown_slot", kind="set_label", **price))
            return next((verdict for verdict in tried if verdict.outcome == "failed"), passed())
        case _:
            return _refused(bench, "unknown_slot", kind="vend", slot=nowhere, order_line="check/1")


def _remembered(bench: Bench) -> Verdict:
    """As many ids as must be known, a restart, and the oldest of them again."""
    count = bench.pace.remembered - SPARE_IDS
    mark = bench.tape.mark()
    ids = [bench.probe() for _ in range(count)]
    timeout_s = bench.pace.answer_s + count * 0.1
    if not bench.answers(mark, ids, timeout_s):
        known = {row.command_id for row in bench.rows(mark)}
        missing = sum(one not in known for one in ids)
        return failed(f"{missing} of {count} commands sent at once were not answered in {timeout_s:.0f} s")
    bench.tape.pause(bench.pace.flight_s)
    booted = bench.restart()
    if booted is None:
        return not_tried("the device did not restart")
    mark = bench.tape.mark()
    again = ids[:REMEMBERED_TRIED]
    for one in again:
        bench.probe(one)
    bench.tape.pause(bench.pace.quiet_s)
    answered = {row.command_id for row in bench.rows(mark) if row.boot == booted.boot} & set(again)
    return judged(
        f"{len(answered)} of the oldest {len(again)} of {count} ids were run again" if answered else ""
    )


CHECKS: Final = (
    Check(
        name="commands.unsupported",
        rule=COMMANDS,
        expected="a command of an unknown kind is refused as unsupported",
        advice="report command_refused{command_id, reason: unsupported} for every kind you do not have",
        run=_unsupported,
    ),
    Check(
        name="commands.expired",
        rule=rule(5),
        expected="a command past its expires_at is not begun but refused as expired",
        advice="compare expires_at with your clock before anything else, and report command_refused",
        run=_expired,
    ),
    Check(
        name="commands.malformed",
        rule=COMMANDS,
        expected="a command whose expires_at is no time is refused as malformed",
        advice="a command you cannot read whole is not run; report command_refused with its id",
        run=_malformed,
    ),
    Check(
        name="commands.unknown_fields",
        rule=TOPICS,
        expected="fields that are not in the contract are ignored",
        advice="read the fields you know and no others; a later version of the store may send more",
        run=_unknown_fields,
        after=("commands.expired",),
    ),
    Check(
        name="commands.unknown_part",
        rule=COMMANDS,
        expected="a command for a slot, plate or label that is not there is refused as unknown_slot",
        advice="look the part up before you begin",
        run=_unknown_part,
        kinds=("vending", "sampling", "shelf"),
    ),
    Check(
        name="commands.once",
        rule=rule(5),
        expected="the same id a second time: nothing is done and nothing said",
        advice="note every id before you answer it, refused ones too, and drop what is already noted",
        run=_once,
    ),
    Check(
        name="commands.restart",
        rule=COMMANDS,
        expected="restart: status disconnected, then a new boot id, whose first report is booted",
        advice="say disconnected, leave, take a boot id you never had, report booted as number 1",
        run=_restart,
    ),
    Check(
        name="commands.once_after_restart",
        rule=rule(5),
        expected="an id from before a restart: nothing is done and nothing said",
        advice="keep the ids in flash, not in memory",
        run=_once_after_restart,
        after=("commands.once", "commands.restart"),
    ),
)

AT_THE_END: Final = (
    Check(
        name="commands.remembered",
        rule=rule(5),
        expected="the oldest of the last 1,000 ids is still known, after a restart too",
        advice="keep the last 1,000 ids, oldest out first",
        run=_remembered,
        after=("commands.once", "commands.once_after_restart"),
    ),
)
