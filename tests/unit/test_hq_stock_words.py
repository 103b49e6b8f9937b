"""Headquarters' pages have words for whatever its rules can write, and say in them what rows of a fork hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cloud_sync.hq.dashboard import alerts, kept, store_page, trace
from cloud_sync.hq.dashboard.acts import ACTS
from cloud_sync.hq.dashboard.words import LANGUAGES, Language, has_word, word
from cloud_sync.hq.database.stock_queries import KeptRow, OpenAlert, TracedPosting
from cloud_sync.protocol import facts, stock_facts, stock_rights
from cloud_sync.protocol.fact import Fact
from tests.journal_rows import Journal, cash, dispensed, paid, refunded

RULES = Path(__file__).resolve().parents[2] / "cloud_sync/hq"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def causes_in(source: str) -> Iterator[str]:
    """What the rules write down as the cause of a posting of headquarters' own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = {"Origin": 0, "Posting": 4, "_post": 2, "_out_of_limbo": 5, "_into_limbo": 2}.get(
                node.func.id
            )
            given = node.args[first : first + 1] if first is not None else []
            yield from (
                arg.value
                for arg in given
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str) and arg.value
            )


def of_headquarters() -> set[str]:
    found = {"retired", "set_aside", "expired", "cancelled", "opening"}
    for path in RULES.rglob("*.py"):
        found |= set(causes_in(path.read_text("utf-8")))
    return found


def of_stores() -> set[str]:
    moving = [fact for fact in stock_rights._MOVES if issubclass(fact, Fact)]
    names = {fact.TYPE.removeprefix("popshop.").removesuffix(".v1") for fact in moving}
    return names | {"stock.rights_granted"}


def alert_kinds() -> set[str]:
    found = {"more_than_limbo", "pool_short", "deficit", "sold_without_right"}
    for path in RULES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Alert", "_alert"):
                place = 0 if getattr(node.func, "id", "") == "Alert" else 2
                given = node.args[place : place + 1]
                found |= {str(arg.value) for arg in given if isinstance(arg, ast.Constant)}
    return found


def posting(cause: str) -> TracedPosting:
    return TracedPosting(1, NOW, "tea", "pool", "sh-01/hold/2", 3, cause, "G1", "sh-01", 2, 0)


@pytest.mark.parametrize("cause", sorted(of_headquarters() | of_stores()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_a_unit_can_move_is_a_sentence(cause: str, language: Language) -> None:
    assert has_word(f"cause.{cause}")
    assert "3" in trace.sentence(language, posting(cause))


def test_the_rules_were_found() -> None:
    assert {"grant", "reserved", "brought_back", "joined", "received"} <= of_headquarters()
    assert {"fork_kept", "down_row_skipped"} <= alert_kinds()


@pytest.mark.parametrize("kind", sorted(alert_kinds()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alert_says_what_it_means_and_what_to_do(kind: str, language: Language) -> None:
    drawn = alerts.card(language, [OpenAlert(kind, "sh-01", "tea", 3, "epoch 2, row 17", NOW)], NOW, "/")
    assert word(language, f"alert.{kind}.do") in drawn
    assert word(language, "row_of_epoch", 17, 2) in drawn


@pytest.mark.parametrize("act", sorted(ACTS))
def test_every_form_has_its_words(act: str) -> None:
    assert has_word(f"act.{act}")
    assert has_word(f"act.{act}.about")
    assert has_word(f"act.{act}.done")


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("pool", "Pool"),
        ("sh-01/hold/2", "sh-01"),
        ("sh-01/limbo/1", "limbo of sh-01, epoch 1"),
        ("transit/T7", "in transit T7"),
        ("external", "Outside"),
    ],
)
def test_an_account_has_a_name_for_people(account: str, said: str) -> None:
    assert trace.account("en", account) == said


def test_rows_of_a_fork_are_told_as_orders_money_and_goods() -> None:
    journal = Journal("sh-01")
    journal.write(paid("a", 550), paid("b", 450), refunded("b", 450), dispensed("a"), cash("c"))
    journal.write(
        stock_facts.StockCountedIn(sku="tea", goods=4), facts.SlotUnblocked(device="d", slot="1", by="staff")
    )
    journal.write_raw(b"{not a row")
    rows = [KeptRow(1, "ledger", 7 + n, body, NOW) for n, body in enumerate(journal.bodies)]
    found = kept.summarise(rows)
    assert (found.rows, found.handed_over, found.counts, found.unreadable) == (8, 1, 1, 1)
    assert (found.paid, found.refunded, found.cash) == ({"CNY": 1000}, {"CNY": 450}, {"CNY": 300})
    assert "paid: ¥10.00" in kept.render("en", rows, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("unknown type popshop.robot.danced.v1", "popshop.robot.danced.v1"),
        ("stock: sh-01/hold/1 has 2 of tea, not 3", "等库存额度"),
        ("data: Expected `int`", "data: Expected `int`"),
    ],
)
def test_why_a_row_waits_is_said_in_chinese_where_we_wrote_the_reason(reason: str, said: str) -> None:
    assert said in store_page._reason("zh", reason)
