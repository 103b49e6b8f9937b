"""Words on electronic labels and on people counted, in Chinese and English."""

from __future__ import annotations

from typing import Final

LABEL_WORDS: Final[dict[str, tuple[str, str]]] = {
    "labels": ("标价签", "Price labels"),
    "label": ("标价签", "Price label"),
    "label_old_price": (
        "标价签显示旧价 {0}，自助屏的价格是 {1}。请取下标价签或手动改价。",
        "The label shows an old price: {0}, the kiosk says {1}. Take it down or set it by hand.",
    ),
    "label_other_product": (
        "标价签显示的是另一件商品（{0}），应为 {1}。请取下标价签。",
        "The label shows another product ({0}); it should say {1}. Take it down.",
    ),
    "label_silent": (
        "标价签没有回应，自助屏的价格是 {0}。请看一下标价签，不一致就取下。",
        "The label does not answer; the kiosk says {0}. Look at it, and take it down if it says something else.",
    ),
    "label_why": ("原因：{0}", "Reason: {0}"),
    "label_battery": ("电池剩余 {0}%，请更换。", "Its battery is at {0} %: change it."),
    "label_counts": (
        "收款以自助屏的价格为准；标价签会继续自动重试。",
        "The kiosk's price is what counts. The label is tried again by itself.",
    ),
    "more_labels": ("还有 {0} 个", "{0} more"),
    "visitors_today": ("今日进店 {0} 人 · 离店 {1} 人", "Came in today: {0} · went out: {1}"),
}

LABEL_NAMES: Final[dict[str, tuple[str, str]]] = {
    "label.shown": ("已更新", "Up to date"),
    "label.waiting": ("正在更新", "Being set"),
    "label.lagging": ("未更新", "Lags"),
    "label.failed": ("更新失败", "Failed"),
    "label_reason.no_answer": ("标价签没有应答", "the label did not answer"),
    "label_reason.battery": ("电池没电", "its battery is empty"),
    "label_reason.broken": ("标价签损坏", "it is broken"),
    "label_reason.unknown": ("货架没有说明", "the shelf does not say"),
}
