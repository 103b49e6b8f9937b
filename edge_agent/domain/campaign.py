"""Sampling campaigns: who may have a sample, and what becomes of the claim when its vend has an end. Pure.

A claim is made with the order, so that nobody has two on their way; it ends only when the unit stayed in the machine
for certain. While nobody knows, it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cloud_sync.protocol import campaign_facts, facts
from cloud_sync.protocol.envelope import parse_time, rfc3339
from cloud_sync.protocol.handover_facts import SAMPLE
from edge_agent.domain import payment
from edge_agent.domain.campaign_commands import ListCampaigns, ListedCampaign, TakeSample
from edge_agent.domain.commands import PlaceOrder, RequestedLine, RequestPayment
from edge_agent.domain.methods import NONE
from edge_agent.domain.order import Checkout, Line, Order, place
from edge_agent.domain.policy import Policy
from edge_agent.domain.pricing.units import Terms
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.subject import WHAT_A_KEY_IS, is_key

CHANNEL: Final = "sample"
PER: Final = ("member", "visit")
MAX_SAMPLES: Final = 1_000_000
MAX_CONSENT_CHARS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as a decision sees it; `given` counts the claims that stand."""

    campaign: str
    brand: str
    skus: tuple[str, ...]
    devices: tuple[str, ...]
    starts_at: str
    ends_at: str
    limit: int
    consent_version: str
    given: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What an order is to a campaign. `standing`: the claim has not been released."""

    order: str
    campaign: str
    subject: str
    sku: str
    standing: bool
    brand: str
    per: str
    line: int = 1
    """The order's line that it is."""


# ── listing ─────────────────────────────────────────────────────────────────────────────────────────


def list_campaigns(command: ListCampaigns, known_skus: frozenset[str]) -> list[facts.Fact] | Refusal:
    """Take campaigns in; all or none. One that is known already is changed, and keeps who has had theirs."""
    out: list[facts.Fact] = []
    for each in command.campaigns:
        unknown = next((sku for sku in each.skus if sku not in known_skus), "")
        if unknown:
            return Refusal("unknown_item", unknown)
        starts, ends = parse_time(each.starts_at), parse_time(each.ends_at)
        if starts is None or ends is None or starts >= ends:
            return Refusal(
                "malformed", f"{each.campaign}: starts_at and ends_at are RFC 3339 times, in order"
            )
        problem = _problem(each)
        if problem:
            return Refusal("malformed", f"{each.campaign}: {problem}")
        out.append(
            campaign_facts.CampaignListed(
                campaign=each.campaign,
                brand=each.brand,
                name_zh=each.name_zh or each.name_en,
                name_en=each.name_en or each.name_zh,
                skus=list(each.skus),
                devices=list(each.devices),
                per=each.per,
                starts_at=rfc3339(starts),
                ends_at=rfc3339(ends),
                limit=each.limit,
                consent_zh=each.consent_zh,
                consent_en=each.consent_en,
                consent_version=each.consent_version,
            )
        )
    return out


def _problem(each: ListedCampaign) -> str:
    if not (each.name_zh or each.name_en):
        return "a name is missing"
    if not each.skus:
        return "it gives nothing away"
    if each.per not in PER:
        return f"a sample is given once per {' or '.join(PER)}"
    if not 1 <= each.limit <= MAX_SAMPLES:
        return f"a limit is 1 to {MAX_SAMPLES} samples"
    said = (each.consent_version, each.consent_zh, each.consent_en)
    if any(said) and not all(said):
        return "a consent needs its text in Chinese and in English, and a version"
    if max(len(each.consent_zh), len(each.consent_en)) > MAX_CONSENT_CHARS:
        return f"a consent has at most {MAX_CONSENT_CHARS} characters"
    return ""


# ── taking one ──────────────────────────────────────────────────────────────────────────────────────


def take(
    campaign: Campaign | None,
    had: bool,
    checkout: Checkout,
    queued: dict[str, int],
    command: TakeSample,
    now: datetime,
    policy: Policy,
) -> list[facts.Fact] | Refusal:
    """Claim a sample and have it vended; `had` tells whether the claimant has one already, or one on its way."""
    if not is_key(command.claimant):
        return Refusal("malformed", f"a claimant is {WHAT_A_KEY_IS}")
    if campaign is None:
        return Refusal("unknown_campaign", command.campaign)
    refused = _refused(campaign, had, command, now)
    if refused:
        return Refusal(refused, campaign.campaign)
    placed = _place(campaign, checkout, command, now, policy)
    if isinstance(placed, Refusal):
        return placed
    paid = payment.request(
        as_order(placed), RequestPayment("", placed.order, NONE), frozenset(), queued, now, policy
    )
    if isinstance(paid, Refusal):
        return paid
    return [
        *_agreed(campaign, command.claimant),
        placed,
        _claim(campaign, command.claimant, placed, 1),
        *paid,
    ]


def _agreed(campaign: Campaign, claimant: str) -> list[facts.Fact]:
    if not campaign.consent_version:
        return []
    return [
        campaign_facts.ConsentGiven(
            campaign=campaign.campaign,
            subject=claimant,
            brand=campaign.brand,
            version=campaign.consent_version,
        )
    ]


def _claim(
    campaign: Campaign, claimant: str, placed: facts.OrderPlaced, line: int
) -> campaign_facts.SampleClaimed:
    (of,) = (each for each in placed.lines if each.line == line)
    return campaign_facts.SampleClaimed(
        campaign=campaign.campaign, subject=claimant, order=placed.order, sku=of.sku, line=line
    )


# ── a sample among the lines of an order ────────────────────────────────────────────────────────────


def for_nothing(command: PlaceOrder) -> PlaceOrder:
    """The order with its samples at no price, whatever was asked."""
    lines = tuple(replace(line, price_minor=0) if line.handover == SAMPLE else line for line in command.lines)
    return replace(command, lines=lines)


def sample_line(command: PlaceOrder) -> RequestedLine | None:
    """The line that is a sample; there is one at most (see `why_no_sample`)."""
    return next((line for line in command.lines if line.handover == SAMPLE), None)


def why_no_sample(campaign: Campaign | None, had: bool, command: PlaceOrder, now: datetime) -> Refusal | None:
    """Why the order's sample cannot be had, by the campaign's rule; None when it can."""
    samples = [line for line in command.lines if line.handover == SAMPLE]
    if len(samples) != 1 or samples[0].qty != 1:
        return Refusal("malformed", "one sample in an order")
    if not samples[0].campaign:
        return Refusal("samples_only", samples[0].sku)
    if not is_key(command.claimant):
        return Refusal("malformed", f"a claimant is {WHAT_A_KEY_IS}")
    if campaign is None:
        return Refusal("unknown_campaign", samples[0].campaign)
    asked = TakeSample(
        command.id, campaign.campaign, samples[0].device, command.claimant, command.consent, samples[0].sku
    )
    refused = _refused(campaign, had, asked, now)
    return Refusal(refused, campaign.campaign) if refused else None


def with_sample(
    campaign: Campaign, placed: list[facts.Fact], command: PlaceOrder
) -> list[facts.Fact] | Refusal:
    """A placed order with the claim of its sample, which must come out of one of the campaign's machines."""
    (order,) = (fact for fact in placed if isinstance(fact, facts.OrderPlaced))
    (line,) = (each for each in order.lines if each.handover == SAMPLE)
    if campaign.devices and line.device not in campaign.devices:
        return Refusal("campaign_elsewhere", campaign.campaign)
    claimed = _claim(campaign, command.claimant, order, line.line)
    return [*_agreed(campaign, command.claimant), *placed, claimed]


def _refused(campaign: Campaign, had: bool, command: TakeSample, now: datetime) -> str:
    """Why not, by its code; nothing when the campaign has no objection."""
    if not campaign.starts_at <= rfc3339(now) < campaign.ends_at:
        return "campaign_closed"
    if command.device and campaign.devices and command.device not in campaign.devices:
        return "campaign_elsewhere"
    if command.sku and command.sku not in campaign.skus:
        return "campaign_elsewhere"
    if had:
        return "sample_taken_already"
    if campaign.given >= campaign.limit:
        return "samples_gone"
    return (
        "consent_needed" if campaign.consent_version and command.consent != campaign.consent_version else ""
    )


def _place(
    campaign: Campaign, checkout: Checkout, command: TakeSample, now: datetime, policy: Policy
) -> facts.OrderPlaced | Refusal:
    """An order of one unit for nothing, of the SKU that is fullest; by the rules of any order."""
    devices = {command.device} if command.device else set(campaign.devices)
    slots = tuple(slot for slot in checkout.slots if not devices or slot.device in devices)
    here = replace(checkout, slots=slots)
    wished = [command.sku] if command.sku else list(campaign.skus)
    wished.sort(key=lambda sku: -sum(slot.available for slot in slots if slot.sku == sku))
    told = Refusal("samples_gone", campaign.campaign)
    for sku in wished:
        line = RequestedLine(sku, 1, price_minor=0, handover=SAMPLE, campaign=campaign.campaign)
        screen = command.screen or command.device
        free = Terms(checkout.currency)
        placed = place(here, free, PlaceOrder(command.id, CHANNEL, screen, (line,)), now, policy)
        if not isinstance(placed, Refusal):
            (order,) = (fact for fact in placed if isinstance(fact, facts.OrderPlaced))
            return order
        if placed.code != "sold_out" and told.code == "samples_gone":
            told = placed
    return told


def as_order(placed: facts.OrderPlaced) -> Order:
    """An order as it will be once it is written, to be paid for in the same decision."""
    lines = (Line(x.line, x.sku, x.qty, x.price_minor, x.device, x.slot, x.handover) for x in placed.lines)
    return Order(
        placed.order, "open", placed.currency, placed.total_minor, placed.expires_at, False, tuple(lines),
        (), (), (),
    )  # fmt: skip


# ── what becomes of it ──────────────────────────────────────────────────────────────────────────────

ENDS: Final = (facts.VendDispensed, facts.VendFailed, facts.VendDisputed, facts.OrderClosed)
_LET_GO: Final = ("cancelled", "expired")
_End = facts.VendDispensed | facts.VendFailed | facts.VendDisputed | facts.OrderClosed


def followed(
    outcome: Sequence[facts.Fact],
    sample_of: Callable[[str], Sample | None],
    had: Callable[[str, str], bool],
) -> list[facts.Fact]:
    """A decision's facts with what a vend's end means for the sample that it was."""
    out: list[facts.Fact] = []
    for fact in outcome:
        out.append(fact)
        if isinstance(fact, ENDS) and (not isinstance(fact, facts.OrderClosed) or fact.state in _LET_GO):
            sample = sample_of(fact.order)
            if sample is not None and _is_of(fact, sample):
                out += _after(fact, sample, had)
    return out


def _is_of(fact: _End, sample: Sample) -> bool:
    """Whether it is the end of the sample itself: other lines of its order have ends of their own."""
    match fact:
        case facts.OrderClosed():
            return True
        case facts.VendDisputed():
            return fact.vend.split("-")[1] == str(sample.line)
        case _:
            return fact.line == sample.line


def _after(
    fact: _End,
    sample: Sample,
    had: Callable[[str, str], bool],
) -> list[facts.Fact]:
    which = {
        "campaign": sample.campaign,
        "subject": sample.subject,
        "order": sample.order,
        "sku": sample.sku,
    }
    if isinstance(fact, facts.VendDispensed):
        visit = sample.subject if sample.per == "visit" else ""
        return [
            facts.Interaction(
                device=fact.device,
                kind="sample_taken",
                visit=visit,
                item=sample.sku,
                brand=sample.brand,
                detail={"campaign": sample.campaign},
            )
        ]
    if isinstance(fact, facts.VendFailed | facts.OrderClosed):
        return [campaign_facts.SampleReleased(**which)] if sample.standing else []
    # It was taken for failed, and the machine says that it dropped: then it was theirs.
    if fact.device_says == "dispensed" and not sample.standing and not had(sample.campaign, sample.subject):
        return [campaign_facts.SampleClaimed(**which, line=sample.line)]
    return []
