"""What the tablet says of a machine that counts otherwise, and what staff can answer."""

from __future__ import annotations

import pytest

from edge_agent.domain import commands
from edge_agent.domain.audit import VERDICTS
from edge_agent.domain.refusals import Refusal
from edge_agent.entrypoints.staff import frame, plain
from edge_agent.entrypoints.staff.needs import needs_of
from edge_agent.entrypoints.staff.view import View, answered, tapped
from edge_agent.services.brain import Answer
from tests.staff_shop import audit, shop


def test_a_machine_that_counts_otherwise_is_a_need_that_names_slot_goods_and_both_figures():
    store = shop(audits=[audit()])
    assert needs_of(store).count == 1
    page = frame.page("en", View(), store)
    assert "Slot 1-01 · Cola: the machine says it sold 3 for ¥10.50, our book has 1 for ¥3.50." in page
    assert "货道 1-01 · 可乐：机器说卖出 3 件 ¥10.50，本店记录 1 件 ¥3.50。" in frame.page(
        "zh", View(), store
    )


def test_a_selection_that_is_no_slot_of_ours_and_figures_without_money_have_their_sentences():
    (line,) = audit()["lines"]
    odd = line | {"slot": "", "selection": "77", "sku": "", "machine_minor": None}
    page = frame.page("en", View(), shop(audits=[audit(lines=[odd])]))
    assert "The machine&#x27;s selection 77" in page or "The machine's selection 77" in page
    assert "it sold 3, our book has 1." in page


def test_a_long_list_is_cut_on_the_card_and_whole_on_the_sheet():
    (line,) = audit()["lines"]
    lines = [line | {"slot": f"2-{n:02}"} for n in range(10)]
    store = shop(audits=[audit(lines=lines, more=5)])
    assert "11 more slots differ" in frame.page("en", View(), store)
    view, _ = tapped(View(), ("settle_audit", "vm-1-audit-2"), store, "key")
    page = frame.page("en", view, store)
    assert "2-09" in page
    assert "5 more slots differ" in page


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_reason_can_be_tapped_once_and_says_that_no_book_changes(verdict):
    store = shop(audits=[audit()])
    view, command = tapped(View(), ("settle_audit", "vm-1-audit-2"), store, "key")
    assert command is None
    assert plain.named("en", "verdict", verdict) in frame.page("en", view, store)
    view, command = tapped(view, ("do", "why", verdict), store, "key")
    assert command == commands.SettleAudit("tablet:key", "vm-1-audit-2", verdict)
    view = answered(view, Answer(), shop())
    assert "The books stay as they are" in frame.page("en", view, shop())


def test_what_somebody_else_settled_is_said_so_and_opens_nothing_any_more():
    store = shop(audits=[audit()])
    view, _ = tapped(View(), ("settle_audit", "vm-1-audit-2"), store, "key")
    view, _ = tapped(view, ("do", "why", "counted"), store, "key")
    view = answered(view, Answer(Refusal("audit_settled")), shop())
    assert "settled already" in frame.page("en", view, shop())
    assert tapped(View(), ("settle_audit", "vm-1-audit-2"), shop(), "key") == (View(), None)


def test_nothing_a_machine_sent_becomes_markup():
    evil = '<img src=x onerror="x">'
    (line,) = audit()["lines"]
    hostile = audit(evil, device=evil, lines=[line | {"slot": evil}, line | {"slot": "", "selection": evil}])
    store = shop(audits=[hostile])
    view, _ = tapped(View(), ("settle_audit", evil), store, "key")
    assert "<img" not in frame.page("en", View(), store) + frame.page("zh", view, store)
