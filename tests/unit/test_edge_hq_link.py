"""The link to headquarters against one that lies, hangs, or babbles: the store keeps its place and catches up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from cloud_sync.protocol import instructions, stock_facts, upstream
from cloud_sync.protocol.session import Fence, SyncReply
from edge_agent.adapters import hq_link
from edge_agent.adapters.hq_link import HqAddress, HqLink
from edge_agent.domain import commands
from edge_agent.entrypoints.status import REASONS
from hardware import messages
from tests import hostile_hq
from tests.edge_harness import STORE, Store
from tests.hostile_hq import Honest, HttpServer, hangs_up, says

DEEP = b"[" * 50_000 + b"]" * 50_000
ZERO = "00" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.stock(("vm-1", "1", "A", 5))
    store.report(messages.PersonSensed())
    yield store
    store.close()


@pytest.fixture
def hq() -> Iterator[HttpServer]:
    with HttpServer(hangs_up) as server:
        yield server


@pytest.fixture
def link(store: Store, hq: HttpServer) -> Iterator[HqLink]:
    session = requests.Session()
    yield HqLink(
        HqAddress(hq.url, STORE, "secret", "m1"),
        store.queries,
        store.brain,
        store.clock,
        lambda: 0.5,
        session,
    )
    session.close()


def says_reply(acked: int, chain_hash: str) -> hostile_hq.Answer:
    return says(200, msgspec.json.encode(SyncReply(acked=acked, hash=chain_hash)))


def waits(handler: hostile_hq._Handler, _: bytes) -> None:
    handler.rfile.read(1_000)  # more than the store sends


def drips(handler: hostile_hq._Handler, _: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 1_000)


def pump(store: Store) -> None:
    """Work off what the link handed in."""
    while store.brain.step(0):
        pass


HOSTILE = {
    "a web page": says(200, b"<html>Sign in to this Wi-Fi</html>"),
    "nothing": says(200, b""),
    "a list": says(200, b"[]"),
    "brackets": says(200, DEEP),
    "not UTF-8": says(200, b"\xff\xfe"),
    "an error": says(500, b"Internal Server Error"),
    "a bad gateway": says(502, b"<html>"),
    "pay for the Wi-Fi": says(401, b"<html>Sign in</html>"),
    "refilling": says(503, b'{"code":"refilling","message":"waits for pop-2"}'),
    "a body that ends early": says(200, b"{", Content_Length="900"),
    "packed rubbish": says(200, b"rubbish", Content_Encoding="gzip"),
    "nine megabytes": says(200, b" " * 9_000_000),
    "hangs up": hangs_up,
    "a hash that is not ours": says_reply(2, "ab" * 32),
    "rows we do not have": says_reply(10_000, "ab" * 32),
    "a number below zero": says_reply(-3, ""),
    "taken, but nothing is": says_reply(0, ZERO),
    "a gap that is rubbish": says(400, b"no"),
    "a gap with a wrong hash": says(
        400, msgspec.json.encode({"code": "gap", "message": "", "acked": 3, "hash": "ab"})
    ),
    "a gap ahead of us": says(
        400, msgspec.json.encode({"code": "gap", "message": "", "acked": 3, "hash": ZERO})
    ),
    "a fence that is rubbish": says(409, b"conflict"),
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_whatever_headquarters_says_the_store_sells_on_and_catches_up(
    store: Store, hq: HttpServer, link: HqLink, answer: hostile_hq.Answer
) -> None:
    hq.answer = answer
    link.step()
    asked = hq.requests
    link.step()
    assert hq.requests == asked == 1, "it waits before it asks again"
    assert link.status.state == "offline"
    assert link.status.reason in REASONS, "the screens have a sentence for it, in both languages"
    assert link.status.message
    assert store.order(("A", 1)).refused == ""
    assert store.queries.acked("ledger") == (0, ZERO)

    hq.answer = honest = Honest()
    store.clock.pass_s(120)
    link.step()
    pump(store)
    assert (link.status.state, link.status.reason, link.status.message) == ("online", "", "")
    for stream in ("ledger", "interactions"):
        assert len(honest.rows[stream]) == store.queries.last_seq(stream)
        assert store.queries.acked(stream) == (store.queries.last_seq(stream), honest.hash(stream))
    assert store.queries.waiting()["rows"] == 0


def test_a_redirect_is_not_followed_so_the_secret_goes_nowhere_else(
    store: Store, hq: HttpServer, link: HqLink
) -> None:
    with HttpServer(Honest()) as elsewhere:
        hq.answer = says(307, b"", Location=elsewhere.url + "/v1/sync")
        link.step()
        assert elsewhere.requests == 0
    assert link.status.state == "offline"


def test_an_answer_that_hangs_or_drips_is_given_up(
    store: Store, hq: HttpServer, link: HqLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hq_link, "TIMEOUT_S", (1.0, 0.2))
    hq.answer = waits
    link.step()
    assert link.status.message == "no answer: ReadTimeout"
    store.clock.pass_s(120)
    monkeypatch.setattr(hq_link, "ANSWER_WITHIN_S", -1.0)
    hq.answer = drips
    link.step()
    assert "takes longer" in link.status.message


def test_a_backlog_travels_in_batches_the_ledger_first(
    store: Store, hq: HttpServer, link: HqLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "MAX_BATCH_BYTES", 2_000)
    for _ in range(10):
        store.report(messages.DoorOpened())
        store.report(messages.PersonSensed())
    honest = Honest()
    order: list[tuple[str, int]] = []

    def watched(handler: hostile_hq._Handler, body: bytes) -> None:
        request = hostile_hq.read_request(handler, body)
        order.append((request.stream, len(request.events)))
        honest(handler, body)

    hq.answer = watched
    link.step()
    assert order[0][0] == "ledger"
    assert len(order) > 4
    assert sum(n for stream, n in order if stream == "ledger") == store.queries.last_seq("ledger")
    assert honest.hash("ledger") == store.queries.hash_at("ledger", store.queries.last_seq("ledger"))


def test_a_restored_headquarters_is_filled_up_from_where_it_stands(
    store: Store, hq: HttpServer, link: HqLink
) -> None:
    hq.answer = honest = Honest()
    link.step()
    pump(store)
    store.order(("A", 1))
    kept = honest.rows["ledger"][:3]
    honest.rows["ledger"] = kept
    gap = {"code": "gap", "message": "send from 4", "acked": 3, "hash": honest.hash("ledger")}
    hq.answer = says(400, msgspec.json.encode(gap))
    link.step()
    pump(store)
    assert store.queries.acked("ledger") == (3, honest.hash("ledger")), "the screens show what waits again"
    store.clock.pass_s(120)
    hq.answer = honest
    link.step()
    assert len(honest.rows["ledger"]) == store.queries.last_seq("ledger")


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (says(409, msgspec.json.encode(Fence(reason="forked", message="no", acked=9, hash="ab"))), "forked"),
        (says(409, msgspec.json.encode(Fence(reason="cloned", message="no", acked=0, hash=""))), "cloned"),
        (says(401, b'{"code":"unauthorized","message":"no"}'), "unknown_token"),
    ],
    ids=["forked", "cloned", "unknown token"],
)
def test_a_fence_stops_link_and_sales_until_the_store_joins_again_and_what_is_under_way_goes_on(
    store: Store, hq: HttpServer, link: HqLink, told: hostile_hq.Answer, reason: str
) -> None:
    under_way = store.order(("A", 1)).subject
    hq.answer = told
    link.step()
    pump(store)
    store.clock.pass_s(3_600)
    link.step()
    assert hq.requests == 1
    assert (link.status.state, link.status.reason, link.status.message) == ("fenced", reason, "no")
    assert store.queries.standing() == {"state": "fenced", "reason": reason}
    assert store.order(("A", 1)).refused == "must_join"
    assert store.do(commands.CancelOrder(store.key(), under_way)).refused == ""


def test_a_fence_is_handed_in_until_the_books_say_so(store: Store, hq: HttpServer, link: HqLink) -> None:
    hq.answer = says(409, msgspec.json.encode(Fence(reason="forked", message="", acked=9, hash="ab")))
    link.step()
    assert len(store.brain._inbox.take(10, 0)) == 1, "it was in the inbox, and is lost there"
    link.step()
    pump(store)
    assert store.queries.standing()["state"] == "fenced"
    link.step()
    assert store.brain.waiting == 0
    assert hq.requests == 1


def test_an_unproven_store_sells_once_headquarters_has_taken_its_ledger_on(
    store: Store, hq: HttpServer, link: HqLink
) -> None:
    store.do(commands.StandingChanged("", "unproven", "no_witness"))
    assert store.order(("A", 1)).refused == "unproven"
    hq.answer = hangs_up
    link.step()
    pump(store)
    assert store.order(("A", 1)).refused == "unproven"
    store.clock.pass_s(120)
    hq.answer = Honest()
    link.step()
    pump(store)
    assert store.queries.standing() == {"state": "ok", "reason": ""}
    assert store.order(("A", 1)).refused == ""


def test_what_headquarters_grants_is_in_the_books_before_anything_else_is_sent(
    store: Store, hq: HttpServer, link: HqLink
) -> None:
    hq.answer = honest = Honest()
    grant = instructions.Grant(grant="g1", sku="A", qty=2)
    honest.down = [
        instructions.write(1, 1, "2026-05-01T04:00:00Z", grant),
        b'{"seq":2,"epoch":1,"type":"popshop.down.word_of_2031.v1","at":"","data":{}}',
    ]
    link.step()
    asked = hq.requests
    assert asked == 1
    link.step()
    assert hq.requests == asked, "they wait in the inbox"
    pump(store)
    link.step()
    pump(store)
    assert store.queries.down_seq() == 2
    assert [fact.qty for fact in store.facts(stock_facts.RightsGranted)] == [2]
    assert [fact.down_seq for fact in store.facts(stock_facts.DownRowSkipped)] == [2]
    assert link.status.state == "online"
    assert honest.down_seqs[-1] == 2


def test_a_row_of_headquarters_without_a_number_is_shown_and_stops_nothing(
    store: Store, hq: HttpServer, link: HqLink
) -> None:
    hq.answer = honest = Honest()
    honest.down = [b'{"nothing":1}']
    link.step()
    pump(store)
    link.step()
    store.clock.pass_s(31)
    link.step()
    assert (link.status.state, link.status.reason) == ("online", "down_row")
    assert honest.rows["interactions"]
    assert store.queries.down_seq() == 0
    assert store.queries.quarantined()


def test_an_answer_of_a_headquarters_that_was_replaced_is_not_believed(
    store: Store, hq: HttpServer, link: HqLink
) -> None:
    hq.answer = honest = Honest()
    honest.incarnation = 2
    link.step()
    pump(store)
    assert store.queries.incarnation() == 2
    store.order(("A", 1))
    honest.incarnation = 1
    link.step()
    assert (link.status.state, link.status.reason) == ("offline", "older_incarnation")
    assert store.queries.acked("ledger")[0] < store.queries.last_seq("ledger")


def test_a_headquarters_without_zstd_gets_gzip(store: Store, hq: HttpServer, link: HqLink) -> None:
    hq.answer = says(415, b"")
    link.step()
    store.clock.pass_s(120)
    hq.answer = honest = Honest()
    link.step()
    assert len(honest.rows["ledger"]) == store.queries.last_seq("ledger")


def test_with_nothing_to_send_it_still_notices_that_headquarters_went_away(
    store: Store, hq: HttpServer, link: HqLink
) -> None:
    hq.answer = Honest()
    link.step()
    asked = hq.requests
    link.step()
    assert hq.requests == asked
    hq.answer = hangs_up
    store.clock.pass_s(31)
    link.step()
    assert link.status.state == "offline"
    assert link.status.last_ok_at


def test_a_sale_while_a_batch_is_being_read_does_not_look_like_a_lie(
    store: Store, hq: HttpServer, link: HqLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    hq.answer = Honest()
    read = store.queries.bodies

    def busy_store(*args: Any) -> list[bytes]:
        store.report(messages.PersonSensed())
        return read(*args)

    monkeypatch.setattr(store.queries, "bodies", busy_store)
    link.step()
    assert link.status.state == "online"
