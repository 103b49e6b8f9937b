"""Where a sales file keeps what: presets for known layouts, and `--map` for any other CSV."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal

Fate = Literal["dispensed", "failed", "returned"]
"""What became of a sale: handed over; stayed in the machine and was refunded; handed over, then refunded."""

FIELDS: Final = (
    "order",
    "device",
    "item",
    "due",
    "paid",
    "at",
    "status",
    "slot",
    "qty",
    "payment",
    "category",
)
NEEDED: Final = ("device", "item", "paid", "at")


@dataclass(frozen=True)
class Layout:
    """How to read one kind of file. `columns`: our field → its column."""

    columns: dict[str, str]
    timezone: str
    currency: str
    time_formats: tuple[str, ...]
    fates: dict[str, Fate] = field(default_factory=dict)
    """Status word → fate. Without a status column every row is `dispensed`."""
    cash_words: frozenset[str] = frozenset()
    """Words of the payment column for money that the machine took by itself."""
    encodings: tuple[str, ...] = ("utf-8-sig", "gb18030")


VENDING_CN: Final = Layout(
    columns={
        "order": "订单号",
        "device": "设备ID",
        "due": "应付金额",
        "paid": "实际金额",
        "item": "商品",
        "at": "支付时间",
        "status": "状态",
    },
    timezone="Asia/Shanghai",
    currency="CNY",
    time_formats=("%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"),
    fates={"已出货未退款": "dispensed", "未出货已退款": "failed", "已出货已退款": "returned"},
)

VENDING_US: Final = Layout(
    columns={
        "order": "Transaction",
        "device": "Device ID",
        "item": "Product",
        "due": "RPrice",
        "paid": "LineTotal",
        "at": "TransDate",
        "status": "Status",
        "slot": "RCoil",
        "qty": "RQty",
        "payment": "Type",
        "category": "Category",
    },
    timezone="America/New_York",
    currency="USD",
    time_formats=("%A, %B %d, %Y", "%m/%d/%Y", "%m/%d/%y"),
    fates={"Processed": "dispensed"},
    cash_words=frozenset({"Cash"}),
)

PRESETS: Final = {"vending-cn": VENDING_CN, "vending-us": VENDING_US}


class LayoutError(ValueError):
    """The mapping cannot be used; the text says what to write instead."""


def mapped(text: str, base: Layout | None) -> Layout:
    """A layout from `--map field=column,…`, on top of a preset if there is one. Raises LayoutError."""
    columns = dict(base.columns) if base else {}
    for part in text.split(","):
        name, equals, column = part.partition("=")
        if not equals or name.strip() not in FIELDS or not column.strip():
            raise LayoutError(f"{part!r}: write field=column, with a field out of {', '.join(FIELDS)}")
        columns[name.strip()] = column.strip()
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise LayoutError(f"the mapping lacks {', '.join(missing)}")
    if base is not None:
        return replace(base, columns=columns)
    return Layout(
        columns=columns,
        timezone="Asia/Shanghai",
        currency="CNY",
        time_formats=(
            "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
            "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y",
        ),
    )  # fmt: skip
