"""Checks of machines that drop goods. Those that could drop something wait for a slot to be named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hardware.conformance.bench import LONG_AGO, Bench
from hardware.conformance.checks_commands import wrong_refusal
from hardware.conformance.rows import Row, shown
from hardware.conformance.verdicts import COMMANDS, Check, Verdict, failed, judged, not_tried, passed, rule

OUTCOMES: Final = ("vend_succeeded", "vend_failed")
MACHINES: Final = ("vending", "sampling")


def judge_vend(rows: Sequence[Row], command_id: str, slot: str) -> str:
    """What is wrong with what was said about a vend: started, then one outcome, about this slot."""
    told = list({row.place: row for row in rows if row.command_id == command_id}.values())
    names = [row.name for row in told]
    if names[:1] != ["vend_started"] or len(names) != 2 or names[1] not in OUTCOMES:
        return f"it said {', '.join(names) or 'nothing'}"
    other = [row for row in told if getattr(row.report, "slot", slot) != slot]
    return f"it names another slot than {slot!r}: {shown(other[0].body)}" if other else ""


def _ended(rows: Sequence[Row], command_id: str) -> bool | None:
    """True once a vend has an outcome or was refused."""
    ends = (*OUTCOMES, "command_refused")
    return any(row.command_id == command_id and row.name in ends for row in rows) or None


def _outcome(bench: Bench) -> Verdict:
    mark = bench.tape.mark()
    vend = {"slot": bench.vend_slot, "order_line": "check/1"}
    command_id = bench.command("vend", **vend)
    bench.command("vend", command_id=command_id, **vend)
    bench.tape.wait(lambda: _ended(bench.rows(mark), command_id), bench.pace.vend_s)
    refused = [
        row for row in bench.rows(mark) if row.name == "command_refused" and row.command_id == command_id
    ]
    if refused:
        return not_tried(f"the machine refused: {shown(refused[0].body)}")
    # Once more when it is over: an id is known for ever, not only while it is under way.
    bench.command("vend", command_id=command_id, **vend)
    bench.tape.pause(bench.pace.quiet_s)
    return judged(judge_vend(bench.rows(mark), command_id, bench.vend_slot), "one start, one outcome")


def _expired(bench: Bench) -> Verdict:
    mark = bench.tape.mark()
    command_id = bench.command("vend", expires_at=LONG_AGO, slot=bench.vend_slot, order_line="check/2")
    bench.answers(mark, [command_id], bench.pace.answer_s)
    return judged(wrong_refusal(bench.rows(mark), command_id, "expired"))


def _after_restart(bench: Bench) -> Verdict:
    mark = bench.tape.mark()
    vend = {"slot": bench.vend_slot, "order_line": "check/3"}
    command_id = bench.command("vend", **vend)
    if not bench.tape.wait(lambda: _ended(bench.rows(mark), command_id), bench.pace.vend_s):
        return failed(f"no outcome within {bench.pace.vend_s:.0f} s")
    bench.tape.pause(bench.pace.flight_s)
    booted = bench.restart()
    if booted is None:
        return not_tried("the device did not restart")
    bench.command("vend", command_id=command_id, **vend)
    bench.tape.pause(bench.pace.quiet_s)
    again = [row for row in bench.rows(mark) if row.command_id == command_id and row.boot == booted.boot]
    return judged(f"after the restart it said: {shown(again[0].body)}" if again else "")


def _lock(bench: Bench) -> Verdict:
    status = bench.status()
    if status != "ready":
        return not_tried(f"the machine's status is {status}, not ready")
    mark = bench.tape.mark()
    lock = bench.command("lock")
    asleep = bench.wait_state(mark, "sleeping", "alert", timeout_s=bench.pace.answer_s)
    refused = "" if asleep else "after lock the status did not become sleeping"
    command_id = ""
    if asleep is not None and bench.vend_slot:
        command_id = bench.command("vend", slot=bench.vend_slot, order_line="check/4")
        bench.answers(mark, [command_id], bench.pace.answer_s)
        refused = wrong_refusal(bench.rows(mark), command_id, "locked")
    awake = bench.tape.mark()
    bench.command("unlock")
    if refused:
        said = [row for row in bench.rows(mark) if row.command_id in (lock, command_id)]
        return failed(f"{refused}; {shown(said[-1].body)}" if said else refused)
    if bench.wait_state(awake, "ready", "alert", timeout_s=bench.pace.answer_s) is None:
        return failed("after unlock the status did not become ready")
    return passed("sleeping, then ready")


CHECKS: Final = (
    Check(
        name="vending.lock",
        rule=COMMANDS,
        expected="lock: status sleeping, vends are refused as locked; unlock: ready again",
        advice="say the status anew at lock and unlock, and look at the lock before every vend",
        run=_lock,
        kinds=MACHINES,
    ),
    Check(
        name="vending.expired",
        rule=rule(5),
        expected="a vend past its expires_at is not begun but refused as expired",
        advice="compare expires_at with your clock in the moment the motor would begin",
        run=_expired,
        kinds=MACHINES,
        needs=("answers", "vend"),
    ),
    Check(
        name="vending.outcome",
        rule=rule(5),
        expected="a vend sent three times under one id: one vend_started, then exactly one outcome",
        advice="note the id with vend_started in one step; an id you know is dropped",
        run=_outcome,
        kinds=MACHINES,
        needs=("answers", "vend"),
    ),
    Check(
        name="vending.after_restart",
        rule=rule(6),
        expected="the id of a vend from before a restart: no second vend, not a word",
        advice="keep the ids in flash; at the start run nothing that was noted before",
        run=_after_restart,
        kinds=MACHINES,
        needs=("answers", "vend"),
        after=("vending.outcome", "commands.restart"),
    ),
)
