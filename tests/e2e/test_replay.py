"""Real sales through a whole shop: totals equal the file's, also when everything is killed meanwhile."""

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from popshop.replay import layouts
from popshop.replay.rows import Sale, read
from popshop.replay.run import Wishes, replay
from popshop.replay.totals import Totals
from popshop.replay.troubles import Plan
from popshop.shop import processes

ROOT = Path(__file__).resolve().parents[2]
REAL_SALES = ROOT.parent / "shared" / "data" / "vending_cn" / "sales.csv"
HEADER = ["订单号", "设备ID", "应付金额", "实际金额", "商品", "支付时间", "地点", "状态", "提现"]
FAILED_EVERY = 25


def made_up(path: Path, count: int) -> Path:
    """A file of the Chinese layout: four machines; some vends failed, some goods came back, some rows are bad."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(count):
            fen = 0 if n % 40 == 7 else 150 + n % 9 * 50
            day = "2017/2/29 8:00" if n % 50 == 3 else f"2017/{n % 12 + 1}/{n % 27 + 1} {n % 24}:{n % 60:02d}"
            status = "未出货已退款" if n % FAILED_EVERY == 11 else "已出货未退款"
            if n % 60 == 17:
                status = "已出货已退款"
            paid = f"{fen / 100}"
            writer.writerow([f"DD{n}", f"VM{n % 4}", paid, paid, f"商品{n % 17}", day, "B", status, "已提现"])
    return path


def play(file: Path, folder: Path, limit: int, troubles: Plan | None) -> tuple[Totals, list[Sale]]:
    rows = list(read(file, layouts.VENDING_CN))[:limit]
    wishes = Wishes(folder, layouts.VENDING_CN, troubles)
    said: list[str] = []
    totals, _ = replay(rows, wishes, say=said.append, done=lambda _: None)
    if troubles is not None:
        struck = next(line for line in said if line.startswith("meanwhile"))
        assert struck.count("agent killed") == troubles.agent_kills
        assert struck.count("broker restarted") == troubles.broker_restarts
        assert "headquarters away" in struck
    return totals, [row for row in rows if isinstance(row, Sale)]


def prove(totals: Totals, sales: list[Sale], rows: int) -> None:
    handed_over = [sale for sale in sales if sale.fate == "dispensed"]
    assert totals.agree, totals
    assert totals.rows == rows
    assert totals.sold == len(handed_over)
    assert totals.refunded == len(sales) - len(handed_over)
    assert totals.takings_minor == totals.hq_takings_minor == sum(sale.total_minor for sale in handed_over)
    assert (totals.duplicates, totals.gaps) == (0, 0)


def test_the_command_proves_its_totals_and_headquarters_reports_the_same_sales(tmp_path):
    file = made_up(tmp_path / "sales.csv", 200)
    command = [sys.executable, "-m", "popshop", "replay", str(file), "--preset", "vending-cn", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    totals = Totals(**json.loads(done.stdout))
    sales = [row for row in read(file, layouts.VENDING_CN) if isinstance(row, Sale)]
    prove(totals, sales, 200)
    assert totals.refused == 4

    # Nothing runs any more; the report starts the kept headquarters for this one question.
    ask = [sys.executable, "-m", "popshop", "hq", "report", "sales", "--by", "day,device,item", "--json"]
    answer = subprocess.run(ask, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=True)
    expected: Counter[tuple[str, str, str]] = Counter()
    units: Counter[tuple[str, str, str]] = Counter()
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["状态"] == "已出货未退款" and "2/29" not in row["支付时间"]:
                year, month, day = row["支付时间"].split(" ")[0].split("/")
                key = (f"{year}-{int(month):02d}-{int(day):02d}", row["设备ID"], row["商品"])
                units[key] += 1
                expected[key] += round(float(row["实际金额"]) * 100)
    told = {
        (r["day"], r["device"], r["item"]): (r["units"], r["takings_minor"])
        for r in json.loads(answer.stdout)
    }
    assert told == {key: (units[key], expected[key]) for key in units}


def popshop(folder: Path, *words: str) -> Any:
    """Run a command to its end and read its JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "popshop", *words, "--json"],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_file_can_be_played_into_a_shop_that_runs_already_and_again(tmp_path):
    file = made_up(tmp_path / "sales.csv", 60)
    hq = processes.popshop(tmp_path, "hq", ["hq", "run", "--data", "hq", "--port", "0"])
    agent = None
    try:
        processes.wait_for_address(tmp_path / "hq/address.json", hq, tmp_path / "hq.log")
        code = popshop(tmp_path, "hq", "enrol", "corner", "--data", "hq")["code"]
        popshop(tmp_path, "edge", "join", code, "--data", "store")
        window = ["--device-clock-window-days", "40000"]
        agent = processes.popshop(
            tmp_path, "agent", ["edge", "run", "--data", "store", "--port", "0", *window]
        )
        processes.wait_for_address(tmp_path / "store/address.json", agent, tmp_path / "agent.log")
        where = ["--store-data", "store", "--hq-data", "hq"]
        for turn in ("first", "second"):
            told = popshop(tmp_path, "replay", str(file), "--preset", "vending-cn", "--data", turn, *where)
            totals = Totals(**told)
            prove(totals, [row for row in read(file, layouts.VENDING_CN) if isinstance(row, Sale)], 60)
    finally:
        if agent is not None:
            agent.stop()
        hq.stop(processes.HQ_STOP_TIMEOUT_S)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_kills_a_broker_restart_and_an_absent_headquarters_change_no_total(tmp_path):
    file = made_up(tmp_path / "sales.csv", 500)
    totals, sales = play(file, tmp_path / "shop", 500, Plan(agent_kills=5, broker_restarts=1, hq_away_s=8))
    prove(totals, sales, 500)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(not REAL_SALES.exists(), reason="shared/data/vending_cn is not here")
def test_a_part_of_the_real_sales_survives_the_same_troubles(tmp_path):
    totals, sales = play(
        REAL_SALES, tmp_path / "shop", 800, Plan(agent_kills=5, broker_restarts=1, hq_away_s=8)
    )
    prove(totals, sales, 800)
