"""Checks of power cuts: what was written down is there again, what was under way is not spoken of."""

from __future__ import annotations

from typing import Final

from hardware.conformance.bench import Bench, PowerSwitch
from hardware.conformance.checks_delivery import NO_ANSWER, fresh, wrong_return
from hardware.conformance.rows import shown
from hardware.conformance.verdicts import Check, Verdict, failed, judged, not_tried, passed, rule

NOT_BACK: Final = "no booted of a new boot came after the power was cut"
VENDS_MOST: Final = 3
"""Of a hand, or a busy computer, that cuts the power too late."""


def _power(bench: Bench) -> PowerSwitch:
    assert bench.power is not None, "the runner asks for what a check needs"
    return bench.power


def _keeps_reports(bench: Bench) -> Verdict:
    power = _power(bench)
    power.get_ready("I take the power away while reports wait for their ack.")
    with bench.no_acks():
        rows = fresh(bench, 2)
        if not rows:
            return failed(NO_ANSWER)
        before, mark = bench.boot(), bench.tape.mark()
        power.cycle()
        booted = bench.wait_boot(mark, before, bench.pace.power_s)
        if booted is None:
            return failed(NOT_BACK)
        return judged(wrong_return(bench, rows, booted, mark))


def _keeps_ids(bench: Bench) -> Verdict:
    power = _power(bench)
    power.get_ready("I take the power away after a command, and send the command again.")
    mark = bench.tape.mark()
    command_id = bench.probe()
    if not bench.answers(mark, [command_id], bench.pace.answer_s):
        return failed(NO_ANSWER)
    # The answer is acknowledged by then, so that it does not come again for that reason.
    bench.tape.pause(bench.pace.flight_s)
    before, mark = bench.boot(), bench.tape.mark()
    power.cycle()
    if bench.wait_boot(mark, before, bench.pace.power_s) is None:
        return failed(NOT_BACK)
    bench.probe(command_id)
    bench.tape.pause(bench.pace.quiet_s)
    again = [row for row in bench.rows(mark) if row.command_id == command_id and row.boot != before]
    return judged(f"the same id was answered again: {shown(again[0].body)}" if again else "")


def _mid_vend(bench: Bench) -> Verdict:
    for _ in range(VENDS_MOST):
        found = _vend_cut_short(bench)
        if found is not None:
            return found
    return not_tried("the vend was over before the power went: cut it sooner")


def _vend_cut_short(bench: Bench) -> Verdict | None:
    """None when the power went too late, after the end of the vend: that says nothing about the device."""
    power = _power(bench)
    power.get_ready("As soon as the motor turns, the power must go: a vend begins now.")
    before, mark = bench.boot(), bench.tape.mark()
    vend = {"slot": bench.vend_slot, "order_line": "check/power"}
    command_id = bench.command("vend", **vend)
    begun = bench.answers(mark, [command_id], bench.pace.vend_s)
    if not begun or begun[0].name != "vend_started":
        return not_tried(f"no vend began: {shown(begun[0].body) if begun else 'nothing was said'}")
    power.cycle()
    booted = bench.wait_boot(mark, before, bench.pace.power_s)
    if booted is None:
        return failed(NOT_BACK)
    told = {row.place: row for row in bench.rows(mark) if row.command_id == command_id}
    if any(row.boot == before and row.name != "vend_started" for row in told.values()):
        return None
    bench.command("vend", command_id=command_id, **vend)
    bench.tape.pause(bench.pace.quiet_s)
    after = [row for row in bench.rows(mark) if row.command_id == command_id and row.boot != before]
    if after:
        return failed(f"after the new boot it said: {shown(after[0].body)}")
    return passed("vend_started, then a new boot, and not a word about that vend")


CHECKS: Final = (
    Check(
        name="power.reports",
        rule=rule(2),
        expected="reports that were not acknowledged survive a power cut and come first, the same bytes",
        advice="write the report through to flash (fsync) before you hand it to the connection",
        run=_keeps_reports,
        needs=("answers", "power"),
        after=("delivery.resend", "commands.restart"),
    ),
    Check(
        name="power.commands",
        rule=rule(5),
        expected="an id from before a power cut: nothing is done and nothing said",
        advice="write the id through to flash before you begin, in one step with your first report about it",
        run=_keeps_ids,
        needs=("answers", "power"),
        after=("commands.once", "commands.restart"),
    ),
    Check(
        name="power.mid_vend",
        rule=rule(6),
        expected="power cut while the motor turns: a new boot, nothing about that vend, no second vend",
        advice="at the start look at nothing that was under way; the store asks a person what became of it",
        run=_mid_vend,
        kinds=("vending", "sampling"),
        needs=("answers", "vend", "power"),
        after=("vending.outcome",),
    ),
)
