"""Reading sales files: every row is a sale, or is refused with its line and the reason; none is lost."""

from pathlib import Path

import pytest

from popshop.replay import layouts
from popshop.replay.layouts import LayoutError, mapped
from popshop.replay.machines import SLOT_UNITS, Planogram
from popshop.replay.rows import Refused, Sale, read

HEADER = "订单号,设备ID,应付金额,实际金额,商品,支付时间,地点,状态,提现"
GOOD = "DD1,E43A6E,4.5,4.5,可乐,2017/4/17 10:21,B,已出货未退款,已提现"


def rows_of(tmp_path: Path, *lines: str, encoding: str = "utf-8") -> list[Sale | Refused]:
    file = tmp_path / "sales.csv"
    file.write_bytes("\n".join((HEADER, *lines)).encode(encoding))
    return list(read(file, layouts.VENDING_CN))


def with_cells(**changes: str) -> str:
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    cells |= {layouts.VENDING_CN.columns[name]: text for name, text in changes.items()}
    return ",".join(cells.values())


def test_a_row_becomes_a_sale_to_the_fen_in_the_stores_own_time(tmp_path):
    [sale] = rows_of(tmp_path, GOOD)
    assert isinstance(sale, Sale)
    assert (sale.total_minor, sale.list_price_minor, sale.qty, sale.fate) == (450, 450, 1, "dispensed")
    assert sale.at.isoformat() == "2017-04-17T02:21:00+00:00"
    assert (sale.device, sale.item, sale.line) == ("E43A6E", "可乐", 2)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"at": "2017/2/29 8:00"}, "no date that exists"),
        ({"at": ""}, "no date"),
        ({"at": "0001/1/1 0:00"}, "out of range"),
        ({"paid": ""}, "no paid amount"),
        ({"paid": "四元"}, "not an amount"),
        ({"paid": "-1"}, "below zero"),
        ({"paid": "0.005"}, "finer than the smallest unit"),
        ({"paid": "1e99"}, "too large"),
        ({"paid": "NaN"}, "not an amount"),
        ({"due": ""}, "no due amount"),
        ({"status": "已付款"}, "unknown status"),
        ({"status": "未出货未退款"}, "unknown status"),
        ({"item": " "}, "no product"),
        ({"item": "长" * 65}, "over 64"),
        ({"device": "店"}, "no name can be made"),
    ],
)
def test_what_cannot_be_a_sale_is_refused_by_line_and_reason(tmp_path, changes, reason):
    good, refused, after = rows_of(
        tmp_path, GOOD, with_cells(order="DD2", **changes), with_cells(order="DD3")
    )
    assert isinstance(good, Sale)
    assert isinstance(after, Sale)
    assert isinstance(refused, Refused)
    assert refused.line == 3
    assert reason in refused.reason
    assert refused.row


def test_a_price_of_zero_is_a_sale_of_zero(tmp_path):
    [sale] = rows_of(tmp_path, with_cells(paid="0.0"))
    assert isinstance(sale, Sale)
    assert sale.total_minor == 0


@pytest.mark.parametrize(("status", "fate"), [("未出货已退款", "failed"), ("已出货已退款", "returned")])
def test_the_status_says_what_became_of_the_sale(tmp_path, status, fate):
    [sale] = rows_of(tmp_path, with_cells(status=status))
    assert isinstance(sale, Sale)
    assert sale.fate == fate


def test_the_same_row_twice_is_one_sale(tmp_path):
    first, again = rows_of(tmp_path, GOOD, GOOD)
    assert isinstance(first, Sale)
    assert isinstance(again, Refused)
    assert again.reason == "the same row as line 2"


def test_two_lines_of_one_order_are_two_sales_with_keys_of_their_own(tmp_path):
    first, second = rows_of(tmp_path, GOOD, with_cells(item="雪碧"))
    assert isinstance(first, Sale)
    assert isinstance(second, Sale)
    assert first.key != second.key


def test_a_broken_line_spoils_only_itself(tmp_path):
    good, short, nul, last = rows_of(
        tmp_path, GOOD, "DD2,E43A6E,4.5", GOOD.replace("DD1", "DD\0"), with_cells(order="DD4")
    )
    assert isinstance(good, Sale)
    assert isinstance(short, Refused)
    assert "3 columns where the header has 9" in short.reason
    assert isinstance(nul, Refused)
    assert isinstance(last, Sale)


def test_a_file_in_the_old_chinese_encoding_is_read(tmp_path):
    [sale] = rows_of(tmp_path, GOOD, encoding="gb18030")
    assert isinstance(sale, Sale)
    assert sale.item == "可乐"


def test_a_file_of_another_layout_is_refused_with_its_columns(tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(LayoutError, match=r"has no column .* it has a, b"):
        list(read(file, layouts.VENDING_CN))


def test_any_other_csv_is_read_by_a_map_of_its_columns(tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text("when,machine,what,money\n2024-05-01 09:30,VM 1,Water,2.50\n")
    [sale] = read(file, mapped("at=when,device=machine,item=what,paid=money", None))
    assert isinstance(sale, Sale)
    assert (sale.device, sale.total_minor) == ("VM-1", 250)


@pytest.mark.parametrize("text", ["at", "at=", "colour=x", "at=when,device=machine,item=what"])
def test_a_map_that_cannot_work_says_what_to_write(text):
    with pytest.raises(LayoutError):
        mapped(text, None)


def test_the_us_layout_knows_cash_quantities_and_dates_in_words(tmp_path):
    file = tmp_path / "sales.csv"
    columns = list(layouts.VENDING_US.columns.values())
    row = [
        "T1",
        "VJ1",
        "Chips",
        "1.5",
        "3.0",
        '"Saturday, January 1, 2022"',
        "Processed",
        "110",
        "2",
        "Cash",
        "Food",
    ]
    file.write_text(",".join(columns) + "\n" + ",".join(row) + "\n")
    [sale] = read(file, layouts.VENDING_US)
    assert isinstance(sale, Sale)
    assert (sale.qty, sale.total_minor, sale.cash, sale.slot) == (2, 300, True, "110")
    assert sale.at.isoformat() == "2022-01-01T05:00:00+00:00"


def test_a_coil_that_changed_its_product_and_a_product_that_outsells_a_slot_get_more_places(tmp_path):
    cola = rows_of(tmp_path, GOOD)[0]
    water = rows_of(tmp_path, with_cells(item="水"))[0]
    assert isinstance(cola, Sale)
    assert isinstance(water, Sale)
    many = [
        Sale(**{f: getattr(cola, f) for f in cola.__slots__} | {"line": n}) for n in range(SLOT_UNITS + 1)
    ]
    planogram = Planogram([*many, water])
    assert len(planogram.item_in) == 3
    assert max(planogram.units.values()) == SLOT_UNITS
    assert {slot["sku"] for slot in planogram.slots()} == {"可乐", "水"}
