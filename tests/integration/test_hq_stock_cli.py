"""The command line of the shared stock against a running headquarters, as an operator uses it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.hq_process import Headquarters, environment, popshop

Done = subprocess.CompletedProcess[str]


class Operator:
    """Types commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def type(self, *words: str) -> Done:
        words = ("hq", *words, "--data", str(self.folder))
        return subprocess.run(
            popshop(*words), capture_output=True, text=True, env=environment(), timeout=60, check=False
        )

    def json(self, *words: str) -> Any:
        done = self.type(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.mark.timeout(180)
def test_an_operator_moves_traces_and_proves_the_stock(tmp_path: Path, postgres_dsn: str) -> None:
    hq = Headquarters.start(tmp_path / "hq", postgres_dsn)
    me = Operator(tmp_path / "hq")
    hq.join(hq.enrol("sh-01", "Shop"))
    assert me.json("stock", "receive", "tea", "50", "--receipt", "L-1") == {"new": True}
    assert "L-1 was booked before" in me.type("stock", "receive", "tea", "50", "--receipt", "L-1").stderr
    me.json("stock", "grant", "sh-01", "tea", "12", "--why", "opening")
    assert me.json("stock", "correct", "tea", "--by", "-3", "--why", "broken") == {"pool": 35}
    assert [p["qty"] for p in me.json("stock", "trace", "tea")] == [50, 12, 3]
    [line] = me.json("stock", "show")
    assert (line["pool"], line["holds"], line["shrink"]) == (35, {"sh-01": 12}, 3)
    assert "opening" in me.type("stock", "show", "tea").stdout
    refused = me.type("stock", "grant", "sh-01", "tea", "99")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "the pool has 35 of tea, not 99" in refused.stderr

    assert me.type("retire", "sh-01").returncode == 1, "nobody was asked, so nobody was sure"
    assert me.json("retire", "sh-01", "--yes")["limbo"] == {"tea": 12}
    assert me.json("stock", "bring-back", "sh-01", "tea", "1") == {"moved": 1}
    assert me.json("stock", "write-off", "sh-01", "tea", "--yes") == {"moved": 11}
    assert me.json("refill", "--show")["refilling"] is False
    assert me.json("verify")["differences"] == []

    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute("UPDATE balances SET units = units + 1 WHERE account = 'pool'")
    for words in (("verify",), ("verify", "--dsn", postgres_dsn)):
        proof = me.type(*words)
        assert proof.returncode == 1
        assert "pool" in proof.stdout
    assert hq.stop() == 0
