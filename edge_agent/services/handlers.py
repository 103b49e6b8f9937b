"""Per command: load what the rule needs, decide. One line a command; the rules are in the domain."""

from __future__ import annotations

from datetime import datetime

from cloud_sync.protocol import facts
from edge_agent.domain import (
    audit,
    campaign,
    campaign_commands,
    catalogue,
    commands,
    device,
    food,
    food_commands,
    goods,
    handover,
    label,
    order,
    promotion_commands,
    refund,
    rights,
    stock,
    vend,
)
from edge_agent.domain.refusals import Refusal
from edge_agent.domain.signed_receipt import PresentReceipt
from edge_agent.services.day_handlers import DAY_HANDLERS
from edge_agent.services.member_handlers import MEMBER_HANDLERS, as_member
from edge_agent.services.payment_handlers import PAYMENT_HANDLERS
from edge_agent.services.ports import Reader
from edge_agent.services.promotion_handlers import PROMOTION_HANDLERS
from edge_agent.services.receipt_handlers import RECEIPT_HANDLERS
from edge_agent.services.rules import Handler as Handler
from edge_agent.services.rules import Outcome as Outcome
from edge_agent.services.rules import Rules as Rules
from edge_agent.services.signed_handlers import SIGNED_HANDLERS
from edge_agent.services.terms import terms


def _place_order(r: Reader, c: commands.PlaceOrder, now: datetime, rules: Rules) -> Outcome:
    c = as_member(r, c)
    by = terms(r, c, now, rules)
    if isinstance(by, Refusal):
        return by
    sample = campaign.sample_line(c)
    if sample is None:
        return order.place(r.checkout({line.sku for line in c.lines}), by, c, now, rules.policy)
    given = r.campaign(sample.campaign)
    why_not = campaign.why_no_sample(given, r.had_sample(sample.campaign, c.claimant), c, now)
    if why_not is not None or given is None:
        return why_not or Refusal("unknown_campaign", sample.campaign)
    free = campaign.for_nothing(c)
    placed = order.place(r.checkout({line.sku for line in c.lines}), by, free, now, rules.policy)
    return placed if isinstance(placed, Refusal) else campaign.with_sample(given, placed, c)


def _cancel(r: Reader, c: commands.CancelOrder, now: datetime, rules: Rules) -> Outcome:
    return order.cancel(r.order(c.order), c)


def _expire(r: Reader, c: commands.ExpireOrder, now: datetime, rules: Rules) -> Outcome:
    return order.expire(r.order(c.order), now)


def _refund_answered(
    r: Reader, c: commands.RefundAnswered | commands.PayOutRefund, now: datetime, rules: Rules
) -> Outcome:
    return refund.answered(r.order_of_refund(c.refund), c)


def _refund_order(r: Reader, c: commands.RefundOrder, now: datetime, rules: Rules) -> Outcome:
    return refund.by_staff(r.order(c.order), c)


def _hand_over_line(r: Reader, c: commands.HandOver, now: datetime, rules: Rules) -> Outcome:
    return handover.hand_over(r.order_of_handover(c.handover), c, now)


def _fail_handover(r: Reader, c: commands.FailHandover, now: datetime, rules: Rules) -> Outcome:
    return handover.fail(r.order_of_handover(c.handover), c)


def _settle_vend(r: Reader, c: commands.SettleVend, now: datetime, rules: Rules) -> Outcome:
    found = r.order_of_vend(c.vend)
    asked = None if found is None else found.vend(c.vend)
    return vend.settle(found, c, None if asked is None else r.slot(asked.device, asked.slot), now)


def _settle_audit(r: Reader, c: commands.SettleAudit, now: datetime, rules: Rules) -> Outcome:
    return audit.settle(r.audit_case(c.audit), c)


def _vend_overdue(r: Reader, c: commands.VendOverdue, now: datetime, rules: Rules) -> Outcome:
    return vend.overdue(r.order_of_vend(c.vend), c.vend, now)


def _count_slot(r: Reader, c: commands.CountSlot, now: datetime, rules: Rules) -> Outcome:
    return stock.count(r.slot(c.device, c.slot), c, "staff")


def _block_slot(r: Reader, c: commands.BlockSlot, now: datetime, rules: Rules) -> Outcome:
    return stock.block(r.slot(c.device, c.slot), c)


def _unblock_slot(r: Reader, c: commands.UnblockSlot, now: datetime, rules: Rules) -> Outcome:
    return stock.unblock(r.slot(c.device, c.slot), c)


def _list_items(r: Reader, c: commands.ListItems, now: datetime, rules: Rules) -> Outcome:
    return catalogue.list_items(c, r.currency(), r.items({item.sku for item in c.items}))


def _plan_slots(r: Reader, c: commands.PlanSlots, now: datetime, rules: Rules) -> Outcome:
    known = r.known_skus({s.sku for s in c.slots})
    return stock.plan(c, known, r.slots({(s.device, s.slot) for s in c.slots}))


def _plan_labels(r: Reader, c: commands.PlanLabels, now: datetime, rules: Rules) -> Outcome:
    planned = r.labels({(each.device, each.label) for each in c.labels})
    return label.plan(c, r.items({each.sku for each in c.labels}), planned)


def _label_overdue(r: Reader, c: commands.LabelOverdue, now: datetime, rules: Rules) -> Outcome:
    key = (c.device, c.label)
    return label.overdue(r.labels([key]).get(key), now, rules.policy)


def _open_store(r: Reader, c: commands.OpenStore, now: datetime, rules: Rules) -> Outcome:
    if r.store_epoch() >= c.epoch:
        # Also for an identity older than the file: an epoch that is over is never written in again.
        return []
    opening = facts.StoreOpened(
        store=c.store, name=c.name, timezone=c.timezone, currency=c.currency, epoch=c.epoch
    )
    return rights.opened(opening, r.promises())


def _receive(r: Reader, c: commands.ReceiveStock, now: datetime, rules: Rules) -> Outcome:
    return goods.receive(r.stocked(c.sku), c)


def _send(r: Reader, c: commands.SendStock, now: datetime, rules: Rules) -> Outcome:
    return goods.send(r.stocked(c.sku), c)


def _return(r: Reader, c: commands.ReturnStock, now: datetime, rules: Rules) -> Outcome:
    return goods.give_back(r.stocked(c.sku), c)


def _count_stock(r: Reader, c: commands.CountStock, now: datetime, rules: Rules) -> Outcome:
    return goods.count(r.stocked(c.sku), c)


def _move(r: Reader, c: commands.MoveStock, now: datetime, rules: Rules) -> Outcome:
    return goods.move(r.stocked(c.sku), c)


def _waste(r: Reader, c: commands.WasteStock, now: datetime, rules: Rules) -> Outcome:
    return goods.waste(r.stocked(c.sku), c)


def _fill(r: Reader, c: commands.FillSlot, now: datetime, rules: Rules) -> Outcome:
    slot = r.slot(c.device, c.slot)
    return goods.fill(slot, None if slot is None else r.stocked(slot.sku), c)


def _count_in(r: Reader, c: commands.CountIn, now: datetime, rules: Rules) -> Outcome:
    return goods.count_in({sku: r.stocked(sku) for sku in c.skus}, c)


def _hand_over(r: Reader, c: commands.HandOverPinned, now: datetime, rules: Rules) -> Outcome:
    found = r.pin(c.reservation)
    return goods.hand_over(found, None if found is None else r.stocked(found.sku), c)


def _list_campaigns(r: Reader, c: campaign_commands.ListCampaigns, now: datetime, rules: Rules) -> Outcome:
    return campaign.list_campaigns(c, r.known_skus({sku for each in c.campaigns for sku in each.skus}))


def _take_sample(r: Reader, c: campaign_commands.TakeSample, now: datetime, rules: Rules) -> Outcome:
    found = r.campaign(c.campaign)
    checkout = r.checkout(() if found is None else found.skus)
    queued = r.queued({slot.device for slot in checkout.slots})
    had = r.had_sample(c.campaign, c.claimant)
    return campaign.take(found, had, checkout, queued, c, now, rules.policy)


def _introduced(r: Reader, c: commands.DeviceIntroduced, now: datetime, rules: Rules) -> Outcome:
    return device.introduced(r.device(c.device), c)


def _presence(r: Reader, c: commands.DevicePresence, now: datetime, rules: Rules) -> Outcome:
    said = device.presence(r.device(c.device), c)
    return [*said, *food.told(r.food_in(c.device), c.state, now, rules.policy)]


def _food_overdue(r: Reader, c: food_commands.FoodOverdue, now: datetime, rules: Rules) -> Outcome:
    return food.overdue(r.food_in(c.device), r.device(c.device), now, rules.policy)


def _release_food(r: Reader, c: food_commands.ReleaseFood, now: datetime, rules: Rules) -> Outcome:
    return food.release(r.food_in(c.device), r.device(c.device), c)


def _withhold_vend(r: Reader, c: food_commands.WithholdVend, now: datetime, rules: Rules) -> Outcome:
    found = r.order_of_vend(c.vend)
    asked = None if found is None else found.vend(c.vend)
    return vend.withhold(found, c.vend, None if asked is None else r.slot(asked.device, asked.slot))


HANDLERS: dict[type[commands.Command], Handler] = {
    commands.PlaceOrder: _place_order,
    commands.CancelOrder: _cancel,
    commands.RefundOrder: _refund_order,
    commands.HandOver: _hand_over_line,
    commands.FailHandover: _fail_handover,
    commands.SettleVend: _settle_vend,
    commands.SettleAudit: _settle_audit,
    commands.PayOutRefund: _refund_answered,
    commands.CountSlot: _count_slot,
    commands.BlockSlot: _block_slot,
    commands.UnblockSlot: _unblock_slot,
    commands.ListItems: _list_items,
    commands.PlanSlots: _plan_slots,
    commands.PlanLabels: _plan_labels,
    commands.LabelOverdue: _label_overdue,
    food_commands.FoodOverdue: _food_overdue,
    food_commands.ReleaseFood: _release_food,
    food_commands.WithholdVend: _withhold_vend,
    commands.DeviceIntroduced: _introduced,
    commands.DevicePresence: _presence,
    commands.OpenStore: _open_store,
    commands.RefundAnswered: _refund_answered,
    commands.ExpireOrder: _expire,
    commands.VendOverdue: _vend_overdue,
    commands.ReceiveStock: _receive,
    commands.SendStock: _send,
    commands.ReturnStock: _return,
    commands.CountStock: _count_stock,
    commands.MoveStock: _move,
    commands.WasteStock: _waste,
    commands.FillSlot: _fill,
    commands.CountIn: _count_in,
    commands.HandOverPinned: _hand_over,
    campaign_commands.ListCampaigns: _list_campaigns,
    campaign_commands.TakeSample: _take_sample,
    **RECEIPT_HANDLERS,
    **PAYMENT_HANDLERS,
    **DAY_HANDLERS,
    **PROMOTION_HANDLERS,
    **MEMBER_HANDLERS,
    **SIGNED_HANDLERS,
}

SALES = (
    commands.PlaceOrder,
    commands.RequestPayment,
    PresentReceipt,
    campaign_commands.TakeSample,
    promotion_commands.HandOutCoupon,
    promotion_commands.Play,
)
"""Commands that begin something new: refused first when the disk runs out, or when the store may not sell."""

NO_SALES = {"fenced": Refusal("must_join"), "unproven": Refusal("unproven")}
"""By standing."""
