"""A receipt as a shopper gets it: its page in a real browser, and its paper out of a printer behind a real socket."""

import os
import re
import threading
from pathlib import Path
from queue import Queue

import pytest
import segno
from PIL import Image, ImageDraw

from edge_agent.adapters.printing.escpos_paper import chinese_font
from edge_agent.domain import commands, receipt_commands
from edge_agent.domain.policy import Policy
from hardware.messages import Describe, State
from popshop.shop.training_printer import Slip, TrainingPrinter
from tests.edge_live import SOON_S, LiveAgent, eventually
from tests.phone_hands import NARROW, WIDE, picture

ROOT = Path(__file__).resolve().parents[2]


def place(name, tmp_path):
    """Pictures go into docs/ when asked to."""
    folder = ROOT / "docs" / "images" if os.environ.get("POPSHOP_WRITE_SCREENSHOTS") == "1" else tmp_path
    return folder / f"{name}.png"


@pytest.fixture
def sold(tmp_path):
    """A shop where two waters and a mask were bought; one water came, the mask did not, the other water is a case."""
    slips: Queue[Slip] = Queue()
    printer = TrainingPrinter("127.0.0.1", 0, slips.put)
    thread = threading.Thread(target=printer.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    policy = Policy(vend_timeout_ms=100, vend_command_ttl_ms=60)
    at = f"tcp://127.0.0.1:{printer.port}"
    with LiveAgent(tmp_path / "s", None, policy=policy, serve=True, printer=at) as live:
        live.do(commands.ListItems("i", (
            commands.ListedItem("A1", "白桃气泡水", "White peach water", 450, tax_rate_bp=1300),
            commands.ListedItem("B1", "补水面膜", "Sheet mask", 1990, tax_rate_bp=1300),
        )))  # fmt: skip
        slots = (
            commands.PlannedSlot("vm-1", "1-01", "A1", 5, 9, 9),
            commands.PlannedSlot("vm-1", "1-02", "B1", 5, 9, 9),
        )
        live.do(commands.PlanSlots("p", slots))
        born = Describe(kind="vending", model="m", serial="s", firmware="1", boot="b")
        live.do(commands.DeviceIntroduced("", "vm-1", born))
        live.do(commands.DevicePresence("", "vm-1", State(status="ready", boot="b")))
        wanted = (commands.RequestedLine("A1", 2), commands.RequestedLine("B1", 1))
        order = live.do(commands.PlaceOrder("o", "kiosk", "kiosk-1", wanted)).subject
        assert live.do(commands.RequestPayment("pay", order, "counter")).refusal is None
        eventually(lambda: set(live.vends(order)) == {"unknown"})
        found = live.queries.order(order)
        assert found is not None
        first, _, mask = found["vends"]
        live.do(commands.SettleVend("s1", first["id"], dispensed=True))
        live.do(commands.SettleVend("s2", mask["id"], dispensed=False))
        yield live, order, slips
    printer.shutdown()
    printer.server_close()
    thread.join()


def test_the_page_names_the_case_and_what_became_of_every_unit(sold, browser, tmp_path):
    live, order, _ = sold
    context = browser.new_context(viewport={"width": WIDE, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.add_init_script("window.print = () => { window.printed = true }")
    page.goto(live.queries.order(order)["receipt"]["url"])
    (case,) = [v["case"] for v in live.queries.order(order)["vends"] if v["state"] == "unknown"]
    said = page.inner_text("main")
    for words in (case, "kiosk-1-1", "White peach water", "¥28.90", "退款中", "未成功，退款"):
        assert words in said
    picture(page, "receipt-page", tmp_path, in_docs=True)
    page.click(".top a")
    assert {"on its way back", "failed: money back"} <= set(re.split(r"\n| × ", page.inner_text("main")))
    page.set_viewport_size({"width": NARROW, "height": 700})
    picture(page, "receipt-page-narrow", tmp_path)
    page.click("#print")
    assert page.evaluate("window.printed"), "the page's policy lets it run this and nothing else"
    (back,) = live.queries.open_refunds()
    live.do(commands.PayOutRefund("out", back["id"]))
    live.do(
        commands.SettleVend(
            "s3",
            next(v["id"] for v in live.queries.order(order)["vends"] if v["case"] == case),
            dispensed=True,
        )
    )
    page.get_by_text("given back").wait_for(timeout=SOON_S * 1000)
    assert page.locator("meta[http-equiv=refresh]").count() == 0, "nothing changes any more"
    assert page.goto(f"{live.url}/r/{'a' * 26}").status == 404
    assert "may be offline" in page.inner_text("main")
    context.close()


def test_the_paper_says_what_the_page_says_and_the_second_one_is_a_copy(sold, tmp_path):
    live, order, slips = sold
    for n in (1, 2):
        live.do(receipt_commands.PrintReceipt(f"print:{n}", "kiosk-1-1", "staff"))
    slip, again = slips.get(timeout=SOON_S), slips.get(timeout=SOON_S)
    (case,) = [v["case"] for v in live.queries.order(order)["vends"] if v["state"] == "unknown"]
    assert case in slip.text
    assert slip.codes == [live.queries.order(order)["receipt"]["url"]]
    assert "COPY" not in slip.text
    assert "副本 COPY 1" in again.text
    draw(again, place("receipt-paper", tmp_path))


def draw(slip, path):
    """The decoded paper as a picture."""
    font = chinese_font(20)
    if font is None:
        return
    code = segno.make(slip.codes[0])
    paper = Image.new("L", (560, 28 * len(slip.lines) + 260), 250)
    pen = ImageDraw.Draw(paper)
    for n, line in enumerate(slip.lines):
        x = 24.0
        for char in line:
            pen.text((x, 14 + 28 * n), char, font=font, fill=20)
            x += 20 if char >= "\x80" else 10
    rows = [bytes(0 if dark else 255 for dark in row) for row in code.matrix_iter()]
    stamp = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows))
    paper.paste(stamp.resize((200, 200), Image.Resampling.NEAREST), (180, 28 * len(slip.lines) + 30))
    paper.save(path)
