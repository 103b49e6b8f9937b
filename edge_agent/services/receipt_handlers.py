"""Per command about receipts: load what the rule needs, decide. And what follows from money: a receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cloud_sync.protocol import facts
from edge_agent.domain import commands, receipt, receipt_commands
from edge_agent.domain.day import prints
from edge_agent.domain.refusals import Refusal
from edge_agent.services.ports import Reader
from edge_agent.services.rules import Handler, Outcome, Rules


def _print(r: Reader, c: receipt_commands.PrintReceipt, now: datetime, rules: Rules) -> Outcome:
    number = prints.number_of(c.receipt)
    if number is not None:
        if c.by != "staff":
            return Refusal("unknown_receipt", c.receipt)
        if number and not r.day_closed(number):
            return Refusal("unknown_z", str(number))
    known = number is not None or r.receipt_known(c.receipt)
    return receipt.ask_print(known, r.prints_waiting(), rules.prints, c)


def _begun(r: Reader, c: receipt_commands.PrintBegun, now: datetime, rules: Rules) -> Outcome:
    job = r.print_job(c.job)
    return receipt.begin_print(job, 0 if job is None else _begun_before(r, job.receipt), c)


def _done(r: Reader, c: receipt_commands.PrintDone, now: datetime, rules: Rules) -> Outcome:
    job = r.print_job(c.job)
    # The print in hand was begun itself: it is no copy of its own.
    return receipt.end_print(job, 0 if job is None else max(0, _begun_before(r, job.receipt) - 1), c)


def _begun_before(r: Reader, name: str) -> int:
    number = prints.number_of(name)
    return r.receipt_begun(name) if number is None else r.z_begun(number)


def _drop(r: Reader, c: receipt_commands.DropPrint, now: datetime, rules: Rules) -> Outcome:
    return receipt.drop_print(r.print_job(c.job), c)


RECEIPT_HANDLERS: Final[dict[type[commands.Command], Handler]] = {
    receipt_commands.PrintReceipt: _print,
    receipt_commands.PrintBegun: _begun,
    receipt_commands.PrintDone: _done,
    receipt_commands.DropPrint: _drop,
}


def with_receipts(r: Reader, outcome: list[facts.Fact], now: datetime, rules: Rules) -> list[facts.Fact]:
    """A decision's facts with a receipt for all money in them."""
    if not any(isinstance(f, facts.PaymentPaid | facts.PaymentRefunded) for f in outcome):
        return outcome
    return receipt.issued(outcome, r.receipt_told, r.last_receipt, r.store_epoch(), rules.receipt_secret)
