"""Words on receipts and their printer, in Chinese and English."""

from __future__ import annotations

from typing import Final

RECEIPT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "receipt_of": ("小票", "Receipt"),
    "receipt_print": ("打印 {0}", "Print {0}"),
    "receipt_again": ("补打 {0}", "Print {0} again"),
    "receipt_title": ("打印小票", "Print the receipt"),
    "receipt_means": ("打印小票 {0}。", "Receipt {0} is printed."),
    "receipt_copy_means": (
        "小票 {0} 已打印过：这一张会标明「副本 COPY」。",
        "Receipt {0} was printed before: this one will say that it is a copy.",
    ),
    "receipt_yes": ("打印", "Print"),
    "done_receipt": ("已交给打印机。", "The printer has it next."),
    "printer": ("小票打印机", "Receipt printer"),
    "printer_waits": (
        "{0} 张小票或报表在等待，恢复后会自动打印。",
        "{0} receipts or reports wait. They come out by themselves then.",
    ),
    "printer_unreachable": (
        "打印机没有连接：请检查电源和网线。",
        "The printer does not answer: check its power and its cable.",
    ),
    "printer_paper_out": ("打印机缺纸：请换一卷纸。", "The printer is out of paper: put in a new roll."),
    "printer_not_ready": (
        "打印机未就绪：请合上纸仓盖，并看它的指示灯。",
        "The printer is not ready: close its cover and look at its lamps.",
    ),
    "printer_broke_off": (
        "打印中断：会再打印一张，并标明「副本」。可能已有半张小票，请收走。",
        "A print broke off: it comes again, marked as a copy. Take away the half one, if there is any.",
    ),
}
