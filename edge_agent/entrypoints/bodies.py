"""What requests may carry: shapes and limits, before any rule of the shop."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cloud_sync.protocol.money import MAX_MINOR

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]
OptionalName = Annotated[str, StringConstraints(max_length=64)]
Text = Annotated[str, StringConstraints(max_length=200)]
Consent = Annotated[str, StringConstraints(max_length=4_000)]
Qty = Annotated[int, Field(ge=1, le=10_000, strict=True)]
Bucket = Literal["available", "damaged", "tester"]
Minor = Annotated[int, Field(ge=0, le=MAX_MINOR, strict=True)]


class Body(BaseModel):
    """The root of all bodies: a field nobody knows is an error, not something to overlook."""

    model_config = ConfigDict(extra="forbid")


class LineBody(Body):
    sku: Name
    qty: Annotated[int, Field(ge=1, le=20, strict=True)]
    device: OptionalName = ""
    slot: OptionalName = ""
    price_minor: Minor | None = None
    handover: OptionalName = ""
    campaign: OptionalName = ""
    reservation: OptionalName = ""


class ShipToBody(Body):
    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    phone: Annotated[str, StringConstraints(min_length=1, max_length=30)]
    address: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class OrderBody(Body):
    channel: Name = "kiosk"
    device: OptionalName = ""
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=20)]
    pay: OptionalName = ""
    member: OptionalName = ""
    visit: OptionalName = ""
    coupons: Annotated[list[Annotated[str, StringConstraints(max_length=600)]], Field(max_length=10)] = []
    points: Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)] = 0
    claimant: OptionalName = ""
    consent: OptionalName = ""
    ship_to: ShipToBody | None = None
    address: OptionalName = ""
    """In place of `ship_to`: what a shopper typed on their phone, by the name that the screen was told."""


class HandedOverBody(Body):
    document: Text = ""


class HandoverFailedBody(Body):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ReturnedLineBody(Body):
    line: Annotated[int, Field(ge=1, strict=True)]
    units: Annotated[int, Field(ge=1, strict=True)]


class RefundBody(Body):
    """An amount, or lines whose price it is; both only where they fit together."""

    amount_minor: Annotated[int, Field(ge=1, le=MAX_MINOR, strict=True)] | None = None
    lines: Annotated[list[ReturnedLineBody], Field(max_length=20)] = []
    reason: Text = "staff"

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if self.amount_minor is None and not self.lines:
            raise ValueError("amount_minor or lines is missing")
        return self


class SettleBody(Body):
    outcome: Annotated[str, StringConstraints(pattern="^(dispensed|not_dispensed)$")]


class DeviceBody(Body):
    device: Name


class CountBody(Body):
    count: Annotated[int, Field(ge=0, le=10_000, strict=True)]


class BlockBody(Body):
    reason: Text = "staff"


class ItemBody(Body):
    sku: Name
    gtin: OptionalName = ""
    name_zh: Text = ""
    name_en: Text = ""
    brand: OptionalName = ""
    category: OptionalName = ""
    price_minor: Minor
    tax_rate_bp: Annotated[int, Field(ge=0, le=10_000, strict=True)] = 0
    food: bool = False
    tax_group: OptionalName = ""


class CatalogueBody(Body):
    items: Annotated[list[ItemBody], Field(max_length=20_000)]


class SlotBody(Body):
    device: Name
    slot: Name
    sku: Name
    par_level: Annotated[int, Field(ge=0, le=10_000, strict=True)]
    capacity: Annotated[int, Field(ge=0, le=10_000, strict=True)]
    count: Annotated[int, Field(ge=0, le=10_000, strict=True)] | None = None


class PlanogramBody(Body):
    slots: Annotated[list[SlotBody], Field(max_length=20_000)]


class LabelBody(Body):
    device: Name
    label: Name
    sku: OptionalName = ""


class LabelsBody(Body):
    labels: Annotated[list[LabelBody], Field(max_length=5_000)]


class SettleAuditBody(Body):
    verdict: Literal["counted", "test_vends", "machine_wrong", "unknown"]


class ReleaseFoodBody(Body):
    outcome: Literal["fine", "thrown_away"]


class CampaignBody(Body):
    campaign: Name
    brand: OptionalName = ""
    name_zh: Text = ""
    name_en: Text = ""
    skus: Annotated[list[Name], Field(min_length=1, max_length=50)]
    devices: Annotated[list[Name], Field(max_length=200)] = []
    per: Literal["member", "visit"]
    starts_at: Name
    ends_at: Name
    limit: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    consent_zh: Consent = ""
    consent_en: Consent = ""
    consent_version: OptionalName = ""


class CampaignsBody(Body):
    campaigns: Annotated[list[CampaignBody], Field(max_length=200)]


class SampleBody(Body):
    campaign: Name
    device: OptionalName = ""
    claimant: Name
    consent: OptionalName | None = None
    sku: OptionalName = ""
    screen: OptionalName = ""


class ReceiveBody(Body):
    sku: Name
    qty: Qty
    kind: Literal["supplier", "transfer", "delivery"]
    transfer: OptionalName = ""
    document: OptionalName = ""


class SendBody(Body):
    sku: Name
    qty: Qty
    kind: Literal["transfer", "collected"]
    to: OptionalName = ""


class ReturnBody(Body):
    sku: Name
    qty: Qty
    condition: Literal["available", "damaged"]
    order: OptionalName = ""
    reason: Text = ""


class RoomCountBody(Body):
    sku: Name
    bucket: Bucket = "available"
    counted: Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
    reason: Text = ""


class MoveBody(Body):
    sku: Name
    qty: Qty
    source: Bucket
    target: Bucket
    reason: Text = ""


class WasteBody(Body):
    sku: Name
    qty: Qty
    bucket: Bucket = "available"
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class FillBody(Body):
    device: Name
    slot: Name
    qty: Annotated[int, Field(ge=-10_000, le=10_000, strict=True)]


class CountInBody(Body):
    skus: Annotated[list[Name], Field(min_length=1, max_length=20_000)]


class HandOverBody(Body):
    how: Literal["picked_up", "shipped"] = "picked_up"
