"""The sentences of what the day says no to, in Chinese and English."""

from __future__ import annotations

from typing import Final

DAY_REFUSALS: Final[dict[str, tuple[int, str, str]]] = {
    "drawer_open": (
        409,
        "今天已放入备用金。要更改请登记存入或支出，并写明原因。",
        "The float is in the drawer already. To change it, enter paid in or paid out with a reason.",
    ),
    "count_differs": (
        400,
        "各面额之和与清点总额不符，请重新核对。",
        "The coins and notes do not add up to the amount counted. Check them again.",
    ),
    "reason_needed": (400, "请写明原因。", "Please give a reason."),
    "same_staff": (400, "交班人与接班人不能相同。", "Somebody else has to take over."),
    "unknown_z": (404, "找不到该 Z 报表。", "There is no Z report of that number."),
    "day_not_open": (
        409,
        "上次日结后还没有营业，无需再次日结。",
        "Nothing happened since the last Z report: there is nothing to close.",
    ),
    "drawer_uncounted": (
        409,
        "钱箱清点后又有现金变动，或尚未清点。请先清点，或确认不清点直接日结。",
        "The drawer is not counted, or cash moved since. Count it, or say that the day closes without a count.",
    ),
}
