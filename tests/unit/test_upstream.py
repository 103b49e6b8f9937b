"""The store's side of the link, without a wire: what it sends, what it believes, and what it does not."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cloud_sync.protocol import instructions, upstream
from cloud_sync.protocol.identifiers import STREAMS, Stream
from cloud_sync.protocol.numbered_log import GENESIS
from cloud_sync.protocol.outcomes import (
    Advanced,
    Down,
    FencedOff,
    IgnoredOlderIncarnation,
    Online,
    Outcome,
    StepBack,
    Trouble,
)
from cloud_sync.protocol.session import SalvageReply, SalvageRequest
from cloud_sync.protocol.upstream import Answer, Asked, Log, Refused, Upstream, path_of
from tests.link_model import EARLIER, OWN, Hq, Link, fence, says, words

# ── by example ──────────────────────────────────────────────────────────────────────────────────────


def test_a_backlog_goes_out_in_batches_the_ledger_before_each_batch_of_interactions() -> None:
    link, hq = Link(rows=3), Hq()
    for _ in range(4):
        link.disk.write("interactions")
    sent = link.drain(hq)
    assert [(asked.stream, len(asked.events)) for asked in sent] == [
        ("ledger", 2),
        ("ledger", 1),
        ("interactions", 2),
        ("interactions", 2),
    ]
    assert hq.rows == link.disk.rows
    assert {path_of(asked) for asked in sent} == {"/v1/sync"}

    link.disk.write("interactions")
    link.disk.write("ledger")
    assert [asked.stream for asked in link.drain(hq)] == ["ledger", "interactions"]


def test_a_ledger_row_written_meanwhile_goes_before_the_next_batch_of_interactions() -> None:
    link, hq = Link(rows=1), Hq()
    for _ in range(4):
        link.disk.write("interactions")
    order = []
    while (asked := link.up.next(link.now_s)) is not None:
        order.append(asked.stream)
        if len(order) < 3:
            for _ in range(3):
                link.disk.write("ledger")
        link.hear(asked, hq.answer(asked))
    told = ["ledger", "interactions", "ledger", "ledger", "ledger", "interactions"]
    assert order == told, "two rows travel at a time"


def test_every_request_says_which_machine_asks_and_what_it_knows_of_headquarters() -> None:
    link = Link()
    link.disk.heard_of = 4
    link.disk.down = [b"", b""]
    asked = link.ask()
    assert (asked.store, asked.epoch, asked.machine, asked.incarnation, asked.down_seq, asked.last_seq) == (
        "pop-1", OWN, "m1", 4, 2, 3,
    )  # fmt: skip


def test_with_nothing_to_send_the_ledger_says_hello_every_few_seconds_the_other_stream_now_and_then() -> None:
    link, hq = Link(), Hq()
    link.drain(hq)
    link.now_s += 4
    assert link.drain(hq) == []
    link.now_s += 1
    assert [(asked.stream, len(asked.events)) for asked in link.drain(hq)] == [("ledger", 0)]
    link.now_s += 25
    assert [(asked.stream, len(asked.events)) for asked in link.drain(hq)] == [
        ("ledger", 0),
        ("interactions", 0),
    ]


def test_earlier_epochs_go_first_and_are_settled_by_headquarters_own_word() -> None:
    link, hq = Link(), Hq()
    for stream in STREAMS:
        link.disk.leave_open(stream, rows=1)
    hq.grant()
    seen = []
    while (asked := link.up.next(link.now_s)) is not None:
        outcomes = link.hear(asked, hq.answer(asked))
        seen.append((asked.epoch, asked.stream, words(outcomes)))
    assert seen[:3] == [
        (EARLIER, "ledger", ["Online", "Advanced", "Settled"]),
        (EARLIER, "interactions", ["Online", "Advanced", "Settled"]),
        (OWN, "ledger", ["Online", "Advanced", "Down"]),
    ]
    assert hq.rows == link.disk.rows
    assert len(link.disk.down) == 1


def test_an_earlier_epoch_that_headquarters_has_already_is_asked_for_once_all_the_same() -> None:
    link, hq = Link(), Hq()
    link.disk.leave_open("ledger", rows=1)
    link.disk.known[EARLIER, "ledger"] = (1, link.disk.hash_at("ledger", 1, EARLIER))
    link.drain(hq)
    assert hq.rows == link.disk.rows, "a restored headquarters lacked it"
    assert link.disk.open == []


@pytest.mark.parametrize(("reason", "sent_from"), [("behind", 2), ("stale_epoch", 2), ("forked", 1)])
def test_what_cannot_extend_an_earlier_epoch_is_handed_over_to_be_kept_aside(
    reason: str, sent_from: int
) -> None:
    link, hq = Link(), Hq()
    link.disk.leave_open("ledger", rows=5)
    link.disk.known[EARLIER, "ledger"] = (1, link.disk.hash_at("ledger", 1, EARLIER))
    assert words(link.hear(link.ask(), fence(reason))) == []
    salvaged = []
    while isinstance(asked := link.up.next(link.now_s), SalvageRequest):
        assert path_of(asked) == "/v1/salvage"
        salvaged.append(asked.from_seq)
        outcomes = link.hear(asked, hq.answer(asked))
    assert salvaged[0] == sent_from
    assert words(outcomes) == ["Online", "Settled"]
    assert hq.aside[EARLIER, "ledger"] == link.disk.rows[EARLIER, "ledger"][sent_from - 1 :]
    assert link.disk.state == "ok"
    link.drain(hq)
    assert hq.rows[OWN, "ledger"] == link.disk.rows[OWN, "ledger"]


def test_an_earlier_epoch_without_a_row_to_salvage_is_settled_at_once() -> None:
    link = Link()
    link.disk.leave_open("ledger", rows=0)
    assert words(link.hear(link.ask(), fence("stale_epoch"))) == ["Settled"]
    assert link.ask().epoch == OWN


def test_headquarters_must_keep_every_salvaged_row_or_it_is_sent_again() -> None:
    link = Link()
    link.disk.leave_open("ledger", rows=1)
    link.hear(link.ask(), fence("forked"))
    for reply in (SalvageReply(known=0, kept=0), SalvageReply(known=2, kept=-1)):
        asked = link.up.next(link.now_s)
        assert isinstance(asked, SalvageRequest)
        assert words(link.hear(asked, Answer(200, msgspec.json.encode(reply)))) == ["stays"]
    again = link.up.next(link.now_s)
    assert isinstance(again, SalvageRequest)
    assert words(link.hear(again, fence("stale_epoch"))) == ["refused"]
    assert link.disk.state == "ok"


@pytest.mark.parametrize("reason", ["forked", "behind", "stale_epoch", "cloned", "retired", "word-of-2031"])
def test_a_fence_of_its_own_epoch_ends_all_talk_until_the_store_joins_again(reason: str) -> None:
    link = Link()
    assert link.hear(link.ask(), fence(reason)) == [FencedOff(reason, f"it is {reason}")]
    assert link.up.next(link.now_s + 3_600) is None
    assert Upstream("pop-1", "m1", link.disk).next(link.now_s) is None, "the books say so after a restart"


@pytest.mark.parametrize("reason", ["cloned", "retired"])
def test_a_clone_or_a_retired_store_is_fenced_whichever_epoch_it_asks_about(reason: str) -> None:
    link = Link()
    link.disk.leave_open("ledger", rows=1)
    assert words(link.hear(link.ask(), fence(reason))) == ["FencedOff"]


def test_only_headquarters_own_401_fences() -> None:
    link = Link()
    assert words(link.hear(link.ask(), Answer(401, b"<html>Wi-Fi</html>"))) == ["refused"]
    told = Answer(401, b'{"code":"sign_in","message":"pay for the Wi-Fi"}')
    assert words(link.hear(link.ask(), told)) == ["refused"]
    told = Answer(401, b'{"code":"unauthorized","message":"join again"}')
    assert link.hear(link.ask(), told) == [FencedOff("unknown_token", "join again")]


def test_a_restored_headquarters_is_filled_up_from_the_row_it_proves_to_have() -> None:
    link, hq = Link(rows=9), Hq()
    link.drain(hq)
    hq.rows[OWN, "ledger"] = hq.rows[OWN, "ledger"][:4]
    hq.incarnation = 1
    link.disk.write()
    asked = link.ask()
    assert asked.acked == 9
    outcomes = link.hear(asked, hq.answer(asked))
    assert outcomes == [StepBack(OWN, "ledger", 4, link.disk.hash_at("ledger", 4))]
    assert link.disk.acked("ledger")[0] == 4, "the screens show what waits again"
    link.drain(hq)
    assert hq.rows[OWN, "ledger"] == link.disk.rows[OWN, "ledger"]
    assert link.disk.heard_of == 1


def test_a_restored_headquarters_is_told_of_earlier_epochs_again() -> None:
    link, hq = Link(), Hq()
    for stream in STREAMS:
        link.disk.leave_open(stream, rows=3)
    backup = hq.copy()
    link.drain(hq)
    assert link.disk.open == []
    backup.incarnation = 1
    link.now_s += 30
    link.drain(backup)
    assert backup.rows == link.disk.rows
    assert link.disk.open == []


def test_an_answer_of_a_headquarters_that_was_replaced_counts_for_nothing() -> None:
    link, hq = Link(), Hq()
    hq.incarnation = 2
    link.drain(hq)
    link.disk.write()
    old = hq.copy()
    old.incarnation = 1
    old.grant()
    asked = link.ask()
    assert link.hear(asked, old.answer(asked)) == [IgnoredOlderIncarnation(1)]
    assert (link.disk.acked("ledger")[0], link.disk.down, link.disk.heard_of) == (3, [], 2)


def test_a_store_without_proof_is_confirmed_by_its_own_epochs_ledger_only() -> None:
    link, hq = Link(), Hq()
    link.disk.state = "unproven"
    link.disk.leave_open("ledger", rows=1)
    link.disk.write("interactions")
    told = []
    while (asked := link.up.next(link.now_s)) is not None:
        outcomes = link.hear(asked, hq.answer(asked))
        told += [(asked.epoch, asked.stream)] * words(outcomes).count("Confirmed")
    assert told == [(OWN, "ledger")]
    assert link.disk.state == "ok"


LIES: dict[str, tuple[Callable[[Link], Answer], str]] = {
    "rows nobody sent": (lambda link: says(9, link.disk.hash_at("ledger", 3)), "not_ours"),
    "rows below zero": (lambda link: says(-1, ""), "not_ours"),
    "a wrong hash": (lambda link: says(2, "ab" * 32), "not_ours"),
    "an empty hash": (lambda link: says(2, ""), "not_ours"),
    "200, and nothing moves": (lambda link: says(0, GENESIS.hex()), "stays"),
    "a gap with a wrong hash": (lambda _: _gap(0, "ab"), "refused"),
    "no JSON": (lambda _: Answer(200, b"<html>"), "nonsense"),
    "another shape": (lambda _: Answer(200, b"[]"), "nonsense"),
    "a fence that is none": (lambda _: Answer(409, b"conflict"), "nonsense"),
    "an error page": (lambda _: Answer(502, b"<html>"), "refused"),
    "a reason": (lambda _: Answer(403, b'{"code":"wrong_store","message":"no"}'), "refused"),
    "refilling": (lambda _: Answer(503, b'{"code":"refilling","message":"waits for pop-2"}'), "refilling"),
}


def _gap(acked: int, chain_hash: str) -> Answer:
    return Answer(400, msgspec.json.encode(Refused("gap", "", acked, chain_hash)))


@pytest.mark.parametrize(("lie", "reason"), LIES.values(), ids=LIES)
def test_an_answer_that_proves_nothing_changes_nothing(lie: Callable[[Link], Answer], reason: str) -> None:
    link = Link()
    assert words(link.hear(link.ask(), lie(link))) == [reason]
    assert link.disk.known == {}
    assert link.disk.state == "ok"
    link.drain(hq := Hq())
    assert hq.rows == link.disk.rows


def test_going_back_needs_a_gap_before_our_place_and_a_hash_of_ours() -> None:
    link, hq = Link(), Hq()
    link.drain(hq)
    link.disk.write()
    for lie in (_gap(3, link.disk.hash_at("ledger", 3)), _gap(7, ""), _gap(1, "ab" * 32), _gap(-2, "")):
        assert words(link.hear(link.ask(), lie)) in (["refused"], ["not_ours"])
    behind = says(2, link.disk.hash_at("ledger", 2))
    assert words(link.hear(link.ask(), behind)) == ["stays"], "a 200 never goes back"
    link.now_s += 30
    assert link.disk.acked("ledger")[0] == 3


def test_an_answer_counts_once_and_only_for_the_newest_request() -> None:
    link, hq = Link(rows=2), Hq()
    first = link.ask()
    lost = hq.answer(first)
    second = link.ask()
    assert link.hear(first, lost) == []
    assert words(link.hear(second, hq.answer(second))) == ["Online", "Advanced"]
    assert link.hear(second, hq.answer(second)) == []


def test_what_the_books_do_not_show_yet_is_not_sent_again() -> None:
    link, hq = Link(rows=3), Hq()
    while (asked := link.up.next(link.now_s)) is not None:
        link.up.heard(asked, hq.answer(asked), link.now_s)  # nothing is committed
    assert hq.rows[OWN, "ledger"] == link.disk.rows[OWN, "ledger"]
    assert link.disk.known == {}
    link.now_s += 30
    link.drain(hq)
    assert link.disk.acked("ledger")[0] == 3, "a greeting says it again"


# ── by any sequence of losses, delays and repeats ───────────────────────────────────────────────────


class AnyWire(RuleBasedStateMachine):
    """Requests and answers are lost, late and doubled; both sides are restored or crash; books lag behind."""

    def __init__(self) -> None:
        super().__init__()
        self.link = Link(rows=2)
        self.hq = Hq()
        self.backup = self.hq.copy()
        self.replaced: Hq | None = None
        self.said: list[tuple[Asked, Answer, int]] = []
        self.lagging: list[Outcome] = []

    @initialize(rows=st.integers(0, 4), theirs=st.sampled_from(["nothing", "some", "more", "a fork"]))
    def an_earlier_epoch(self, rows: int, theirs: str) -> None:
        disk, log = self.link.disk, (EARLIER, "ledger")
        disk.leave_open("ledger", rows)
        mine = disk.rows.get(log, [])
        copies = {"nothing": [], "some": mine[:2], "more": [*mine, b"9"], "a fork": [*mine[:1], b"7", b"8"]}
        self.hq.rows[log] = list(copies[theirs])

    @rule(stream=st.sampled_from(STREAMS))
    def the_store_writes(self, stream: Stream) -> None:
        self.link.disk.write(stream)

    @rule()
    def headquarters_grants(self) -> None:
        self.hq.grant()

    @rule(fate=st.sampled_from(["answered"] * 3 + ["lost", "late", "doubled"]), replaced=st.booleans())
    def ask(self, fate: str, replaced: bool) -> None:
        asked = self.link.up.next(self.link.now_s)
        if asked is None:
            self.link.now_s += 30
            return
        # Fences and salvage say no incarnation; for earlier epochs only one headquarters may be there to ask.
        ask_replaced = replaced and self.replaced is not None and asked.epoch == OWN
        hq = self.replaced if ask_replaced and self.replaced is not None else self.hq
        if fate != "lost":
            said = (asked, hq.answer(asked), hq.incarnation)
            if fate != "answered":
                self.said.append(said)
            if fate != "late":
                self._arrives(*said)

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def a_late_answer_arrives(self, data: st.DataObject) -> None:
        self._arrives(*self.said.pop(data.draw(st.integers(0, len(self.said) - 1))))

    def _arrives(self, asked: Asked, answer: Answer, incarnation: int) -> None:
        knew = self.link.up._known_incarnation()
        log = Log(asked.epoch, asked.stream)
        believed = self.link.up._belief(log)[0]
        for outcome in self.link.up.heard(asked, answer, self.link.now_s):
            self._check(outcome, incarnation, knew, believed)
            if isinstance(outcome, Down):
                self._commit()
                self.link.disk.take(outcome)
            else:
                self.lagging.append(outcome)

    def _check(self, outcome: Outcome, incarnation: int, knew: int, believed: int) -> None:
        assert isinstance(outcome, IgnoredOlderIncarnation | StepBack | Trouble) or incarnation >= knew
        assert not isinstance(outcome, FencedOff), "nothing here ever fences a store's own epoch"
        if isinstance(outcome, Advanced):
            has = self.hq.rows.get((outcome.epoch, outcome.stream), [])
            assert outcome.acked <= len(has) or incarnation < self.hq.incarnation
            assert outcome.acked >= believed, "only a gap goes back"
        if isinstance(outcome, StepBack):
            assert outcome.acked < believed

    @rule()
    def the_books_catch_up(self) -> None:
        self._commit()

    def _commit(self) -> None:
        for outcome in self.lagging:
            self.link.disk.take(outcome)
        self.lagging = []

    @rule()
    def the_agent_crashes(self) -> None:
        self.lagging = []
        self.link.up = Upstream("pop-1", "m1", self.link.disk)

    @rule()
    def headquarters_is_backed_up(self) -> None:
        self.backup = self.hq.copy()

    @precondition(lambda self: self.replaced is None)
    @rule()
    def headquarters_is_restored(self) -> None:
        self.replaced = self.hq.copy()
        restored = self.backup.copy()
        restored.incarnation = self.hq.incarnation + 1
        # What it granted since is in the store's ledger: it knows again once it has been refilled.
        restored.down = self.hq.down
        self.hq = restored

    @invariant()
    def down_rows_are_applied_in_order(self) -> None:
        assert [instructions.read_row(row).seq for row in self.link.disk.down] == list(
            range(1, len(self.link.disk.down) + 1)
        )

    def teardown(self) -> None:
        """Once the wire is good again everything arrives, once."""
        self._commit()
        disk = self.link.disk
        self.link.now_s += 60
        self.link.drain(self.hq)
        self.link.now_s += 60
        self.link.drain(self.hq)
        for stream in STREAMS:
            assert self.hq.rows.get((OWN, stream), []) == disk.rows.get((OWN, stream), [])
            assert disk.acked(stream)[0] == disk.last_seq(stream)
        log = (EARLIER, "ledger")
        kept = self.hq.rows.get(log, []) + self.hq.aside.get(log, [])
        assert all(row in kept for row in disk.rows.get(log, []))
        assert disk.open == []
        assert disk.down[: len(self.hq.down)] == self.hq.down


TestAnyWire = AnyWire.TestCase
TestAnyWire.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)


def test_online_says_headquarters_clock() -> None:
    link = Link()
    told = says(2, link.disk.hash_at("ledger", 2), at="2026-11-22T10:00:00Z")
    assert link.hear(link.ask(), told)[0] == Online("2026-11-22T10:00:00Z")
    assert upstream.GREET_EVERY_S == {"ledger": 5, "interactions": 30}
