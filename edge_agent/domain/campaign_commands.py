"""What can be asked of sampling campaigns."""

from __future__ import annotations

from dataclasses import dataclass

from edge_agent.domain.commands import Command


@dataclass(frozen=True, slots=True)
class ListedCampaign:
    """A campaign as staff (or headquarters' people) enter it; see `campaign_facts.CampaignListed`."""

    campaign: str
    skus: tuple[str, ...]
    per: str
    starts_at: str
    ends_at: str
    limit: int
    brand: str = ""
    name_zh: str = ""
    name_en: str = ""
    devices: tuple[str, ...] = ()
    consent_zh: str = ""
    consent_en: str = ""
    consent_version: str = ""


@dataclass(frozen=True, slots=True)
class ListCampaigns(Command):
    campaigns: tuple[ListedCampaign, ...]


@dataclass(frozen=True, slots=True)
class TakeSample(Command):
    """Somebody wants a sample. `device` is the machine (empty: any of the campaign's), `screen` where they asked.

    `consent` is the version of the text that they agreed to, empty for none; `sku` one of the campaign's, or any.
    """

    campaign: str
    device: str
    claimant: str
    consent: str = ""
    sku: str = ""
    screen: str = ""
