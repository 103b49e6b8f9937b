"""The words of the forms by which a person at headquarters does something. `words` hands them out."""

from __future__ import annotations

from typing import Final

ACT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "field.store": ("门店", "Store"),
    "field.sku": ("货号", "SKU"),
    "field.qty": ("件数", "Units"),
    "field.difference": ("相差（少了写负数）", "Difference (below 0: fewer)"),
    "field.why": ("原因", "Reason"),
    "field.note": ("怎么处理的", "What was done"),
    "field.receipt": ("入库单号", "Receipt number"),
    "field.transfer": ("调拨单号（门店运回时填）", "Transfer number (from a store)"),
    "field.cover_days": ("备多少天的用量", "Days of sales to cover"),
    "field.minimum": ("最少", "At least"),
    "field.ceiling": ("最多", "At most"),
    "hint.receipt": ("同一单号只入账一次", "The same number is booked once only"),
    "hint.policy_store": ("* 表示所有门店", "* means every store"),
    "hint.policy_sku": ("* 表示所有商品", "* means every product"),
    "hint.pool_has": ("总部现有 {0} 件", "The pool has {0}"),
    "hint.store_has": ("门店现有 {0} 件额度", "The store may sell {0}"),
    "hint.limbo_has": ("待核实 {0} 件", "{0} in limbo"),
    "cancel": ("返回", "Back"),
    "act_refused": ("没有完成：", "Not done:"),
    "sure": ("我确认要这样做", "I am sure"),
    "must_be_sure": ("请先勾选确认", "Tick that you are sure"),
    "bad_field": ("请检查这一项：{0}", "Look at this field again: {0}"),
    "bad_number": ("这里要填整数：{0}", "A whole number is needed here: {0}"),
    "act.grant": ("发放额度", "Grant"),
    "act.grant.about": (
        "把总部的可售额度转给门店。门店断网时也已经算它的，联网后自动生效。",
        "Moves rights from the pool to the store. They are the "
        "store's from now on, also while it is offline.",
    ),
    "act.grant.done": ("已发放。", "Granted."),
    "short.grant": ("发放", "Grant"),
    "short.recall": ("收回", "Recall"),
    "short.policy": ("策略", "Policy"),
    "act.recall": ("收回额度", "Recall"),
    "act.recall.about": (
        "请门店退回不用的额度。门店只退它没卖也没答应别人的；回复之前什么都不变。",
        "Asks the store to give back what it does not need. It gives what is "
        "unsold and unpromised; nothing moves before it answers.",
    ),
    "act.recall.done": ("已发出，等门店回复。", "Asked. The store's answer moves the units."),
    "act.receive": ("总部入库", "Receive goods"),
    "act.receive.about": (
        "货到总部仓库，立即可售。",
        "Goods came into the warehouse; they may be sold at once.",
    ),
    "act.receive.done": ("已入库。", "Taken in."),
    "act.correct": ("更正总部数量", "Correct the pool"),
    "act.correct.about": (
        "盘点总部仓库后，把差额记进账里。多出来的来自外部，少的算损耗。",
        "After a count of the warehouse: posts the difference. More comes from outside, fewer is shrink.",
    ),
    "act.correct.done": ("已更正。", "Corrected."),
    "act.policy": ("补货策略", "Replenishment policy"),
    "act.policy.about": (
        "目标 = 每天销量 × 天数，不低于最少、不高于最多。低于目标时自动发放，闲置的自动收回。",
        "Target = sales a day × days, within the two limits. Below it "
        "rights are granted, idle ones are recalled.",
    ),
    "act.policy.done": ("策略已保存。", "Policy saved."),
    "act.bring-back": ("运回总部", "Bring back"),
    "act.bring-back.about": (
        "从这家店运回、在总部点过数的货，回到总部可售。",
        "Goods of this store that were counted at the warehouse go back into the pool.",
    ),
    "act.bring-back.done": ("已回到总部可售。", "Back in the pool."),
    "act.write-off": ("核销", "Write off"),
    "act.write-off.about": (
        "这个商品待核实的全部额度记为损耗。先确认该店所有货道、库房、箱子都看过。",
        "Everything of this product that is in limbo becomes shrink. Make "
        "sure that every slot, room and box was looked into.",
    ),
    "act.write-off.done": ("已核销。", "Written off."),
    "act.close": ("处理完毕", "Close an alert"),
    "act.close.about": ("写下怎么处理的，方便以后查。", "Write down what was done, for whoever asks later."),
    "act.close.done": ("已关闭。", "Closed."),
    "act.retire": ("停用门店", "Retire the store"),
    "act.retire.about": (
        "这家店不会再回来。它的全部额度转入待核实，它的电脑从此被拒绝；要再开，得重新接入。",
        "This store never comes back. All it held goes into limbo and its "
        "computer is refused; to open again it must join again.",
    ),
    "act.retire.done": ("门店已停用。", "The store is retired."),
    "act.set-aside": ("不等这家门店", "Go on without this store"),
    "act.set-aside.about": (
        "总部不再等它补数据。它的额度转入待核实，回来时必须重新接入并盘点。",
        "Headquarters stops waiting for it. What it held goes into limbo; "
        "when it comes back it must join again and count.",
    ),
    "act.set-aside.done": ("不再等它。", "It is not awaited any more."),
    "act.join-again": ("重新接入", "Join again"),
    "act.join-again.about": (
        "生成一个代码，24 小时内有效。用了它，门店从新的一期开始：原有额度转入待核实，盘点后恢复。",
        "Makes a code, good for 24 hours. With it the store begins a new epoch: "
        "what it held goes into limbo and comes back by counting.",
    ),
    "act.join-again.done": ("代码已生成", "The code"),
    "join_step_1": (
        "关掉门店的旧电脑；如果换了电脑，确认旧的再也不会启动。",
        "Switch the store's old computer off; if there is a new one, "
        "make sure the old one never starts again.",
    ),
    "join_step_2": ("在门店电脑上停止 agent，运行：", "On the store's computer stop the agent, and run:"),
    "join_step_3": ("重新启动 agent：", "Start the agent again:"),
    "join_step_4": (
        "在店员平板上逐个商品盘点。盘一个，卖一个。",
        "Count every product on the staff tablet. Each sells again as soon as it is counted.",
    ),
    "join_step_5": (
        "这一页显示“完整”，并且没有待核实的额度，就完成了。",
        "It is over when the store's page says Complete and nothing is in limbo.",
    ),
    "code_shown_once": ("代码只显示这一次。", "The code is shown only now."),
    "refused.pool_short": ("总部没有这么多。", "The pool has not that many."),
    "refused.refilling": (
        "总部正在补齐数据，现在不能动额度。",
        "Headquarters is being refilled: rights do not move now.",
    ),
    "refused.not_active": (
        "这家店没有接入，或已停用、搁置。",
        "This store has not joined, or was retired or set aside.",
    ),
    "refused.malformed": (
        "数字不对：件数要在 1 到 1,000,000 之间，最多不能小于最少。",
        "A number does not fit: units are 1 to 1,000,000, and at most is not below at least.",
    ),
    "refused.unknown_store": ("没有这家门店。", "There is no such store."),
    "refused.known_receipt": (
        "这个单号已经入过账，没有重复入账。",
        "This receipt is in the books already; nothing was booked twice.",
    ),
    "refused.not_refilling": ("总部现在没有在等门店。", "Headquarters is not waiting for any store now."),
    "refused.another": ("这张表单已经用过，请重新打开。", "This form was used already: open it again."),
    "refused.nothing": (
        "没有增加可售数量：待核实里没有，或运回的本来就归总部。",
        "Nothing more may be sold now: nothing of it is in limbo, or what came back was the pool's already.",
    ),
}
