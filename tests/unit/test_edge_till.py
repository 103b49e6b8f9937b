"""The till and its sandbox provider: money is asked for once, believed once and given back once, whoever crashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from edge_agent.adapters.payments.port import (
    PaymentAsked,
    ProviderAnswer,
    ProviderTrouble,
    RefundAsked,
    RefundRefusedByProvider,
    StatementLine,
)
from edge_agent.adapters.payments.sandbox import SandboxProvider
from edge_agent.adapters.payments.till import Till
from edge_agent.domain import commands
from hardware import messages
from tests.edge_harness import Store, assert_books_hold


class Moody:
    """Fills the provider's port with the sandbox; while `away`, what it does is done and its answer is lost."""

    pace = SandboxProvider.pace

    def __init__(self, sandbox: SandboxProvider) -> None:
        self.sandbox = sandbox
        self.away = False

    def _tell(self, answer: ProviderAnswer) -> ProviderAnswer:
        if self.away:
            raise ProviderTrouble("timed out")
        return answer

    def create(self, asked: PaymentAsked) -> ProviderAnswer:
        return self._tell(self.sandbox.create(asked))

    def ask(self, asked: PaymentAsked) -> ProviderAnswer:
        return self._tell(self.sandbox.ask(asked))

    def close(self, asked: PaymentAsked) -> ProviderAnswer:
        return self._tell(self.sandbox.close(asked))

    def refund(self, asked: RefundAsked) -> str:
        reference = self.sandbox.refund(asked)
        if self.away:
            raise ProviderTrouble("timed out")
        return reference

    def statement(self, day: str) -> list[StatementLine]:
        return self.sandbox.statement(day)

    def notified(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ProviderAnswer]:
        return self.sandbox.notified(headers, body)


class Counter:
    """A store with its till, worked by hand."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "store.db")
        self.store.stock(("vm-1", "1", "A", 5))
        self.provider = Moody(SandboxProvider(folder / "sandbox.db", "http://shop"))
        self.till = Till(self.provider, ["sandbox"], self.store.queries, self.store.brain, self.store.clock)

    def ask(self, times: int = 1) -> None:
        for _ in range(times):
            self.store.clock.pass_s(1)
            self.till.step()
            while self.store.brain.step(0):
                pass

    def order(self) -> str:
        order = self.store.order(("A", 1)).subject
        self.store.do(commands.RequestPayment(self.store.key(), order, "sandbox"))
        return order

    def token(self, order: str) -> str:
        url: str = self.store.look(order)["payment"]["pay_url"]
        return url.rpartition("/")[2]

    def payment(self, order: str) -> str:
        state: str = self.store.look(order)["payment"]["state"]
        return state


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    counter = Counter(tmp_path)
    yield counter
    assert_books_hold(counter.store.path)
    counter.provider.sandbox.close_book()
    counter.store.close()


def test_a_phone_pays_and_the_goods_come(counter: Counter) -> None:
    order = counter.order()
    counter.ask()
    assert counter.payment(order) == "pending"
    counter.provider.sandbox.pay(counter.token(order))
    counter.ask(3)
    assert counter.store.look(order)["state"] == "fulfilling"
    assert len(counter.store.look(order)["vends"]) == 1


def test_an_answer_lost_at_any_step_is_asked_for_again_and_counts_once(counter: Counter) -> None:
    order = counter.order()
    counter.provider.away = True
    counter.ask(2)
    counter.provider.away = False
    counter.ask()
    token = counter.token(order)
    counter.provider.away = True
    counter.provider.sandbox.pay(token)
    counter.ask(2)
    assert counter.payment(order) == "unknown"
    counter.provider.away = False
    counter.ask(2)
    assert counter.store.look(order)["state"] == "fulfilling"

    vend = counter.store.look(order)["vends"][0]["id"]
    counter.store.report(messages.VendFailed(command_id=vend, slot="1", code="EJC"))
    counter.provider.away = True
    counter.ask(3)
    assert counter.store.look(order)["refunds"][0]["state"] == "requested"
    counter.provider.away = False
    counter.ask(2)
    assert counter.store.look(order)["state"] == "refunded"
    book = counter.provider.sandbox.look(token)
    assert book is not None
    assert book["refunded_minor"] == 500, "given back once, although it was asked for four times"


def test_a_cancelled_payment_is_closed_there_first_unless_the_money_was_faster(counter: Counter) -> None:
    slow, fast = counter.order(), counter.order()
    counter.ask()
    counter.provider.sandbox.pay(counter.token(fast))
    for order in (slow, fast):
        counter.store.do(commands.CancelOrder(counter.store.key(), order))
    counter.ask(3)
    assert counter.store.look(slow)["state"] == counter.store.look(fast)["state"] == "cancelled"
    late = counter.provider.sandbox.pay(counter.token(slow)) or {}
    assert late["state"] == "closed", "nobody can pay it any more"
    assert counter.store.look(fast)["refunded_minor"] == 500
    assert counter.store.slot()["held"] == 0


def test_an_order_nobody_paid_is_closed_at_the_provider_and_lets_go_of_its_unit(counter: Counter) -> None:
    order = counter.order()
    counter.ask()
    counter.store.clock.pass_s(301)
    counter.ask(2)
    assert counter.store.look(order)["state"] == "expired"
    assert counter.store.slot()["held"] == 0


def test_everybody_pressing_at_once_leaves_one_end(tmp_path: Path) -> None:
    sandbox = SandboxProvider(tmp_path / "sandbox.db", "http://shop")
    with ThreadPoolExecutor(8) as crowd:
        for n in range(20):
            payment = f"p{n}"
            opened = list(crowd.map(lambda _, p=payment: sandbox.create(_asked(p)), range(8)))
            assert len({answer.pay_url for answer in opened}) == 1
            token = opened[0].pay_url.rpartition("/")[2]
            hands = [sandbox.pay, sandbox.decline, sandbox.pay, sandbox.decline]
            list(crowd.map(lambda hand, t=token: hand(t), hands))
            end = sandbox.ask(_asked(payment)).state
            assert end in ("paid", "closed")
            assert sandbox.close(_asked(payment)).state == end
            if end == "paid":
                given = list(crowd.map(lambda r, p=payment: _refund(sandbox, f"{p}-{r % 3}", p), range(9)))
                assert given.count(True) == 6, (
                    "of three refunds of 200 two fit into 500, each asked for thrice"
                )
                assert (sandbox.look(token) or {})["refunded_minor"] == 400
    sandbox.close_book()


def _asked(payment: str) -> PaymentAsked:
    return PaymentAsked(payment, "o", 500, "CNY")


def _refund(sandbox: SandboxProvider, refund: str, payment: str) -> bool:
    try:
        return sandbox.refund(RefundAsked(refund, payment, 200, 500, "CNY")) != ""
    except RefundRefusedByProvider:
        return False
