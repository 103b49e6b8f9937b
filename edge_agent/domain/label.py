"""Electronic labels: which one shows which SKU, when it is asked, and when a person must know that it lags. Pure."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cloud_sync.protocol import device_facts, facts
from cloud_sync.protocol.envelope import parse_time
from cloud_sync.protocol.money import MAX_MINOR
from edge_agent.domain.commands import PlanLabels
from edge_agent.domain.order import Item
from edge_agent.domain.policy import Policy
from edge_agent.domain.refusals import Refusal
from hardware import messages

FIRST_RETRY_S: Final = 15
"""Electronic paper takes some seconds, over the radio more."""
MOST_RETRY_S: Final = 300
COMMAND_TTL_S: Final = 30
BATTERY_LOW_PERCENT: Final = 15
MAX_VERSION: Final = 10**9


@dataclass(frozen=True, slots=True)
class Label:
    """A planned label as a decision sees it. `waits_since` (RFC 3339) is empty when it shows what it should."""

    device: str
    label: str
    sku: str
    version: int
    waits_since: str
    lagged: bool
    shown_version: int
    """Of the price it showed last, whatever the product; 0 when it never said."""


LabelKey = tuple[str, str]
"""Device and label."""


def plan(
    command: PlanLabels, items: Mapping[str, Item], planned: Mapping[LabelKey, Label]
) -> list[facts.Fact] | Refusal:
    """Say which label shows which SKU; all or none. An empty SKU takes a label out of the plan."""
    now = {key: label.sku for key, label in planned.items()}
    versions = {sku: item.price_version for sku, item in items.items()}
    out: list[facts.Fact] = []
    for each in command.labels:
        if each.sku and each.sku not in items:
            return Refusal("unknown_item", each.sku)
        key = (each.device, each.label)
        if now.get(key, "") == each.sku:
            continue
        now[key] = each.sku
        out.append(device_facts.LabelPlanned(device=each.device, label=each.label, sku=each.sku))
        if each.sku and key in planned:
            out += _raised(each.sku, versions, planned[key].shown_version)
    return out


def _raised(sku: str, versions: dict[str, int], shown_version: int) -> list[facts.Fact]:
    """A device lets no older version replace a newer one, of whichever product: then the price needs a newer one."""
    if not versions[sku] < shown_version < MAX_VERSION:
        return []
    versions[sku] = shown_version + 1
    return [facts.PriceVersionRaised(sku=sku, price_version=versions[sku])]


def shown(device: str, report: messages.LabelShown) -> list[facts.Fact] | Refusal:
    """A label shows a price."""
    if not 0 <= report.price_minor <= MAX_MINOR or not 0 <= report.version <= MAX_VERSION:
        return Refusal("malformed", f"label {report.label[:64]} cannot show that")
    return [
        device_facts.LabelShown(
            device=device,
            label=report.label,
            item=report.item,
            price_minor=report.price_minor,
            version=report.version,
        )
    ]


def failed(device: str, report: messages.LabelFailed) -> list[facts.Fact] | Refusal:
    """A label did not take a price."""
    if not 0 <= report.version <= MAX_VERSION:
        return Refusal("malformed", f"label {report.label[:64]} knows no such version")
    return [
        device_facts.LabelFailed(
            device=device,
            label=report.label,
            item=report.item,
            version=report.version,
            reason=report.reason[:200],
        )
    ]


def overdue(label: Label | None, now: datetime, policy: Policy) -> list[facts.Fact]:
    """Tell once that a label lags; nothing when it has caught up meanwhile.

    One that shows a newer version than there is (of another product, or as a computer before this one counted them)
    would keep it for ever: the price's version is raised. Once only, lest a broken label raise it without end.
    """
    if label is None or label.lagged:
        return []
    since = parse_time(label.waits_since)
    if since is None or now - since < timedelta(seconds=policy.label_patience_s):
        return []
    return [
        device_facts.LabelLagged(
            device=label.device, label=label.label, sku=label.sku, version=label.version
        ),
        *_raised(label.sku, {label.sku: label.version}, label.shown_version),
    ]


def due_try(asked_from: str, now: datetime) -> int:
    """Which try is due, 1 the first; pauses double up to MOST_RETRY_S. The time alone tells, after a restart too."""
    since = parse_time(asked_from)
    waited_s = 0.0 if since is None else (now - since).total_seconds()
    number, pause_s = 1, FIRST_RETRY_S
    while waited_s >= pause_s and pause_s < MOST_RETRY_S:
        waited_s -= pause_s
        number, pause_s = number + 1, min(pause_s * 2, MOST_RETRY_S)
    return number + max(0, int(waited_s // MOST_RETRY_S))


def command_id(epoch: int, wanted: Mapping[str, object], number: int) -> str:
    """The id of a try: the same for the same wish and number, so that a device obeys it once."""
    parts = [epoch, *(wanted[name] for name in ("device", "label", "sku", "price_minor", "price_version"))]
    text = "\0".join(map(str, [*parts, wanted["asked_from"], number]))
    return f"label-{base64.b32encode(hashlib.sha256(text.encode()).digest())[:16].decode()}"
