"""The words on limits while offline, payments by phone and what the warehouse sends. `words` hands them out."""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.receipts.words import METHODS

SALE_WORDS: Final[dict[str, tuple[str, str]]] = {
    **{f"method.{method}": names for method, names in METHODS.items()},
    # ── limits while offline ──
    "limits": ("断网时的收款限额", "Limits while offline"),
    "limits_how": (
        "门店连不上总部时，每种付款方式单笔最多收多少，断网以来合计最多收多少。",
        "While a store cannot reach headquarters: one payment at most, and all payments since then at most.",
    ),
    "limits_unheard": (
        "门店还没有确认最近的改动；下次同步时告诉它。",
        "The store has not confirmed the last change: it is told with its next sync.",
    ),
    "limit_method": ("付款方式", "Way of paying"),
    "limit_payment": ("单笔", "One payment"),
    "limit_total": ("合计", "All together"),
    "limit_none": ("不收", "not taken"),
    "limit_endless": ("不限", "no limit"),
    "limit_default": ("默认", "default"),
    "limit_laid_down": ("总部 {0}", "headquarters, {0}"),
    "field.method": ("付款方式", "Way of paying"),
    "field.payment": ("单笔最多（{0}，0 表示不收）", "One payment at most, in {0} (0: not taken)"),
    "field.total": ("断网以来合计最多（{0}）", "All payments since the line went at most, in {0}"),
    "field.no_total": ("合计不限", "No limit to all together"),
    "hint.default_limit": ("默认：单笔 {0}，合计 {1}", "The default: {0} a payment, {1} all together"),
    "total_or_none": (
        "请填合计限额，或勾选不限，二选一。",
        "Give a limit for all together, or tick that there is none: one of the two.",
    ),
    "bad_amount": (
        "{0}：这不是 {1} 的金额，请写成 200 或 49.9 这样",
        "{0}: this is no amount of {1}; write it as 200 or 49.9",
    ),
    "act.offline-limit": ("更改限额", "Change a limit"),
    "act.offline-limit.about": (
        "门店断网时按这个限额收款。太高，损失时由总部承担；太低，顾客付不了款。门店下次同步时得知。",
        "What the store takes while it is offline. Too high, and a loss is headquarters' own; too low, and shoppers "
        "cannot pay. The store is told with its next sync.",
    ),
    "act.offline-limit.done": ("限额已更改。", "The limit is changed."),
    "short.offline-limit": ("更改", "Change"),
    "act.limit-default": ("恢复默认限额", "Back to the default"),
    "act.limit-default.about": (
        "总部不再规定这种付款方式的限额，门店按自己的默认值收款。",
        "Headquarters lays nothing down for this way of paying; the store keeps to its own careful limit.",
    ),
    "act.limit-default.done": ("已恢复默认限额。", "The default counts again."),
    "short.limit-default": ("恢复默认", "Default"),
}
