"""A checkout costs a stated number of bare inserts, not more; and every one of many at once comes to its end."""

from pathlib import Path

import pytest

from popshop.bench import checkout

TRIES = 3


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_twenty_kiosks_at_once_check_out_at_a_fair_share_of_bare_inserts(tmp_path: Path) -> None:
    for turn in range(TRIES):
        seen = checkout.run(tmp_path / str(turn), kiosks=20, shoppers=10)
        if seen.share_of_bare >= 0.03 and seen.whole_shop_share_of_bare >= 0.008:
            break
    assert seen.share_of_bare >= 0.03, seen
    assert seen.whole_shop_share_of_bare >= 0.008, seen
    assert seen.agent_peak_rss_mb < 250, seen
