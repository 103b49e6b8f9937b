"""kill -9 of headquarters under a shopper's finger and with a store's rows in hand, as docs/crash-points.md says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.crash_points import Nursery
from tests.desk_crashes import Desk, desk_of
from tests.edge_harness import assert_chained
from tests.hq_crash_rows import HQ_ROWS, HqRow, MortalHeadquarters
from tests.hq_process import Headquarters
from tests.sale_crashes import PRICE_MINOR


@pytest.fixture(scope="module")
def mortal(nursery: Nursery, shared_headquarters: Headquarters) -> Iterator[MortalHeadquarters]:
    found = MortalHeadquarters(shared_headquarters, nursery)
    yield found
    found.end()


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory,
    nursery: Nursery,
    shared_headquarters: Headquarters,
    mortal: MortalHeadquarters,
) -> Iterator[Desk]:
    with desk_of(tmp_path_factory.mktemp("desk"), nursery, shared_headquarters) as found:
        yield found
        found.shop.kill_agent()
        assert_chained(found.shop.data / "store.db")


@pytest.mark.parametrize("row", HQ_ROWS, ids=lambda row: f"{row.deed.__name__}-{row.place}")
def test_after_kill_9_of_headquarters_money_moved_once_and_every_book_says_so(
    row: HqRow, desk: Desk, mortal: MortalHeadquarters
) -> None:
    before = desk.books()
    deed = row.deed(desk)
    mortal.dies_at(row.place, next(deed))
    with suppress(StopIteration):
        next(deed)
    desk.agree(before, PRICE_MINOR, row.refunded, 1)
