"""Samples: one for every claimant of a campaign, with the brand's consent, as long as there are any."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_sync.protocol import campaign_facts, facts
from cloud_sync.protocol.envelope import rfc3339
from cloud_sync.protocol.instructions import Recall
from edge_agent.domain import commands
from edge_agent.domain.campaign_commands import ListCampaigns, ListedCampaign, TakeSample
from hardware import messages
from tests.edge_harness import BOOT, START, Store, Told, assert_books_hold, assert_chained, read_journal

SPRING = ListedCampaign(
    campaign="spring",
    skus=("CREAM",),
    per="visit",
    starts_at=rfc3339(START - timedelta(hours=1)),
    ends_at=rfc3339(START + timedelta(days=7)),
    limit=5,
    brand="Nuage",
    name_zh="春日试用",
    name_en="Spring samples",
    devices=("sm-1",),
    consent_zh="同意品牌统计领取情况。",
    consent_en="The brand may count what is taken.",
    consent_version="2026-1",
)


class Giver(Store):
    """A store with a sampling machine and a campaign."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stock(("sm-1", "1", "CREAM", 8), ("sm-2", "1", "CREAM", 8))
        self.introduce_sampler("sm-1")
        self.list(SPRING)

    def introduce_sampler(self, device: str) -> None:
        born = messages.Describe(kind="sampling", model="m", serial="s", firmware="1", boot=BOOT)
        self.do(commands.DeviceIntroduced("", device, born))

    def list(self, *campaigns: ListedCampaign) -> Told:
        return self.do(ListCampaigns(self.key(), campaigns))

    def ask(self, claimant: str = "visit-a", consent: str = "2026-1", **more: Any) -> Told:
        wanted = {"campaign": "spring", "device": "sm-1"} | more
        return self.do(TakeSample(self.key(), claimant=claimant, consent=consent, **wanted))

    def drop(self, order: str, *, device: str = "sm-1") -> None:
        for vend in self.look(order)["vends"]:
            self.report(messages.VendStarted(command_id=vend["id"], slot="1"), device=device)
            done = messages.VendSucceeded(command_id=vend["id"], slot="1", drop_confirmed=True)
            self.report(done, device=device)

    def fail(self, order: str) -> None:
        for vend in self.look(order)["vends"]:
            self.report(messages.VendFailed(command_id=vend["id"], slot="1", code="EJC"), device="sm-1")

    def lose(self, order: str) -> None:
        """Nobody knows what became of it."""
        for vend in self.look(order)["vends"]:
            self.clock.pass_s(60)
            self.do(commands.VendOverdue("", vend["id"]))

    def settle(self, order: str, *, dispensed: bool) -> None:
        for vend in self.look(order)["vends"]:
            self.do(commands.SettleVend(self.key(), vend["id"], dispensed))

    @property
    def campaign(self) -> dict[str, Any]:
        return next(row for row in self.queries.campaigns(self.clock.now()) if row["campaign"] == "spring")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Giver]:
    store = Giver(tmp_path / "store.db")
    yield store
    assert_books_hold(store.path)
    assert_chained(store.path)
    store.close()


# ── one sample ──────────────────────────────────────────────────────────────────────────────────────


def test_a_sample_is_an_order_for_nothing_that_the_machine_drops_at_once(store: Giver) -> None:
    asked = store.ask(screen="kiosk-1")
    order = store.look(asked.subject)
    assert (order["state"], order["channel"], order["total_minor"]) == ("fulfilling", "sample", 0)
    assert (order["payment"]["method"], order["device"]) == ("none", "kiosk-1")
    store.drop(order["id"])
    assert store.look(order["id"])["state"] == "completed"
    assert store.right("CREAM")["available"] == 15
    assert store.campaign["given"] == 1


def test_what_was_taken_is_told_as_what_a_visitor_did_and_only_once_it_dropped(store: Giver) -> None:
    order = store.ask().subject
    assert read_journal(store.path, "interactions") == []
    store.drop(order)
    ((event, taken),) = read_journal(store.path, "interactions")
    assert isinstance(taken, facts.Interaction)
    assert event.type == "popshop.interaction.sample_taken.v1"
    assert (taken.device, taken.visit, taken.item, taken.brand) == ("sm-1", "visit-a", "CREAM", "Nuage")
    assert taken.detail == {"campaign": "spring"}


def test_a_members_key_is_not_told_with_what_they_took(store: Giver) -> None:
    store.list(replace(SPRING, per="member"))
    store.drop(store.ask("member-7").subject)
    ((_, taken),) = read_journal(store.path, "interactions")
    assert isinstance(taken, facts.Interaction)
    assert taken.visit == ""


def test_the_brands_consent_is_recorded_with_its_version_and_without_it_nothing_happens(
    store: Giver,
) -> None:
    assert store.ask(consent="").refused == "consent_needed"
    assert store.ask(consent="2025-9").refused == "consent_needed", "they agreed to another text"
    assert store.facts(campaign_facts.ConsentGiven) == []
    assert store.ask().refused == ""
    (given,) = store.facts(campaign_facts.ConsentGiven)
    assert (given.brand, given.subject, given.version) == ("Nuage", "visit-a", "2026-1")


def test_a_campaign_that_asks_nobody_records_no_consent(store: Giver) -> None:
    store.list(replace(SPRING, consent_zh="", consent_en="", consent_version=""))
    assert store.ask(consent="").refused == ""
    assert store.facts(campaign_facts.ConsentGiven) == []


# ── once per claimant ───────────────────────────────────────────────────────────────────────────────


def test_nobody_has_two_neither_while_the_first_is_on_its_way_nor_after(store: Giver) -> None:
    order = store.ask().subject
    assert store.ask().refused == "sample_taken_already"
    store.drop(order)
    assert store.ask().refused == "sample_taken_already"
    assert store.ask("visit-b").refused == ""


def test_the_same_request_again_is_the_same_sample(store: Giver) -> None:
    wish = TakeSample("again", "spring", "sm-1", "visit-a", "2026-1")
    assert store.do(wish, wish).subject == store.do(wish).subject
    assert len(store.facts(facts.VendRequested)) == 1


def test_a_sample_that_stayed_in_the_machine_may_be_asked_for_again(store: Giver) -> None:
    store.fail(store.ask().subject)
    assert store.campaign["given"] == 0
    again = store.ask()
    assert again.refused == ""
    store.drop(again.subject)
    assert store.ask().refused == "sample_taken_already"


def test_while_nobody_knows_the_claim_stands_until_a_person_says_that_it_did_not_drop(store: Giver) -> None:
    order = store.ask().subject
    store.lose(order)
    assert store.ask().refused == "sample_taken_already"
    store.settle(order, dispensed=False)
    assert store.ask().refused == ""


def test_a_machine_that_says_later_that_it_dropped_after_all_takes_the_claim_back(store: Giver) -> None:
    order = store.ask().subject
    store.lose(order)
    store.settle(order, dispensed=False)
    store.drop(order)
    assert store.ask().refused == "sample_taken_already"
    assert store.campaign["given"] == 1
    store.drop(order)
    assert store.campaign["given"] == 1


def test_who_had_theirs_is_known_after_a_restart_and_after_the_campaign_was_listed_anew(store: Giver) -> None:
    store.drop(store.ask().subject)
    store.restart()
    store.list(replace(SPRING, limit=9))
    assert store.ask().refused == "sample_taken_already"
    assert (store.campaign["given"], store.campaign["limit"]) == (1, 9)


# ── how many, when, where ───────────────────────────────────────────────────────────────────────────


def test_when_the_stock_of_samples_is_given_the_campaign_gives_no_more(store: Giver) -> None:
    store.list(replace(SPRING, limit=2))
    for claimant in ("a", "b"):
        assert store.ask(claimant).refused == ""
    assert store.ask("c").refused == "samples_gone"
    assert store.campaign["available"] == 0


def test_an_empty_machine_has_no_samples_whatever_the_campaign_has_left(store: Giver) -> None:
    store.do(commands.CountSlot(store.key(), "sm-1", "1", 0))
    assert store.ask().refused == "samples_gone"
    assert store.campaign["available"] == 0


def test_samples_are_units_like_others_what_the_store_may_not_sell_it_may_not_give(store: Giver) -> None:
    store.told(Recall(recall="R", sku="CREAM", qty=99))
    assert store.ask().refused == "samples_gone"


def test_a_machine_that_is_not_ready_gives_none_and_claims_none(store: Giver) -> None:
    store.do(commands.DevicePresence("", "sm-1", messages.State(status="alert", faults=["EGS"])))
    assert store.ask().refused == "machine_not_ready"
    assert store.campaign["given"] == 0


def test_a_campaign_begins_and_ends_by_the_stores_clock(store: Giver) -> None:
    begin = rfc3339(store.clock.now() + timedelta(minutes=5))
    store.list(replace(SPRING, starts_at=begin))
    assert store.ask().refused == "campaign_closed"
    assert store.campaign["open"] is False
    store.clock.pass_s(300)
    assert store.campaign["open"] is True
    assert store.ask().refused == ""
    store.clock.pass_s(7 * 86_400)
    assert store.ask("visit-b").refused == "campaign_closed"


def test_a_campaign_gives_at_its_own_machines_only(store: Giver) -> None:
    assert store.ask(device="sm-2").refused == "campaign_elsewhere"
    assert store.ask(campaign="autumn").refused == "unknown_campaign"
    order = store.look(store.ask(device="").subject)
    assert order["lines"][0]["device"] == "sm-1"


def test_what_a_sampling_machine_holds_is_given_away_and_never_sold(store: Giver) -> None:
    assert store.queries.items(["CREAM"])[0]["available"] == 8, "those of the other machine"
    assert store.order(("CREAM", 9)).refused == "sold_out"
    assert {line["device"] for line in store.look(store.order(("CREAM", 8)).subject)["lines"]} == {"sm-2"}
    store.introduce_sampler("sm-2")
    assert store.order(("CREAM", 1)).refused == "samples_only"
    assert store.ask().refused == ""


def test_of_several_products_a_claimant_takes_the_one_they_chose_or_the_fullest(store: Giver) -> None:
    store.do(commands.ListItems(store.key(), (commands.ListedItem("TONER", "水", "Toner", 100),)))
    store.do(commands.PlanSlots(store.key(), (commands.PlannedSlot("sm-1", "2", "TONER", 5, 10, 9),)))
    store.list(replace(SPRING, skus=("CREAM", "TONER")))
    taken = [store.look(store.ask(who, sku=sku).subject) for who, sku in (("a", ""), ("b", "CREAM"))]
    assert [order["lines"][0]["sku"] for order in taken] == ["TONER", "CREAM"]
    assert store.ask("c", sku="SOAP").refused == "campaign_elsewhere"


# ── nobody's name ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "claimant", ["", "13800138000", "+86 138 0013 8000", "a@b.cn", "王芳", "x" * 65, "a b"]
)
def test_a_claimant_is_a_random_key_never_a_phone_or_a_name(store: Giver, claimant: str) -> None:
    assert store.ask(claimant).refused == "malformed"


@pytest.mark.parametrize(
    "odd",
    [
        {"per": "day"},
        {"limit": 0},
        {"skus": ()},
        {"name_zh": "", "name_en": ""},
        {"starts_at": SPRING.ends_at},
        {"ends_at": "tomorrow"},
        {"consent_en": ""},
        {"consent_version": ""},
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused_and_changes_nothing(
    store: Giver, odd: dict[str, Any]
) -> None:
    assert store.list(replace(SPRING, campaign="odd", **odd)).refused == "malformed"
    assert store.list(replace(SPRING, campaign="odd", skus=("SOAP",))).refused == "unknown_item"
    assert len(store.facts(campaign_facts.CampaignListed)) == 1


# ── whatever the order of things ────────────────────────────────────────────────────────────────────

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["ask", "ask", "twice", "drop", "fail", "lose", "dropped", "stayed", "crash", "list"]
        ),
        st.integers(0, 3),
    ),
    max_size=30,
)


def samples_of(store: Giver, campaign: str) -> set[str]:
    with closing(sqlite3.connect(store.path)) as db:
        return {
            order for (order,) in db.execute("SELECT order_id FROM samples WHERE campaign = ?", (campaign,))
        }


def play(store: Giver, campaign: str, steps: list[tuple[str, int]]) -> None:
    orders: list[str] = []
    for what, number in steps:
        order = orders[number % len(orders)] if orders else ""
        who = f"visit-{number % 2}"
        match what:
            case "ask":
                store.ask(who, campaign=campaign)
            case "twice":
                store.do(*[TakeSample(store.key(), campaign, "sm-1", who, "2026-1") for _ in range(2)])
            case "crash":
                store.restart()
            case "list":
                store.list(replace(SPRING, campaign=campaign, limit=number + 1))
            case _ if not order:
                continue
            case "drop":
                store.drop(order)
            case "fail":
                store.fail(order)
            case "lose":
                store.lose(order)
            case _:
                store.settle(order, dispensed=what == "dropped")
        orders += sorted(samples_of(store, campaign) - set(orders))
    for order in orders:
        store.drop(order)


def test_nobody_ever_gets_two_samples_of_a_campaign(store: Giver) -> None:
    numbers = count()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def whatever_happens(steps: list[tuple[str, int]]) -> None:
        campaign = f"c{next(numbers)}"
        store.list(replace(SPRING, campaign=campaign))
        store.do(
            commands.UnblockSlot(store.key(), "sm-1", "1"), commands.CountSlot(store.key(), "sm-1", "1", 9)
        )
        play(store, campaign, steps)
        with closing(sqlite3.connect(store.path)) as db:
            dropped = db.execute(
                "SELECT COUNT(*) FROM samples s JOIN vends v ON v.order_id = s.order_id"
                " WHERE s.campaign = ? AND v.state = 'dispensed' GROUP BY s.subject",
                (campaign,),
            ).fetchall()
        assert all(units == (1,) for units in dropped)

    whatever_happens()
    given_by_campaign = {row["campaign"]: row["given"] for row in store.queries.campaigns(START)}
    kept = standing(store)
    assert all(given == kept[campaign] for campaign, given in given_by_campaign.items())


def standing(store: Giver) -> Counter[str]:
    """How many claims of each campaign were not released."""
    found: dict[str, str] = {}
    for _, fact in read_journal(store.path):
        if isinstance(fact, campaign_facts.SampleClaimed):
            found[fact.order] = fact.campaign
        elif isinstance(fact, campaign_facts.SampleReleased):
            del found[fact.order]
    return Counter(found.values())


def test_the_rule_is_what_keeps_it_so(store: Giver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.journal.reader, "had_sample", lambda campaign, subject: False)
    for _ in range(2):
        store.drop(store.ask().subject)
    assert len(store.facts(facts.VendDispensed)) == 2, "the property above would see it"
