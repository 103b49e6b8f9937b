"""kill -9 at shelf, counter, coupon, points, game, paper, cash, shown code: the rows stand in docs/crash-points.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.crash_points import Nursery
from tests.desk_crash_rows import DESK_ROWS, DeskRow
from tests.desk_crashes import Desk, desk_of
from tests.edge_harness import assert_chained
from tests.hq_process import Headquarters


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, shared_headquarters: Headquarters
) -> Iterator[Desk]:
    with desk_of(tmp_path_factory.mktemp("desk"), nursery, shared_headquarters) as found:
        yield found
        found.shop.kill_agent()
        assert_chained(found.shop.data / "store.db")


@pytest.mark.parametrize("row", DESK_ROWS, ids=lambda row: f"{row.deed.__name__}-{row.place}")
def test_after_kill_9_it_is_done_once_and_every_book_says_so(row: DeskRow, desk: Desk) -> None:
    before = desk.books()
    deed = row.deed(desk)
    desk.dies_at(row.place, next(deed))
    with suppress(StopIteration):
        next(deed)
    desk.agree(before, row.paid, row.refunded, row.orders)
