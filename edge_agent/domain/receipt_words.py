"""What is said when a receipt cannot be had or printed."""

from __future__ import annotations

from typing import Final

REFUSALS: Final[dict[str, tuple[int, str, str]]] = {
    "unknown_receipt": (404, "找不到该小票。", "There is no such receipt."),
    "no_printer": (
        409,
        "本店没有小票打印机，请让顾客扫码查看电子小票。",
        "This store has no receipt printer. Show the shopper the code of the receipt's page.",
    ),
    "printer_backlog": (
        409,
        "打印机有太多小票在等待，请先检查打印机。",
        "Too many receipts wait for the printer already. See to the printer first.",
    ),
    "unknown_print": (404, "找不到该打印任务。", "There is no such print."),
}
