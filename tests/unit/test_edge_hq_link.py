"""The link to headquarters against one that lies, hangs, or babbles: the store keeps its place and catches up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from cloud_sync.protocol.session import Fence, SyncReply
from edge_agent.adapters import hq_link
from edge_agent.adapters.hq_link import HqAddress, HqLink
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
        HqAddress(hq.url, STORE, 1, "secret"), store.queries, store.brain, store.clock, lambda: 0.5, session
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


HOSTILE = {
    "a web page": says(200, b"<html>Sign in to this Wi-Fi</html>"),
    "nothing": says(200, b""),
    "a list": says(200, b"[]"),
    "brackets": says(200, DEEP),
    "not UTF-8": says(200, b"\xff\xfe"),
    "an error": says(500, b"Internal Server Error"),
    "a bad gateway": says(502, b"<html>"),
    "who are you": says(401, b'{"code":"unauthorized","message":"join again"}'),
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
    assert link.status.message
    assert store.order(("A", 1)).refused == ""
    assert store.queries.acked("ledger") == (0, ZERO)

    hq.answer = honest = Honest()
    store.clock.pass_s(120)
    link.step()
    while store.brain.step(0):
        pass
    assert link.status.state == "online"
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
    monkeypatch.setattr(hq_link, "MAX_BATCH_BYTES", 2_000)
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
    while store.brain.step(0):
        pass
    store.order(("A", 1))
    kept = honest.rows["ledger"][:3]
    honest.rows["ledger"] = kept
    gap = {"code": "gap", "message": "send from 4", "acked": 3, "hash": honest.hash("ledger")}
    hq.answer = says(400, msgspec.json.encode(gap))
    link.step()
    while store.brain.step(0):
        pass
    assert store.queries.acked("ledger") == (3, honest.hash("ledger")), "the screens show what waits again"
    store.clock.pass_s(120)
    hq.answer = honest
    link.step()
    assert len(honest.rows["ledger"]) == store.queries.last_seq("ledger")


def test_a_fence_stops_the_link_until_a_person_looks_and_the_store_sells_on(
    store: Store, hq: HttpServer, link: HqLink
) -> None:
    fence = Fence(reason="forked", message="row 3 differs", acked=9, hash="ab")
    hq.answer = says(409, msgspec.json.encode(fence))
    link.step()
    store.clock.pass_s(3_600)
    link.step()
    assert hq.requests == 1
    assert (link.status.state, link.status.message) == ("fenced", "forked: row 3 differs")
    assert store.order(("A", 1)).refused == ""


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
