"""Facts about sampling campaigns: what a brand gives away, who agreed to what, and who has had theirs.

A subject is a random key of a member or of one visit. Who owns a key stands elsewhere, in a table that can be erased.
"""

from __future__ import annotations

from cloud_sync.protocol.fact import Fact


class CampaignListed(Fact, frozen=True, kw_only=True):
    """A campaign gives samples of these SKUs away, once per subject (the newest row of a campaign counts).

    `per`: member or visit, whose key a subject is. No devices: at every machine that holds one of the SKUs.
    Without a consent version nobody is asked.
    """

    TYPE = "popshop.campaign.listed.v1"
    campaign: str
    brand: str
    name_zh: str
    name_en: str
    skus: list[str]
    devices: list[str]
    per: str
    starts_at: str
    ends_at: str
    limit: int
    """Samples in all, in this store."""
    consent_zh: str = ""
    consent_en: str = ""
    consent_version: str = ""


class ConsentGiven(Fact, frozen=True, kw_only=True):
    """A subject agreed to a brand's text, in this version of it."""

    TYPE = "popshop.campaign.consent_given.v1"
    campaign: str
    brand: str
    subject: str
    version: str


class SampleClaimed(Fact, frozen=True, kw_only=True):
    """A subject's sample of a campaign is on its way by this order; there is no second one."""

    TYPE = "popshop.campaign.sample_claimed.v1"
    campaign: str
    subject: str
    order: str
    sku: str
    line: int = 1
    """The order's line that is the sample."""


class SampleReleased(Fact, frozen=True, kw_only=True):
    """The sample stayed in the machine for certain: the subject may ask again."""

    TYPE = "popshop.campaign.sample_released.v1"
    campaign: str
    subject: str
    order: str
    sku: str
