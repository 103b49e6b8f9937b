"""What the shop says no to about signed receipts and scans, in both languages."""

from __future__ import annotations

from typing import Final

SIGNED_REFUSALS: Final[dict[str, tuple[int, str, str]]] = {
    "receipt_invalid": (
        409,
        "这不是总部签发的收据，请出示付款后手机上的收据码。",
        "This is no receipt of headquarters. Show the code that your phone got after paying.",
    ),
    "receipt_elsewhere": (
        409,
        "此收据属于另一家门店，不能在这里使用。",
        "This receipt is for another store and cannot be used here.",
    ),
    "receipt_used": (409, "此收据已使用过。", "This receipt was used already."),
    "receipt_expired": (
        409,
        "此收据已过期，款项会自动退回。",
        "This receipt has expired. Your money comes back by itself.",
    ),
    "receipt_late": (
        409,
        "订单已结束，此收据不能再用，款项会自动退回。",
        "The order has ended: this receipt cannot be used any more, and your money comes back by itself.",
    ),
    "receipt_differs": (
        409,
        "此收据的金额与订单不符，请找店员。",
        "This receipt is not for the amount of the order. Please ask our staff.",
    ),
    "unknown_scan": (404, "扫码已失效，请再扫一次。", "This scan is no longer known. Please scan again."),
    "scan_no_use": (409, "此码在这里没有用处。", "This code is of no use here."),
}
