"""Checks of delivery: what is not acknowledged is kept and sent again, what is acknowledged is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hardware.conformance.bench import Bench, Pace
from hardware.conformance.rows import Row, shown
from hardware.conformance.tape import Received
from hardware.conformance.verdicts import Check, Verdict, failed, judged, not_tried, passed, rule

NO_ANSWER: Final = "the device does not answer commands"


def fresh(bench: Bench, count: int) -> list[Row]:
    """New reports of the device's, made by commands that it refuses. Empty when they do not come."""
    mark = bench.tape.mark()
    return bench.answers(mark, [bench.probe() for _ in range(count)], bench.pace.answer_s)


def copies(seen: Sequence[Received], row: Row) -> list[Received]:
    """Every time this report came."""
    return [one for one in seen if one.row is not None and one.row.place == row.place]


def wait_again(bench: Bench, rows: Sequence[Row], mark: int, timeout_s: float) -> bool:
    """Wait until each of these reports came after a mark."""

    def look() -> bool | None:
        seen = bench.received(mark, "report")
        return True if all(copies(seen, row) for row in rows) else None

    return bool(bench.tape.wait(look, timeout_s))


def wrong_repeat(seen: Sequence[Received], rows: Sequence[Row]) -> str:
    """What is wrong with reports that came again: other bytes, another order."""
    for row in rows:
        for copy in copies(seen, row):
            if copy.body != row.body:
                return (
                    f"report {row.seq} came again with other bytes: {shown(row.body)} then {shown(copy.body)}"
                )
    oldest = copies(seen, rows[0])
    # What comes before the oldest may be the end of an earlier round.
    since = [one for one in seen if oldest and one.at_s >= oldest[0].at_s]
    first = [found[0].at_s for row in rows if (found := copies(since, row))]
    return "" if first == sorted(first) else "they came again in another order"


def judge_resend(seen: Sequence[Received], rows: Sequence[Row], pace: Pace) -> str:
    """What is wrong with how unacknowledged reports were repeated. `seen` holds first copies and repeats."""
    starts = [copies(seen, row)[0].at_s for row in rows]
    repeats = [one for row in rows for one in copies(seen, row)[1:]]
    pause_s = min(one.at_s for one in repeats) - starts[0]
    if pause_s < pace.resend_after_s:
        return f"it came again after {pause_s:.1f} s, sooner than 2 s"
    return wrong_repeat(repeats, rows)


def _resend(bench: Bench) -> Verdict:
    with bench.no_acks():
        mark = bench.tape.mark()
        rows = fresh(bench, 3)
        if not rows:
            return failed(NO_ANSWER)
        last = bench.tape.mark()
        if not wait_again(bench, rows, last, bench.pace.resend_within_s):
            return failed(f"not all of them came again within {bench.pace.resend_within_s:.0f} s")
        return judged(judge_resend(bench.received(mark, "report"), rows, bench.pace), f"{len(rows)} reports")


def _wrong_ack(bench: Bench) -> Verdict:
    with bench.no_acks():
        rows = fresh(bench, 2)
        if not rows:
            return failed(NO_ANSWER)
        bench.side.ack("never-was", rows[-1].seq)
        bench.side.ack(rows[-1].boot, rows[-1].seq + 1_000_000)
        bench.tape.pause(bench.pace.flight_s)
        mark = bench.tape.mark()
        if wait_again(bench, rows, mark, bench.pace.resend_within_s):
            return passed("the reports came again")
        return failed(
            f"after an ack of boot never-was and one up to {rows[-1].seq + 1_000_000}, which nobody wrote, "
            "the reports did not come again: they are forgotten"
        )


def _ack(bench: Bench) -> Verdict:
    with bench.no_acks():
        rows = fresh(bench, 3)
        if not rows:
            return failed(NO_ANSWER)
        _acknowledge(bench, rows[1])
        mark = bench.tape.mark()
        if not wait_again(bench, rows[2:], mark, bench.pace.resend_within_s):
            return failed(f"acknowledged up to {rows[1].seq}: report {rows[2].seq} did not come again")
        old = [row.seq for row in rows[:2] if copies(bench.received(mark, "report"), row)]
        if old:
            return failed(f"acknowledged up to {rows[1].seq}: report {old[0]} came again")
        _acknowledge(bench, bench.rows(0)[-1])
        mark = bench.tape.mark()
        bench.tape.pause(bench.pace.quiet_s)
        again = [row.seq for row in rows if copies(bench.received(mark, "report"), row)]
    return judged(f"everything was acknowledged, report {again[0]} came again" if again else "")


def _acknowledge(bench: Bench, row: Row) -> None:
    """Acknowledge up to this report, and see that the device has dealt with it."""
    bench.side.ack(row.boot, row.seq)
    bench.tape.pause(bench.pace.flight_s)
    # Reports come in order: whatever was sent before this answer has arrived with it.
    bench.alive()


def _earlier_boot_first(bench: Bench) -> Verdict:
    with bench.no_acks():
        rows = fresh(bench, 2)
        if not rows:
            return failed(NO_ANSWER)
        mark = bench.tape.mark()
        booted = bench.restart()
        if booted is None:
            return not_tried("the device did not restart")
        return judged(wrong_return(bench, rows, booted, mark))


def wrong_return(bench: Bench, rows: Sequence[Row], booted: Row, mark: int) -> str:
    """What is wrong with how reports of an earlier boot came after a mark, before the new boot's first."""
    if not wait_again(bench, rows, mark, bench.pace.resend_within_s):
        return f"report {rows[0].seq} of boot {rows[0].boot} was not acknowledged and did not come again"
    seen = bench.received(mark, "report")
    new_s = copies(seen, booted)[0].at_s
    if any(copies(seen, row)[0].at_s > new_s for row in rows):
        return f"report 1 of the new boot came before report {rows[0].seq} of the boot before"
    return wrong_repeat(seen, rows)


CHECKS: Final = (
    Check(
        name="delivery.resend",
        rule=rule(4),
        expected="without an ack the reports come again from the oldest, the same bytes, 2 to 10 seconds later",
        advice="keep the bytes you sent, not the values; start over from the oldest row of your outbox",
        run=_resend,
    ),
    Check(
        name="delivery.wrong_ack",
        rule=rule(3),
        expected="an ack for a boot you never had, or beyond what you wrote, changes nothing",
        advice="forget rows of the boot that the ack names only, and only when you wrote that number",
        run=_wrong_ack,
        after=("delivery.resend",),
    ),
    Check(
        name="delivery.ack",
        rule=rule(3),
        expected="what is acknowledged never comes again; what is behind it does",
        advice="delete rows up to the ack's number; start over from the oldest that is left",
        run=_ack,
        after=("delivery.resend",),
    ),
    Check(
        name="delivery.earlier_boot_first",
        rule=rule(3),
        expected="what an earlier boot could not deliver comes after a restart, the same bytes, before booted",
        advice="the outbox is one list over all boots; rows keep the boot id and number they got",
        run=_earlier_boot_first,
        after=("delivery.resend", "commands.restart"),
    ),
)
