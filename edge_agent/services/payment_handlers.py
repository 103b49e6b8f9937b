"""Per command about payments: load what the rule needs, decide."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from edge_agent.domain import commands, payment, payment_commands, reconciliation
from edge_agent.domain.methods import NONE
from edge_agent.domain.offline_limits import check
from edge_agent.domain.order import Order
from edge_agent.domain.refusals import Refusal
from edge_agent.services.ports import Reader
from edge_agent.services.rules import Handler, Outcome, Rules


def _request(r: Reader, c: commands.RequestPayment, now: datetime, rules: Rules) -> Outcome:
    found = r.order(c.order)
    lines = () if found is None else found.lines
    spoiling = [slot for slot in r.slots({(x.device, x.slot) for x in lines}).values() if slot.spoiling]
    if spoiling:
        # Its money would only have to go back.
        return Refusal("food_stopped", spoiling[0].sku)
    asked = payment.request(found, c, rules.payment_methods, _queued(r, found), now, rules.policy)
    if isinstance(asked, Refusal) or found is None:
        return asked
    return _too_much_offline(r, c.method, found) or asked


def _too_much_offline(r: Reader, method: str, found: Order) -> Refusal | None:
    link = r.link()
    if link.online or found.total_minor == 0:
        return None
    return check(
        method or NONE, found.total_minor, r.asked_since(method, link.since), r.store_rules().offline_limits
    )


def _provider_answered(r: Reader, c: commands.ProviderAnswered, now: datetime, rules: Rules) -> Outcome:
    found = r.order_of_payment(c.payment)
    return payment.answered(found, c, _queued(r, found), now, rules.policy)


def _confirm(r: Reader, c: payment_commands.ConfirmPayment, now: datetime, rules: Rules) -> Outcome:
    found = r.order_of_payment(c.payment)
    return payment.confirm(found, c, _queued(r, found), now, rules.policy)


def _settle(r: Reader, c: payment_commands.SettlePayment, now: datetime, rules: Rules) -> Outcome:
    found = r.order_of_payment(c.payment)
    return payment.settle(found, c, _queued(r, found), now, rules.policy)


def _queued(r: Reader, found: Order | None) -> dict[str, int]:
    return {} if found is None else r.queued({line.device for line in found.lines})


def _statement(r: Reader, c: payment_commands.StatementRead, now: datetime, rules: Rules) -> Outcome:
    ours = r.moved_on(c.method, c.day, c.asked_at)
    of_the_day = {(moved.payment, moved.refund) for moved in ours}
    booked = [(payment, refund) for payment, refund, *_ in c.booked if (payment, refund) not in of_the_day]
    return [reconciliation.compare(c, [*ours, *r.moved_elsewhere(c.method, booked)], r.currency())]


def _settle_difference(
    r: Reader, c: payment_commands.SettleDifference, now: datetime, rules: Rules
) -> Outcome:
    return reconciliation.settle(r.difference_open(c.case), c)


PAYMENT_HANDLERS: Final[dict[type[commands.Command], Handler]] = {
    commands.RequestPayment: _request,
    commands.ProviderAnswered: _provider_answered,
    payment_commands.ConfirmPayment: _confirm,
    payment_commands.SettlePayment: _settle,
    payment_commands.StatementRead: _statement,
    payment_commands.SettleDifference: _settle_difference,
}
