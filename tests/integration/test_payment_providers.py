"""Alipay and WeChat Pay, over HTTP against gateways that check every signature: money is never guessed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from edge_agent.adapters.sqlite_store.verify import verify
from tests.edge_live import eventually
from tests.payment_gateways import Till, till


@pytest.fixture(scope="module", params=["alipay", "wechat"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    folder = tmp_path_factory.mktemp(request.param)
    with till(request.param, folder) as found:
        yield found
        assert verify(found.live.path) == []


def test_a_shown_code_is_paid_at_once(shop: Till) -> None:
    order = shop.order()
    shop.show_code(order)
    shop.becomes(order, "paid")
    assert shop.look(order)["state"] == "fulfilling"


def test_a_qr_is_paid_after_waiting(shop: Till) -> None:
    order = shop.order()
    shop.api(f"/api/orders/{order}/payments", {"method": shop.kind})
    shop.becomes(order, "pending")
    assert shop.look(order)["payment"]["pay_url"].startswith(("https://qr.alipay", "weixin://"))
    shop.confirm(f"{order}-P1")
    shop.becomes(order, "paid")


def test_a_code_that_needs_the_shoppers_pin_is_paid_after_waiting(shop: Till) -> None:
    shop.next("waiting")
    order = shop.order()
    shop.show_code(order)
    shop.becomes(order, "pending")
    shop.confirm(f"{order}-P1")
    shop.becomes(order, "paid")


@pytest.mark.parametrize("behaviour", ["unknown_paid", "dropped"])
def test_unknown_then_paid(shop: Till, behaviour: str) -> None:
    shop.next(behaviour)
    order = shop.order()
    shop.show_code(order)
    shop.becomes(order, "paid")
    types = [row["type"] for row in _rows(shop, order)]
    assert types.index("popshop.payment.unknown.v1") < types.index("popshop.payment.paid.v1")


def test_unknown_then_cancelled(shop: Till) -> None:
    shop.next("unknown")
    order = shop.order()
    shop.show_code(order)
    shop.becomes(order, "unknown")
    shop.becomes(order, "closed")
    trade = shop.book.find(f"{order}-P1")
    assert trade is not None
    assert trade.state == "closed", "cancelled there too, although the first cancelling was unknown"
    assert shop.look(order)["state"] == "awaiting_payment", "the shopper may pay in another way"
    shop.show_code(order)
    shop.becomes(order, "paid")


def test_refunded_once_and_a_refused_refund_goes_to_a_person(shop: Till) -> None:
    fine = shop.order()
    shop.show_code(fine)
    shop.becomes(fine, "paid")
    shop.next("refund_refused")
    refused = shop.order()
    shop.show_code(refused)
    shop.becomes(refused, "paid")
    for order in (fine, refused):
        shop.vend_fails(order)
    eventually(lambda: shop.look(fine)["state"] == "refunded", what="the refund")
    eventually(lambda: shop.look(refused)["refunds"][0]["state"] == "refused", what="the refusal")
    trade = shop.book.find(f"{fine}-P1")
    assert trade is not None
    assert trade.refunded_minor == trade.amount_minor
    refund = shop.look(refused)["refunds"][0]["id"]
    assert shop.api(f"/api/refunds/{refund}/paid-out", staff=True).json()["state"] == "refunded"


def test_forged_notifications_change_nothing_and_true_ones_count_once(shop: Till) -> None:
    order = shop.order()
    shop.api(f"/api/orders/{order}/payments", {"method": shop.kind})
    shop.becomes(order, "pending")
    before = len(_rows(shop, order))
    assert shop.tell(f"{order}-P1", forged=True) == [400]
    for rubbish in (b"", b"\xff\xfe", b"{}", b"a=b&sign=x", b"[" * 1000):
        assert (
            requests.post(f"{shop.live.url}/notify/{shop.kind}", data=rubbish, timeout=10).status_code == 400
        )
    assert len(_rows(shop, order)) == before
    shop.book.pay(f"{order}-P1")
    assert shop.tell(f"{order}-P1", times=3) == [200, 200, 200]
    shop.becomes(order, "paid")
    assert [row["type"] for row in _rows(shop, order)].count("popshop.payment.paid.v1") == 1


def test_money_that_comes_after_the_order_was_given_up_goes_back(shop: Till) -> None:
    order = shop.order()
    shop.api(f"/api/orders/{order}/payments", {"method": shop.kind})
    shop.becomes(order, "pending")
    shop.api(f"/api/orders/{order}/cancel")
    shop.becomes(order, "closed")
    shop.confirm(f"{order}-P1", late=True)
    shop.tell(f"{order}-P1")
    eventually(lambda: shop.look(order)["refunded_minor"] == 500, what="the late money's way back")
    assert shop.look(order)["state"] == "cancelled"


@pytest.mark.parametrize("behaviour", ["wrong_amount", "wrong_order"])
def test_wrong_money_is_not_believed_and_a_person_settles_it(shop: Till, behaviour: str) -> None:
    shop.next(behaviour)
    order = shop.order()
    shop.show_code(order)
    shop.becomes(order, "unknown")
    waiting = requests.get(f"{shop.live.url}/api/payments/open", headers=shop.staff, timeout=10).json()
    assert f"{order}-P1" in [row["id"] for row in waiting["unknown"]]
    done = shop.api(f"/api/payments/{order}-P1/settle", {"arrived": behaviour == "wrong_order"}, staff=True)
    assert done.json()["payment"]["state"] == ("paid" if behaviour == "wrong_order" else "closed")


def test_a_code_pays_one_order_and_is_written_nowhere(shop: Till) -> None:
    first, second, code = shop.order(), shop.order(), shop.code()
    shop.show_code(first, code)
    assert shop.show_code(second, code)["code"] == "code_used"
    assert shop.show_code(second, "12345")["code"] == "code_unreadable"
    shop.becomes(first, "paid")
    for path in shop.live.path.parent.glob("store.db*"):
        assert code.encode() not in path.read_bytes()


def test_a_days_books_agree_until_one_lacks_something(shop: Till) -> None:
    shop.next("failed")
    failed = shop.order()
    shop.show_code(failed)
    shop.becomes(failed, "closed")
    at = shop.book.now()
    shop.book.open("O-ELSEWHERE-P1", 700, "x", "", "", scanned=True)
    told = shop.api(f"/api/reconcile/{at:%Y-%m-%d}", staff=True).json()
    mine = next(row for row in told["methods"] if row["method"] == shop.kind)
    kinds = {row["payment"]: row["kind"] for row in mine["differences"]}
    assert kinds.pop("O-ELSEWHERE-P1") == "missing_here"
    assert failed not in str(kinds)
    case = f"{shop.kind}-O-ELSEWHERE-P1"
    assert shop.api(f"/api/differences/{case}/settle", {"note": "a mistyped shop"}, staff=True).ok
    assert shop.api(f"/api/differences/{case}/settle", {"note": "again"}, staff=True).status_code == 409


def _rows(shop: Till, order: str) -> list[dict[str, str]]:
    rows = shop.live.queries._rows("SELECT CAST(body AS TEXT) AS body FROM journal ORDER BY epoch, seq")
    out = []
    for row in rows:
        if order in row["body"]:
            out.append({"type": row["body"].partition('"type":"')[2].partition('"')[0]})
    return out


def test_the_command_line_compares_and_says_what_to_do(shop: Till) -> None:
    order = shop.order()
    shop.show_code(order)
    shop.becomes(order, "paid")
    shop.book.open(f"O-{shop.kind}-P1", 900, "x", "", "", scanned=True)
    day = f"{shop.book.now():%Y-%m-%d}"
    arguments = ["reconcile", "--data", str(shop.live.path.parent), "--day", day, "--json"]
    told = subprocess.run([sys.executable, "-m", "popshop", *arguments], capture_output=True, check=False)
    assert told.returncode == 1, told.stderr
    mine = next(m for m in json.loads(told.stdout)["methods"] if m["method"] == shop.kind)
    case = next(d for d in mine["differences"] if d["payment"] == f"O-{shop.kind}-P1")
    assert (case["kind"], case["ours_minor"], case["theirs_minor"]) == ("missing_here", 0, 900)
    assert order not in str(mine["differences"])
