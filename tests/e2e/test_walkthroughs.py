"""docs/recovery.md, walked with real processes: the page leads out of each trouble, and no unit is sold twice."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.edge_live import eventually
from tests.hq_process import environment
from tests.hq_process import popshop as command
from tests.unit.test_docs import ROOT, examples, popshop_arguments
from tests.walkthrough import Computer, OnlineShop, Operator, Shop, a_shop, copied, headquarters, put_back

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def hq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """One headquarters for the walks that leave it alone; each walk has its own store and product."""
    with headquarters(tmp_path_factory.mktemp("office")) as operator:
        yield operator


def proven(shop: Shop, computer: Computer) -> dict[str, int]:
    """Both proofs end well, and the store has a right for what stands in its machine and no more; the accounts."""
    computer.synced()
    assert computer.verifies().returncode == 0
    books = shop.operator.books(shop.sku)
    assert books["sold"] <= shop.sold, "nothing was sold that was not there"
    assert books["hold"] == shop.shelf.units
    return books


def test_1_a_disk_put_back_from_an_older_copy_sells_nothing_until_joined_and_counted(
    hq: Operator, tmp_path: Path
) -> None:
    with a_shop(hq, "sh-jingan", "tea", 12, tmp_path) as shop:
        store = shop.opens()
        store.sells("tea")
        store.synced()
        store.stop()
        copied(store.data, tmp_path / "image")
        shop.starts(store)
        store.sells("tea", 2)
        store.synced()
        shop.wire.cut = True
        store.sells("tea")  # headquarters never hears of this one
        store.kill()

        put_back(tmp_path / "image", store.data)
        shop.starts(store)
        assert store.standing() == ("fenced", "restored"), "without a network too"
        assert store.refused("tea") == "must_join"
        found = store.verifies()
        assert found.returncode == 1
        assert "an older copy was put back" in " ".join(found.stderr.split())
        shop.wire.cut = False
        store.stop()

        code = shop.code()
        unsure = store.type("edge", "join", code, "--data", "popshop-store")
        assert (unsure.returncode, "--yes" in unsure.stderr) == (2, True)
        store.join(code, answer="sh-jingan")
        shop.starts(store)
        assert store.refused("tea") == "not_counted_in"
        store.counts("tea", shop.shelf)
        books = proven(shop, store)
        assert (books["sold"], books["hold"], books["limbo"]) == (3, 8, 1), "the lost sale is in limbo"
        store.sells("tea")

        # Case 6: it is not at the warehouse, and nobody finds it.
        assert hq.json("stock", "write-off", "sh-jingan", "tea", "--yes") == {"moved": 1}
        books = proven(shop, store)
        assert (books["sold"], books["shrink"], books["limbo"]) == (4, 1, 0)


def test_2_a_copy_on_another_computer_is_fenced_while_the_store_sells_on(
    hq: Operator, tmp_path: Path
) -> None:
    with a_shop(hq, "sh-bund", "cola", 10, tmp_path) as shop:
        store = shop.opens()
        store.sells("cola")
        store.synced()
        copy = shop.computer("second")
        copied(store.data, copy.data)
        (copy.data / "address.json").unlink()
        copy.run()
        eventually(lambda: copy.standing() == ("fenced", "cloned"), what="headquarters' word to the copy")
        assert copy.refused("cola") == "must_join"
        store.sells("cola")
        assert store.standing() == ("ok", "")
        books = proven(shop, store)
        assert (books["sold"], books["hold"], books["limbo"]) == (2, 8, 0), "the copy disturbed nothing"

        # The paused one is to stay: the other is switched off, and case 1 done on this one.
        store.stop()
        copy.stop()
        copy.join(shop.code(), "--yes")
        shop.starts(copy)
        copy.counts("cola", shop.shelf)
        copy.sells("cola")
        books = proven(shop, copy)
        assert (books["sold"], books["hold"], books["limbo"]) == (3, 7, 0)
        store.run()
        eventually(lambda: store.standing()[0] == "fenced", what="headquarters' word to the old one")
        assert store.refused("cola") == "must_join"


def test_3_a_dead_computer_is_replaced_by_a_new_one_with_an_empty_folder(
    hq: Operator, tmp_path: Path
) -> None:
    with a_shop(hq, "sh-xuhui", "juice", 12, tmp_path) as shop:
        store = shop.opens()
        store.sells("juice")
        assert store.closes_the_day()["z"] == 1
        store.sells("juice")
        store.synced()
        shop.wire.cut = True
        store.sells("juice")  # dies with the disk
        store.kill()
        shutil.rmtree(store.desk)
        shop.wire.cut = False

        new = shop.computer("new")
        new.join(shop.code())
        books = hq.books("juice")
        assert (books["hold"], books["limbo"]) == (0, 10), "nobody sells them before somebody has counted"
        shop.starts_empty(new)
        assert (new.refused("juice"), new.of("juice")["counted_in"]) == ("sold_out", False)
        new.counts("juice", shop.shelf)
        books = proven(shop, new)
        assert (books["sold"], books["hold"], books["limbo"], books["external"]) == (2, 9, 1, -12)
        new.sells("juice")
        z = new.closes_the_day()
        assert (z["z"], z["takings_minor"], z["grand_total_minor"]) == (2, 500, 1_500)
        assert z["carried"] == [{"z": 1, "minor": 1_000}], "what died with the disk is not in it"
        assert hq.json("stock", "write-off", "sh-xuhui", "juice", "--yes") == {"moved": 1}
        books = proven(shop, new)
        assert (books["sold"], books["shrink"], books["limbo"]) == (3, 1, 0)


def test_4_a_store_that_died_for_good_is_retired_and_its_goods_are_brought_back(
    hq: Operator, tmp_path: Path
) -> None:
    with a_shop(hq, "cd-taikoo", "water", 12, tmp_path) as shop:
        store = shop.opens()
        store.sells("water", 2)
        store.synced()
        shop.wire.cut = True
        store.sells("water")
        store.kill()
        shop.wire.cut = False

        said = hq.does("retire", "cd-taikoo", "--yes")
        assert "In limbo: 10 of water. popshop hq stock bring-back cd-taikoo water QTY" in " ".join(
            said.split()
        )
        assert hq.json("stock", "bring-back", "cd-taikoo", "water", str(shop.shelf.units)) == {"moved": 9}
        assert hq.json("stock", "write-off", "cd-taikoo", "water", "--yes") == {"moved": 1}
        books = hq.books("water")
        assert (books["pool"], books["hold"], books["limbo"], books["shrink"]) == (9, 0, 0, 1)
        assert books["sold"] == 2

        # Somebody starts it all the same: it sells nothing, and the units of the pool are sold elsewhere.
        shop.starts(store)
        eventually(lambda: store.standing() == ("fenced", "retired"), what="headquarters' word")
        assert store.refused("water") == "must_join"
        assert store.verifies().returncode == 0
        assert OnlineShop(hq, "waterweb").reserves("w-1", "water", 9).status_code == 200


def _comes_back_after_all(hq: Operator, gone: Shop, lost: Computer) -> None:
    """The store that was set aside joins again."""
    gone.wire.cut = False
    gone.starts(lost)
    eventually(lambda: lost.standing()[0] == "fenced", what="headquarters' word")
    assert lost.refused("tea") == "must_join"
    lost.stop()
    lost.join(gone.code(), "--yes")
    gone.starts(lost)
    lost.synced()
    assert not hq.json("refill")["refilling"], (
        "what it tells of its earlier epoch is no news of another restore"
    )


def test_5_a_headquarters_of_yesterday_is_refilled_by_its_stores_and_sells_nothing_before(
    tmp_path: Path,
) -> None:
    with (
        headquarters(tmp_path / "office") as hq,
        a_shop(hq, "sh-jingan", "tea", 10, tmp_path) as here,
        a_shop(hq, "cd-taikoo", "tea", 10, tmp_path) as gone,
    ):
        store, lost = here.opens(), gone.opens()
        webshop = OnlineShop(hq, "webshop")
        hq.does("stock", "receive", "tea", "20", "--receipt", "L-1")
        for running in (store, lost):
            running.sells("tea")
            running.synced()
        hq.stop_hq()
        copied(hq.hq_data, tmp_path / "backup")

        # A day goes by, of which the backup knows nothing.
        hq.start_hq()
        hq.does("stock", "grant", "sh-jingan", "tea", "15")
        store.sells("tea")  # and so asks headquarters what is new
        eventually(lambda: store.of("tea")["available"] == 23, 40, "the grant")
        assert webshop.reserves("w-1", "tea", 3).status_code == 200
        assert webshop.confirms("w-1").status_code == 200
        for running, units in ((store, 1), (lost, 2)):
            running.sells("tea", units)
            running.synced()
        gone.shelf.unplug()
        lost.kill()
        hq.stop_hq()
        put_back(tmp_path / "backup", hq.hq_data)
        gone.wire.cut = here.wire.cut = True
        hq.start_hq()

        assert set(hq.json("refill", "--show")["awaited"]) == {"cd-taikoo", "sh-jingan"}
        assert webshop.reserves("w-2", "tea", 10).status_code == 503, "15 of these 20 are the store's"
        store.sells("tea")
        here.wire.cut = False
        eventually(lambda: hq.json("refill")["awaited"] == ["cd-taikoo"], 30, "what the store had to tell")
        for _ in range(2):
            assert webshop.states_again("w-1", "tea", 3).status_code == 200
        assert "cd-taikoo" in hq.does("refill", "--show")
        assert "complete" in hq.does("refill", "--set-aside", "cd-taikoo", "--yes")
        books = hq.books("tea")
        assert (books["pool"], books["hold"], books["limbo"], books["sold"]) == (2, 21, 9, 4 + 1 + 3)
        assert webshop.reserves("w-2", "tea", 3).status_code == 409
        assert webshop.reserves("w-3", "tea", 2).status_code == 200
        store.sells("tea")

        _comes_back_after_all(hq, gone, lost)
        lost.counts("tea", gone.shelf)
        lost.sells("tea")
        for running in (store, lost):
            running.synced()
            assert running.verifies().returncode == 0
        books = hq.books("tea")
        assert books["hold"] == here.shelf.units + gone.shelf.units + 15, (
            "15 were granted and never driven there"
        )
        assert (books["sold"], books["limbo"]) == (here.sold + gone.sold + 3, 0)
        assert here.shelf.units == store.of("tea")["in_slots"]


def test_6_a_store_moves_to_another_computer_and_its_last_rows_come_along(
    hq: Operator, tmp_path: Path
) -> None:
    with a_shop(hq, "sh-nanjing", "milk", 10, tmp_path) as shop:
        store = shop.opens()
        store.sells("milk")
        store.synced()
        shop.wire.cut = True
        store.sells("milk", 2)
        store.stop()
        shop.wire.cut = False
        new = shop.computer("new")
        copied(store.data, new.data)
        new.join(shop.code(), "--yes")
        shop.starts(new)
        new.counts("milk", shop.shelf)
        new.sells("milk")
        books = proven(shop, new)
        assert (books["sold"], books["hold"], books["limbo"]) == (4, 6, 0), "the unsent sales are there"


def test_every_command_of_the_page_is_understood(tmp_path: Path) -> None:
    lines = [popshop_arguments(example.words) for example in examples(ROOT / "docs/recovery.md")]
    typed = sorted({" ".join(words): words for words in lines if words}.items())
    assert len(typed) > 8

    def run(words: list[str]) -> subprocess.CompletedProcess[str]:
        asked = command(*words, "--help")
        return subprocess.run(
            asked, capture_output=True, text=True, env=environment(), cwd=tmp_path, timeout=60, check=False
        )

    with ThreadPoolExecutor(2) as hands:
        for (line, _), done in zip(typed, hands.map(run, [words for _, words in typed]), strict=True):
            assert (line, done.returncode, done.stderr) == (line, 0, "")
            assert "Usage: popshop " in done.stdout
