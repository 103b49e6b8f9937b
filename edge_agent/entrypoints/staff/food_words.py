"""Words on food that was too warm for too long, in Chinese and English."""

from __future__ import annotations

from typing import Final

FOOD_WORDS: Final[dict[str, tuple[str, str]]] = {
    "food": ("食品停售", "Food is not sold"),
    "food_by_machine": (
        "机器报告温度过高太久（EJH）。",
        "The machine says that it was too warm for too long (EJH).",
    ),
    "food_by_temperature": (
        "温度过高太久（EJH），自 {0} 起。",
        "It was too warm for too long (EJH), since {0}.",
    ),
    "food_now": ("现在 {0} °C。", "Now {0} °C."),
    "food_hint": (
        "这台机器的食品已停售，其他商品照常。降温后也不会自动恢复：请检查食品，再选择结果。",
        "Its food is not sold, everything else is. Getting cold again does not change that: look after the food, "
        "then say what you found.",
    ),
    "food_look": ("我检查了食品", "I looked after it"),
    "food_title": ("{0} 的食品怎么样？", "How is the food in {0}?"),
    "food_means": (
        "“完好”：食品立即恢复销售。“已扔掉”：下列货道记为空，请补货后再清点。",
        "“Fine”: it sells again at once. “Thrown away”: the slots below are booked as empty; fill and count them.",
    ),
    "food_slot": ("货道 {0} · {1}：{2} 件", "Slot {0} · {1}: {2}"),
    "done_food": ("已记录，食品恢复销售。", "Noted. Food sells again."),
    "done_food_thrown_away": (
        "已记录：这些货道现在为空。请补货并清点。",
        "Noted: these slots are empty now. Fill them and enter the count.",
    ),
}

FOOD_NAMES: Final[dict[str, tuple[str, str]]] = {
    "food.fine": ("食品完好", "The food is fine"),
    "food.thrown_away": ("食品已扔掉", "It was thrown away"),
}
