"""The claim of speed of online sales, as a ratio to a baseline in the same run; never a time."""

from pathlib import Path

import pytest

from popshop.bench import online

TRIES = 3
"""A busy neighbour can spoil one run, not three in a row."""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_online_sales_keep_up_with_a_bare_update_and_insert_and_nothing_is_oversold(tmp_path: Path) -> None:
    for turn in range(TRIES):
        seen = online.run(tmp_path / str(turn), units=300, rounds=2)
        assert (seen.sold, seen.oversold, seen.verified) == (600, 0, True), seen
        if seen.ratio >= 0.6:
            break
    assert seen.ratio >= 0.6, seen
    assert seen.client_cores < 0.5, "the client is not what was measured"
