"""People who come in are counted once, on the day they came, and nothing that no door can mean is counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cloud_sync.protocol import device_facts
from cloud_sync.protocol.envelope import rfc3339
from hardware.messages import FootfallCounted
from tests.edge_harness import START, Store, assert_chained

DOOR = "door-1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "store.db")
    store.introduce(DOOR)
    yield store
    store.close()
    assert_chained(store.path)


def come(
    store: Store, entered: int, left: int = 0, *, at: datetime = START, seq: int = 0, for_s: int = 60
) -> None:
    """A door's report on a minute that ends at a time."""
    begin = rfc3339(at - timedelta(seconds=for_s))
    counted = FootfallCounted(entered=entered, left=left, from_at=begin, to_at=rfc3339(at))
    store.report(counted, device=DOOR, seq=seq)


def today(store: Store) -> dict[str, int] | None:
    return store.queries.visitors(store.queries.business_day(store.clock.now())).get(DOOR)


def test_people_of_a_day_add_up_and_a_report_that_comes_again_adds_nothing(store: Store) -> None:
    come(store, 3, 1)
    come(store, 2, 4)
    come(store, 2, 4, seq=2)
    assert today(store) == {"entered": 5, "left": 5}
    assert store.queries.totals()["visitors"] == 5


def test_two_counts_of_overlapping_times_both_count(store: Store) -> None:
    come(store, 1, for_s=3_600)
    come(store, 1, for_s=1_800)
    assert today(store) == {"entered": 2, "left": 0}


def test_a_late_count_belongs_to_the_day_it_was_made_on_in_the_stores_calendar(store: Store) -> None:
    """Shanghai is eight hours ahead: half past three in the afternoon UTC is still that day, half past four is not."""
    store.clock.at = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
    come(store, 7, at=datetime(2026, 5, 1, 15, 30, tzinfo=UTC))
    come(store, 2, at=datetime(2026, 5, 1, 16, 30, tzinfo=UTC))
    assert today(store) == {"entered": 2, "left": 0}
    assert store.queries.visitors("2026-05-01") == {DOOR: {"entered": 7, "left": 0}}
    assert store.queries.visitors() == {DOOR: {"entered": 9, "left": 0}}


@pytest.mark.parametrize("wrong", [START + timedelta(days=400), datetime(1970, 1, 1, 1, tzinfo=UTC)])
def test_a_counter_whose_clock_cannot_be_right_counts_for_the_stores_now(
    store: Store, wrong: datetime
) -> None:
    come(store, 4, at=wrong)
    assert today(store) == {"entered": 4, "left": 0}
    (fact,) = store.facts(device_facts.FootfallCounted)
    assert fact.counted_at == rfc3339(START)
    assert fact.to_at == rfc3339(wrong), "what the counter said is kept"


NOW, THEN = rfc3339(START), rfc3339(START - timedelta(minutes=1))


@pytest.mark.parametrize(
    "nonsense",
    [
        FootfallCounted(entered=-1, left=0, from_at=THEN, to_at=NOW),
        FootfallCounted(entered=0, left=10_001, from_at=THEN, to_at=NOW),
        FootfallCounted(entered=1, left=0, from_at=NOW, to_at=THEN),
        FootfallCounted(entered=1, left=0, from_at="", to_at=NOW),
        FootfallCounted(entered=1, left=0, from_at=THEN, to_at="2026-05-01T12:00:00"),
    ],
)
def test_a_count_that_no_door_can_mean_is_kept_aside_and_the_next_one_counts(
    store: Store, nonsense: FootfallCounted
) -> None:
    store.report(nonsense, device=DOOR)
    assert len(store.queries.quarantined()) == 1
    come(store, 1)
    assert today(store) == {"entered": 1, "left": 0}
