"""When a store may not sell, the tablet tells why and what to do, in both languages, for every reason."""

from __future__ import annotations

import re

import pytest

from edge_agent.entrypoints.staff import frame
from edge_agent.entrypoints.staff.needs import needs_of
from edge_agent.entrypoints.staff.standing_words import STORIES, everything_said, story
from edge_agent.entrypoints.staff.view import View
from tests.staff_shop import product, shop

CJK = re.compile(r"[一-鿿]")
REASONS = ("restored", "no_witness", "cloned", "forked", "behind", "stale_epoch", "retired", "unknown_token")


def stopped(reason, state="fenced"):
    store = shop()
    notice = {"code": "must_join", "message_zh": "需要加入", "message_en": "Must join"}
    store.store.update(selling=False, notice=notice, standing={"state": state, "reason": reason})
    return store


@pytest.mark.parametrize("both", everything_said())
def test_whatever_is_told_is_told_in_both_languages(both):
    zh, en = both
    assert CJK.search(zh)
    assert en
    assert not CJK.search(en)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_its_story_with_what_still_works_and_steps(reason, language):
    page = frame.page(language, View(), stopped(reason))
    assert reason in STORIES
    assert story(reason).title[language == "en"] in page
    assert story(reason).steps[0][language == "en"] in page
    assert {"zh": "现在还能做什么", "en": "What still works"}[language] in page
    assert ("popshop edge join CODE" in page) == (reason != "no_witness")


def test_two_computers_are_told_to_switch_one_off_before_anything_else():
    first, *_ = story("cloned").steps
    assert "Switch the other one off" in first[1]


def test_a_reason_nobody_wrote_down_still_leads_to_joining_again():
    page = frame.page("en", View(), stopped("moonshine"))
    assert "join headquarters again" in page
    assert "moonshine" in page


def test_a_guide_counts_as_one_need_and_replaces_the_bare_notice():
    store = stopped("restored")
    assert needs_of(store).count == 1
    page = frame.page("en", View(), store)
    assert "Must join" not in page
    assert "Not selling" in page


def test_products_to_count_lead_to_the_stock_area():
    store = shop(stock=[product(counted_in=False), product("B2", counted_in=False)])
    page = frame.page("en", View(), store)
    assert needs_of(store).count == 1
    assert "2 products must be counted before they sell" in page
    assert "Count now" in page


def test_trouble_with_headquarters_is_told_in_the_tablets_language_with_the_detail_small():
    away = shop()
    said = {"message_zh": "总部没有应答", "message_en": "Headquarters does not answer"}
    away.sync.update(state="offline", reason="no_answer", message="HTTP 500: boom", waiting=3, **said)
    for language in ("zh", "en"):
        page = frame.page(language, View("health"), away)
        assert said[f"message_{language}"] in page
        assert '<span class="number">HTTP 500: boom</span>' in page


def test_a_fence_is_told_by_its_story_and_trouble_nobody_wrote_down_by_its_code():
    away = shop()
    away.sync.update(state="fenced", reason="cloned")
    assert "另一台电脑在经营本店" in frame.page("zh", View("health"), away)
    away.sync.update(state="offline", reason="moonshine")
    assert "moonshine" in frame.page("zh", View("health"), away)
