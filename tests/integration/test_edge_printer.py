"""Receipts on paper and on the page: a whole agent, and a printer behind a real socket."""

import threading
from queue import Queue

import pytest
import requests

from cloud_sync.protocol import receipt_facts
from cloud_sync.protocol.envelope import decode
from cloud_sync.protocol.facts import read
from edge_agent.domain import commands, receipt_commands
from hardware.messages import Describe, State
from popshop.shop.training_printer import Slip, TrainingPrinter
from tests.edge_live import SOON_S, LiveAgent, eventually


class Paper:
    """A training printer with its slips, and a way to see to it."""

    def __init__(self):
        self.slips: Queue[Slip] = Queue()
        self.server = TrainingPrinter("127.0.0.1", 0, self.slips.put)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def next(self):
        return self.slips.get(timeout=SOON_S)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def paper():
    paper = Paper()
    yield paper
    paper.close()


def shop(folder, paper, profile="gb18030-80", **more):
    live = LiveAgent(folder, None, printer=f"tcp://127.0.0.1:{paper.server.port}?profile={profile}", **more)
    live.stock(("vm-1", "1-01", "A1", 20))
    born = Describe(kind="vending", model="m", serial="s", firmware="1", boot="b1")
    live.do(commands.DeviceIntroduced("", "vm-1", born))
    live.do(commands.DevicePresence("", "vm-1", State(status="ready", boot="b1")))
    return live


def ask(live, receipt, by="staff"):
    return live.do(receipt_commands.PrintReceipt(f"print:{live.key()}", receipt, by)).refusal


def printed(live, kind=receipt_facts.ReceiptPrinted):
    rows = [decode(body) for body in live.queries.bodies("ledger", 0, 10_000)]
    found = [read(row.type, row.data) for row in rows]
    return [fact for fact in found if isinstance(fact, kind)]


def test_a_receipt_comes_out_once_and_a_second_print_is_a_copy(tmp_path, paper):
    with shop(tmp_path / "s", paper) as live:
        order = live.sell("A1", 2)
        assert ask(live, "counter-1") is None
        first = paper.next()
        assert "counter-1" in first.text
        assert "￥10.00" in first.text
        assert "COPY" not in first.text
        assert first.codes == [live.queries.order(order)["receipt"]["url"]]
        assert first.cut
        eventually(lambda: len(printed(live)) == 1)
        assert ask(live, "counter-1") is None
        assert "副本 COPY 1" in paper.next().text
        assert [each.copy for each in eventually(lambda: printed(live)[1:] and printed(live))] == [0, 1]
        assert live.queries.print_jobs() == []


def test_without_paper_the_print_waits_and_the_store_says_why(tmp_path, paper):
    paper.server.trouble = "paper_out"
    with shop(tmp_path / "s", paper) as live:
        live.sell("A1")
        assert ask(live, "counter-1") is None
        eventually(lambda: live.agent.printer.trouble == "paper_out")
        assert len(live.queries.print_jobs()) == 1
        assert printed(live, receipt_facts.ReceiptPrintBegun) == []
        paper.server.trouble = ""
        assert "COPY" not in paper.next().text
        eventually(lambda: live.agent.printer.trouble == "")


def test_a_print_that_broke_off_comes_again_and_says_that_it_is_a_copy(tmp_path, paper):
    paper.server.trouble = "break_off"
    with shop(tmp_path / "s", paper) as live:
        live.sell("A1")
        ask(live, "counter-1")
        assert "副本 COPY 1" in paper.next().text
        eventually(lambda: printed(live))
        assert [each.copy for each in printed(live, receipt_facts.ReceiptPrintBegun)] == [0, 1]


def test_what_waits_for_the_printer_outlives_a_restart(tmp_path, paper):
    paper.server.trouble = "not_ready"
    with shop(tmp_path / "s", paper) as live:
        live.sell("A1")
        ask(live, "counter-1")
        eventually(lambda: live.agent.printer.trouble == "not_ready")
    paper.server.trouble = ""
    with shop(tmp_path / "s", paper):
        assert "counter-1" in paper.next().text


def test_a_printer_without_chinese_gets_pictures_of_it(tmp_path, paper):
    with shop(tmp_path / "s", paper, profile="raster-58") as live:
        live.sell("A1")
        ask(live, "counter-1")
        slip = paper.next()
        if not slip.pictures:
            pytest.skip("no font with Chinese is installed")
        assert {wide for wide, _, _ in slip.pictures} == {384}
        assert slip.codes


def test_the_page_is_found_by_its_token_only_and_lists_are_for_staff(tmp_path, paper):
    with shop(tmp_path / "s", paper, serve=True) as live:
        order = live.sell("A1")
        url = live.queries.order(order)["receipt"]["url"]
        page = requests.get(url, timeout=5)
        assert page.status_code == 200
        assert "counter-1" in page.text
        assert 'http-equiv="refresh"' in page.text
        for wrong in (
            url[:-1] + ("a" if url[-1] != "a" else "b"),
            f"{live.url}/r/counter-1",
            f"{live.url}/r/{'x' * 500}",
        ):
            missing = requests.get(wrong, headers={"Accept-Language": "en"}, timeout=5)
            assert missing.status_code == 404
            assert "not here yet" in missing.text
        as_staff = {"Authorization": f"Bearer {live.agent.access.staff_token}"}
        as_kiosk = {"Authorization": f"Bearer {live.agent.access.kiosk_token}"}
        listed = requests.get(f"{live.url}/api/receipts", headers=as_staff, timeout=5).json()
        assert [each["receipt"] for each in listed["receipts"]] == ["counter-1"]
        assert requests.get(f"{live.url}/api/receipts", headers=as_kiosk, timeout=5).status_code == 403
        assert (
            requests.get(f"{live.url}/api/receipts?day=1999-01-01", headers=as_staff, timeout=5).json()[
                "receipts"
            ]
            == []
        )
        assert requests.get(f"{live.url}/api/receipts?day=x", headers=as_staff, timeout=5).status_code == 400
        whole = requests.get(f"{live.url}/api/receipts/counter-1", headers=as_staff, timeout=5).json()
        assert whole["missing"] == ["taxpayer_number"]
        as_kiosk["Idempotency-Key"] = "p1"
        asked = requests.post(f"{live.url}/api/receipts/counter-1/print", headers=as_kiosk, timeout=5)
        assert asked.status_code == 202
        assert "counter-1" in paper.next().text
        unknown = requests.post(
            f"{live.url}/api/receipts/counter-9/print",
            headers=as_kiosk | {"Idempotency-Key": "p2"},
            timeout=5,
        )
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_receipt")
