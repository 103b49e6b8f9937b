"""People who come in and go out, as a counter tells it: the denominator of whatever visitors do."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import parse_time, rfc3339
from edge_agent.domain.clocks import sold_at
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import Refusal
from hardware.messages import FootfallCounted

MOST_PEOPLE: Final = 10_000
"""In one report. No door lets more through in the time a counter gathers."""


def counted(
    device: str, report: FootfallCounted, now: datetime, policy: Policy
) -> list[facts.Fact] | Refusal:
    """Take a count. Late and overlapping ones count too: a device's log brings each report once."""
    if not (0 <= report.entered <= MOST_PEOPLE and 0 <= report.left <= MOST_PEOPLE):
        return Refusal("malformed", f"nobody counts {report.entered} in and {report.left} out")
    begin, end = parse_time(report.from_at), parse_time(report.to_at)
    if begin is None or end is None or begin > end:
        return Refusal("malformed", f"no time goes from {report.from_at[:40]!r} to {report.to_at[:40]!r}")
    return [
        device_facts.FootfallCounted(
            device=device,
            entered=report.entered,
            left=report.left,
            from_at=rfc3339(begin),
            to_at=rfc3339(end),
            counted_at=rfc3339(sold_at(report.to_at, now, policy.device_clock_window_days)),
        )
    ]
