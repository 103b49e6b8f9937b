"""Runs the checks on one device, in an order in which an early failure explains the later ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from hardware.conformance import (
    checks_commands,
    checks_delivery,
    checks_hostile,
    checks_line,
    checks_log,
    checks_power,
    checks_presence,
    checks_shelf,
    checks_vending,
)
from hardware.conformance.bench import Bench
from hardware.conformance.tape import Flooded
from hardware.conformance.verdicts import Check, Conformance, Finding, Verdict, failed, not_tried

CHECKS: Final = (
    *checks_presence.FIRST,
    *checks_commands.CHECKS,
    *checks_delivery.CHECKS,
    *checks_presence.CHECKS,
    *checks_line.CHECKS,
    *checks_vending.CHECKS,
    *checks_shelf.CHECKS,
    *checks_power.CHECKS,
    *checks_hostile.CHECKS,
    *checks_commands.AT_THE_END,
    *checks_log.CHECKS,
    *checks_presence.AT_THE_END,
)
"""Every check, in the order in which they are made."""

MISSING: Final = {
    "line": "the device must be connected through the kit: see --listen",
    "power": "nobody can switch the device off and on: see --power-cycle",
    "vend": "nobody allowed a vend, which drops goods: see --vend SLOT",
    "answers": "the device refuses neither an unknown nor an expired command",
}


def run(
    bench: Bench, *, only: Iterable[str] = (), progress: Callable[[Finding], None] = lambda _: None
) -> Conformance:
    """Make every check that can be made; those named in `only` (names or groups) when there are any.

    Raises OtherStore when somebody else answers the device.
    """
    wanted = set(only)
    findings: list[Finding] = []
    outcomes: dict[str, str] = {}
    probing: bool | None = None
    for check in CHECKS:
        asked = not wanted or check.name in wanted or check.name.partition(".")[0] in wanted
        if not asked and check.name != "presence.describe":
            continue
        if probing is None and "answers" in check.needs and bench.describe is not None:
            probing = bench.find_probe()
        if bench.describe is not None and check.kinds and bench.describe.kind not in check.kinds:
            continue
        verdict = _make(bench, check, outcomes, answers=bool(probing))
        outcomes[check.name] = verdict.outcome
        finding = Finding(
            check=check.name,
            outcome=verdict.outcome,
            rule=check.rule,
            expected=check.expected,
            seen=verdict.seen,
            advice=check.advice if verdict.outcome == "failed" else "",
        )
        findings.append(finding)
        progress(finding)
    return Conformance(
        store=bench.store,
        device=bench.device,
        kind=bench.describe.kind if bench.describe is not None else "",
        model=bench.describe.model if bench.describe is not None else "",
        findings=findings,
    )


def _make(bench: Bench, check: Check, outcomes: dict[str, str], *, answers: bool) -> Verdict:
    """Make one check, if the bench has what it needs and what it builds on did not fail."""
    if bench.describe is None and check.name != "presence.describe":
        return not_tried("the device did not say what it is")
    broken = [name for name in check.after if outcomes.get(name) == "failed"]
    if broken:
        return not_tried(f"{broken[0]} failed")
    has = {"line": bench.line, "power": bench.power, "vend": bench.vend_slot, "answers": answers}
    missing = [need for need in check.needs if not has[need]]
    if missing:
        return not_tried(MISSING[missing[0]])
    try:
        if "answers" in check.needs and not bench.alive():
            return not_tried("the device does not answer any more")
        verdict = check.run(bench)
        bench.side.be_alone()
        return verdict
    except Flooded as error:
        return failed(str(error))
    finally:
        bench.side.catch_up()


def names() -> list[str]:
    """Every check's name, for whoever asks for some only."""
    return [check.name for check in CHECKS]
