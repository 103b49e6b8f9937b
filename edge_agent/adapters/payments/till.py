"""Talks to one provider for every payment and refund of its methods that is open; answers go to the brain.

What is open stands in the tables: a crash between asking and hearing is asked again with the same ids. How long to
wait is counted on the monotonic clock, so that a step of the store's clock neither closes nor keeps a payment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from cloud_sync.protocol.envelope import parse_time
from edge_agent.adapters.payments.pay_codes import PayCodes
from edge_agent.adapters.payments.port import (
    PaymentAsked,
    PaymentProvider,
    ProviderAnswer,
    ProviderTrouble,
    RefundAsked,
    RefundRefusedByProvider,
)
from edge_agent.adapters.sqlite_store.queries import Queries
from edge_agent.domain.commands import ProviderAnswered, RefundAnswered
from edge_agent.domain.methods import BY_HAND
from edge_agent.services.brain import Brain
from edge_agent.services.ports import Clock

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 0.25
"""How often all open payments are looked through; new ones are seen with every commit."""
REFUND_AGAIN_S: Final = (1.0, 60.0)
"""A refund without an answer is asked for again after this long at first and at most."""


@dataclass(slots=True)
class Watch:
    """How one open payment or refund is followed, on the monotonic clock."""

    since_s: float
    due_s: float
    pause_s: float
    expires_s: float = 0.0


class Till:
    """`step` asks about what is due. One thread's, but for `ask_now`."""

    def __init__(
        self,
        provider: PaymentProvider,
        methods: Collection[str],
        queries: Queries,
        brain: Brain,
        clock: Clock,
        codes: PayCodes | None = None,
    ) -> None:
        self._provider = provider
        self._methods = tuple(methods)
        self._queries = queries
        self._brain = brain
        self._clock = clock
        self._codes = codes or PayCodes()
        self._payments: dict[str, Watch] = {}
        self._refunds: dict[str, Watch] = {}
        self._hurried: set[str] = set()
        self._look_at_s = 0.0

    def ask_now(self, payment: str) -> None:
        """Have a payment asked for at the next step, however long it would wait. Safe from any thread."""
        self._hurried.add(payment)

    def step(self) -> None:
        """Ask about what is due: new payments always, the others when their time has come."""
        now_s = self._clock.monotonic()
        if now_s < self._look_at_s and not self._hurried:
            for payment in self._queries.new_payments(self._methods):
                self._follow(payment, now_s)
            return
        self._look_at_s = now_s + LOOK_EVERY_S
        live = self._queries.live_payments(self._methods)
        self._payments = {p["id"]: self._payments[p["id"]] for p in live if p["id"] in self._payments}
        for payment in live:
            self._follow(payment, now_s)
        self._hurried.clear()
        refunds = [
            r
            for r in self._queries.open_refunds()
            if r["method"] in self._methods and r["method"] not in BY_HAND and r["state"] == "requested"
        ]
        self._refunds = {r["id"]: self._refunds[r["id"]] for r in refunds if r["id"] in self._refunds}
        for refund in refunds:
            self._give_back(refund, now_s)

    # ── payments ────────────────────────────────────────────────────────────────────────────────────

    def _follow(self, payment: dict[str, Any], now_s: float) -> None:
        watch = self._payments.get(payment["id"])
        if watch is None:
            watch = self._payments[payment["id"]] = self._watch(payment, now_s)
        gone = bool(payment["cancel_requested"]) or watch.expires_s <= now_s
        if payment["id"] in self._hurried or (gone and watch.pause_s < self._provider.pace.first_s * 1.6):
            # The shopper or a person waits; but a provider that is away is not asked without a pause.
            watch.due_s = min(watch.due_s, now_s)
        if now_s < watch.due_s:
            return
        tired = bool(payment["scanned"]) and now_s - watch.since_s >= self._provider.pace.give_up_s
        try:
            answer = self._ask(payment, unwanted=gone or tired)
        except ProviderTrouble as trouble:
            self._no_answer(payment, str(trouble))
        except Exception as error:
            # One payment that breaks the provider's file must not keep the others waiting.
            log.exception("provider_broke", payment=payment["id"])
            self._no_answer(payment, type(error).__name__)
        else:
            self._tell(payment, answer)
        watch.due_s = self._clock.monotonic() + watch.pause_s
        watch.pause_s = min(watch.pause_s * 1.5, self._provider.pace.most_s)

    def _watch(self, payment: dict[str, Any], now_s: float) -> Watch:
        expires_at = parse_time(payment["expires_at"])
        left_s = 0.0 if expires_at is None else (expires_at - self._clock.now()).total_seconds()
        return Watch(now_s, now_s, self._provider.pace.first_s, now_s + left_s)

    def _ask(self, payment: dict[str, Any], *, unwanted: bool) -> ProviderAnswer:
        asked = PaymentAsked(
            payment["id"],
            payment["order"],
            payment["amount_minor"],
            payment["currency"],
            payment["subject"],
            bool(payment["scanned"]),
        )
        if payment["state"] != "created":
            return self._close(asked) if unwanted else self._provider.ask(asked)
        if not asked.scanned:
            # A QR that the shopper never saw cannot be paid: with no answer it is made again.
            return self._close(asked) if unwanted else self._provider.create(asked)
        code = self._codes.take(asked.order)
        if code and not unwanted:
            return self._provider.create(replace(asked, pay_code=code))
        # The code is lost with the process that had it: only the provider knows whether it was told.
        found = self._provider.ask(asked)
        return self._close(asked) if found.state == "unheard" or unwanted else found

    def _close(self, asked: PaymentAsked) -> ProviderAnswer:
        answer = self._provider.close(asked)
        return replace(answer, state="closed") if answer.state == "unheard" else answer

    def _no_answer(self, payment: dict[str, Any], reason: str) -> None:
        # Of a scanned payment the code may have reached the provider: from here on it is only asked for.
        if payment["state"] == "pending" or (payment["state"] == "created" and payment["scanned"]):
            self._brain.submit(ProviderAnswered("", payment["id"], "unknown", reason=reason[:200]))
        else:
            log.warning("payment_waits", payment=payment["id"], reason=reason[:200])

    def _tell(self, payment: dict[str, Any], answer: ProviderAnswer) -> None:
        # A provider may know a payment only once a phone has read its QR: till then it waits.
        state = "pending" if answer.state == "unheard" else answer.state
        if state != payment["state"]:
            self._brain.submit(told(payment["id"], replace(answer, state=state)))

    # ── refunds ─────────────────────────────────────────────────────────────────────────────────────

    def _give_back(self, refund: dict[str, Any], now_s: float) -> None:
        watch = self._refunds.setdefault(refund["id"], Watch(now_s, now_s, REFUND_AGAIN_S[0]))
        if now_s < watch.due_s:
            return
        watch.due_s = now_s + watch.pause_s
        watch.pause_s = min(watch.pause_s * 2, REFUND_AGAIN_S[1])
        asked = RefundAsked(
            refund["id"], refund["payment"], refund["amount_minor"], refund["paid_minor"], refund["currency"]
        )
        try:
            reference = self._provider.refund(asked)
        except RefundRefusedByProvider as no:
            self._brain.submit(RefundAnswered("", refund["id"], refunded=False, reason=str(no)[:200]))
        except ProviderTrouble as trouble:
            log.warning("refund_waits", refund=refund["id"], reason=str(trouble)[:200])
        except Exception:
            log.exception("provider_broke", refund=refund["id"])
        else:
            self._brain.submit(RefundAnswered("", refund["id"], refunded=True, provider_ref=reference))


def told(payment: str, answer: ProviderAnswer) -> ProviderAnswered:
    """An answer as the command that has the shop decide on it."""
    return ProviderAnswered(
        "",
        payment,
        answer.state,
        provider_ref=answer.provider_ref,
        pay_url=answer.pay_url,
        amount_minor=answer.amount_minor,
        currency=answer.currency,
        reason=answer.reason or ("closed at the provider" if answer.state == "closed" else ""),
        about=answer.payment,
        order=answer.order,
    )
