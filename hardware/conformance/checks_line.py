"""Checks on a bad line: cut, slow, away for a while. Needs the kit's own line between the device and the broker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hardware.conformance.bench import Bench
from hardware.conformance.checks_commands import told_again
from hardware.conformance.checks_delivery import NO_ANSWER, fresh, wait_again, wrong_repeat
from hardware.conformance.packets import Subscribe
from hardware.conformance.proxy import Line, Weather
from hardware.conformance.tape import LineClosed
from hardware.conformance.verdicts import TOPICS, Check, Verdict, failed, judged, passed, rule

CUTS: Final = 3
SLOW_TIMES: Final = 6.0
"""How much longer than usual an answer may take on a slow line."""


def _line(bench: Bench) -> Line:
    assert bench.line is not None, "the runner asks for what a check needs"
    return bench.line


def _is_back(bench: Bench, mark: int) -> bool:
    """Wait until the device has connected and subscribed again."""

    def look() -> bool | None:
        return any(isinstance(seen.packet, Subscribe) for seen in bench.packets(mark)) or None

    if bench.tape.wait(look, bench.pace.back_s):
        return True
    # A client that knows its session is kept may subscribe no more; then only an answer shows that it is there.
    return bench.alive()


def _after_cut(bench: Bench) -> Verdict:
    with bench.no_acks():
        rows = fresh(bench, 2)
        if not rows:
            return failed(NO_ANSWER)
        bench.tape.pause(bench.pace.flight_s)
        mark = bench.tape.mark()
        _line(bench).break_off()
        if not wait_again(bench, rows, mark, bench.pace.back_s):
            return failed(
                "the broker had them (PUBACK), no ack came, the line was cut: they did not come again"
            )
        return judged(wrong_repeat(bench.received(mark, "report"), rows))


def _while_away(bench: Bench) -> Verdict:
    mark = bench.tape.mark()
    with bench.weather(_line(bench), Weather.CUT):
        bench.tape.wait(lambda: bench.tape.since(mark, LineClosed) or None, bench.pace.answer_s)
        # The broker has noticed too, or has had the time to.
        bench.wait_state(mark, "lost", timeout_s=bench.pace.flight_s)
        command_id = bench.probe()
        bench.tape.pause(bench.pace.flight_s)
    found = bench.answers(mark, [command_id], bench.pace.back_s)
    return passed() if found else failed("the command was sent while the device was away, and never answered")


def _slow(bench: Bench) -> Verdict:
    mark = bench.tape.mark()
    with bench.weather(_line(bench), Weather.SLOW):
        ids = [bench.probe() for _ in range(bench.pace.burst)]
        bench.answers(mark, ids, bench.pace.answer_s * SLOW_TIMES)
    return judged(_wrong_burst(bench, mark, ids), f"{len(ids)} commands answered")


def _cuts(bench: Bench) -> Verdict:
    mark = bench.tape.mark()
    ids: list[str] = []
    for _ in range(CUTS):
        ids += [bench.probe() for _ in range(bench.pace.burst // CUTS)]
        # In the middle of the answers: some are on their way, some are not written yet.
        bench.answers(mark, ids[-len(ids) // 2 :][:1], bench.pace.answer_s)
        cut = bench.tape.mark()
        _line(bench).break_off()
        if not _is_back(bench, cut):
            return failed(f"the device did not come back within {bench.pace.back_s:.0f} s")
    bench.answers(mark, ids, bench.pace.back_s + bench.pace.resend_within_s)
    return judged(_wrong_burst(bench, mark, ids), f"{len(ids)} commands answered over {CUTS} cuts")


def _wrong_burst(bench: Bench, mark: int, ids: Sequence[str]) -> str:
    """What is wrong with the answers to many commands: missing ones, answers given twice."""
    rows = bench.rows(mark)
    answered = {row.command_id for row in rows}
    missing = [one for one in ids if one not in answered]
    if missing:
        return f"{len(missing)} of {len(ids)} commands were not answered"
    return next(filter(None, (told_again(rows, one) for one in ids)), "")


CHECKS: Final = (
    Check(
        name="line.after_cut",
        rule=rule(3),
        expected="reports the broker took but the store did not acknowledge come again after a cut, same bytes",
        advice="a PUBACK frees nothing in your outbox; at every connection start over from the oldest row",
        run=_after_cut,
        needs=("answers", "line"),
        after=("delivery.resend",),
    ),
    Check(
        name="line.while_away",
        rule=TOPICS,
        expected="a command sent while the device was away is answered when it is back",
        advice="connect with clean session off and always the same client id, and subscribe with QoS 1",
        run=_while_away,
        needs=("answers", "line"),
    ),
    Check(
        name="line.slow",
        rule=rule(3),
        expected="on a slow line, where packets come in pieces, every command is answered once",
        advice="read MQTT as a stream: a packet may come in many pieces, and several in one",
        run=_slow,
        needs=("answers", "line"),
    ),
    Check(
        name="line.cuts",
        rule=rule(3),
        expected="with the line cut in the middle again and again every command is answered, once",
        advice="write the report before you acknowledge the command to the broker, and start over when you are back",
        run=_cuts,
        needs=("answers", "line"),
        after=("delivery.resend", "line.after_cut", "line.while_away"),
    ),
)
