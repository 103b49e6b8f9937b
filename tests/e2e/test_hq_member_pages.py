"""Headquarters' pages of members in a real browser: whole in both languages, at a desk and on a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from cloud_sync.hq.dashboard import member_page, members_page, parts
from cloud_sync.hq.dashboard.style import CSS
from cloud_sync.hq.dashboard.words import LANGUAGES, word
from cloud_sync.hq.database.member_queries import FoundMember, PointMove, Statement
from tests.hq_pages import assert_nothing_clipped, shot

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ANN = FoundMember("m-2f6a9c02d1e7b8a4c5d6e7f8", "T3", True, "", False, "张伟", "13912345678", NOON, 12_345)
BEN = FoundMember("m-77aa01bc23de45f6a7b8c9d0", "T1", False, "", False, "", "", NOON, 0)
GONE = FoundMember("m-97aa01bc23de45f6a7b8c9d0", "T1", False, "", True, "", "", None, 0)
MERGED = FoundMember("m-87aa01bc23de45f6a7b8c9d0", "T2", False, ANN.member, False, "", "", NOON, 0)
CAUSES = {
    "member.points_earned": ("earned", "sh-01/hold/1"),
    "points_granted": ("pool", "sh-01/hold/1"),
    "member.points_spent": ("sh-01/hold/1", "spent"),
    "joined": ("sh-01/hold/1", "pool"),
    "merged": ("merged", "pool"),
    "erased": ("pool", "void"),
}
MOVES = [PointMove(NOON, *way, 1_200, cause, "O1", "sh-01") for cause, way in CAUSES.items()]


def test_members_are_shown_whole_and_in_words(browser: Browser, tmp_path: Path) -> None:
    ann, ben = Statement(ANN, {"pool": 12_000, "sh-01/hold/1": 345}, MOVES), Statement(BEN, {}, [])
    counts = {"T1": 3, "T2": 1, "T3": 1, "erased": 1, "merged": 2}
    for language in LANGUAGES:
        pages = {
            "members": members_page.overview(language, counts, [ANN, BEN, MERGED, GONE], "m-"),
            "member": member_page.member(language, ann, told="tier", was="T1"),
            "refused": member_page.member(language, ben, wrong="-"),
            "erased": member_page.member(language, Statement(GONE, {}, []), told="erase"),
            "merging": member_page.merging(language, ann, ben),
        }
        bar = parts.bar(language, word(language, "headquarters"), "/members", section="members")
        assert "points_" not in pages["member"], "every cause is a sentence"
        assert pages["member"].count("sh-01") >= len(MOVES) - 1
        for width in (1280, 400):
            page = browser.new_page(viewport={"width": width, "height": 800})
            for name, body in pages.items():
                page.set_content(f"<style>{CSS}</style>{bar}{body}")
                assert_nothing_clipped(page)
                if (name, width, language) == ("member", 1280, "en"):
                    shot(page, "hq-member-en.png", tmp_path)
            page.close()
