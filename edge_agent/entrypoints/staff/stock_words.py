"""The tablet's words for goods and rights, in Chinese and English; part of `words`."""

from __future__ import annotations

from typing import Final

STOCK_WORDS: Final[dict[str, tuple[str, str]]] = {
    "stock": ("库存", "Stock"),
    # ── the list ──
    "find_product": ("输入商品名或编号查找", "Find a product by name or number"),
    "products": ("商品（{0}）", "Products ({0})"),
    "no_products": ("还没有商品", "No products yet"),
    "no_products_hint": ("导入商品目录后，会显示在这里。", "They stand here once the catalogue is imported."),
    "none_found": ("没有找到“{0}”。", "Nothing found for “{0}”."),
    "more_products": ("还有 {0} 种商品，请用上面的查找。", "{0} more products: use the search above."),
    "may_sell": ("可售", "May sell"),
    "promised": ("已预订", "Promised"),
    "in_machines": ("机器内", "In machines"),
    "in_room": ("仓库", "Stock room"),
    "damaged": ("残次", "Damaged"),
    "testers": ("试用", "Testers"),
    "right_used_up": ("售空", "Sold out"),
    "right_low": ("偏低", "Low"),
    "to_be_counted": ("待盘点", "To count"),
    # ── goods and rights that differ ──
    "goods_without_right": (
        "店里有 {0} 件由总部另行安排（线上销售或调走），本店不能卖。等总部来取，或再分配给本店。",
        "{0} of the units here are headquarters' to sell. They will be collected, or granted to this store again.",
    ),
    "right_without_goods": (
        "可售数比店里的实物多 {0} 件：总部的货还在路上，或需要清点。",
        "This store may sell {0} more than stand here: a delivery is on its way, or something must be counted.",
    ),
    "deficit_told": (
        "有 {0} 件已预订的商品找不到。请再清点一次，并联系有订单的顾客。",
        "{0} promised units are missing. Count again, and speak to the shoppers who wait for them.",
    ),
    # ── a product's acts ──
    "receive": ("收货", "Receive"),
    "send": ("发货", "Send"),
    "take_return": ("顾客退货", "Return"),
    "fill_slot": ("补货到货道", "Fill a slot"),
    "count_blind": ("盘点", "Count"),
    "change_bucket": ("转残次 / 试用", "Damaged / tester"),
    "waste": ("报废", "Throw away"),
    "how_many": ("数量", "How many"),
    "post_qty": ("记录 {0} 件", "Post {0}"),
    "are_you_sure": ("请核对，记录后不能撤销。", "Please check: this cannot be undone."),
    "yes_post": ("确认记录 {0} 件", "Yes, post {0}"),
    # receiving
    "kind_supplier": ("供应商送货", "From a supplier"),
    "kind_transfer": ("其他门店调来", "From another store"),
    "kind_delivery": ("总部仓库送来", "Headquarters delivers"),
    "means_supplier": ("新到的商品，收货后即可销售。", "New goods: they may be sold at once."),
    "means_transfer": (
        "把箱子上的调拨单号填在下面。",
        "Type the transfer number that is written on the box.",
    ),
    "means_delivery": (
        "总部已经分配过的货：只增加实物，可售数不变。",
        "Goods that headquarters granted before: only the goods are added, not what may be sold.",
    ),
    "transfer_number": ("调拨单号", "Transfer number"),
    "document": ("送货单号（可不填）", "Delivery note (if there is one)"),
    "done_receive": ("已收货 {0} 件。", "{0} received."),
    # sending
    "to_store": ("发往其他门店", "To another store"),
    "to_hq": ("退回总部", "To headquarters"),
    "to_collected": ("总部来取", "Headquarters collects"),
    "means_store": (
        "记录后会显示调拨单号，请写在箱子上。",
        "You will be shown a transfer number: write it on the box.",
    ),
    "means_hq": ("商品和可售数一起退回总部。", "The goods go back, and with them the right to sell them."),
    "means_collected": (
        "总部来取它已经收回的货：只减少实物，可售数不变。",
        "Headquarters fetches what it took back before: the goods leave, what may be sold stays.",
    ),
    "store_number": ("门店编号", "The store's id"),
    "done_send": ("已发货 {0} 件。", "{0} sent."),
    "write_on_box": ("请写在箱子上：", "Write this on the box:"),
    # returns
    "condition_available": ("完好，可再卖", "Sellable"),
    "condition_damaged": ("有损坏，不能卖", "Damaged"),
    "means_return": (
        "商品放回仓库。退款请在“订单”里另外办理。",
        "The goods go to the stock room. Money is given back under “Orders”.",
    ),
    "done_return": ("已收回 {0} 件。", "{0} taken back."),
    # counting
    "count_what": ("要盘点哪里？", "What do you count?"),
    "room_available": ("仓库 · 可卖", "Stock room · sellable"),
    "room_damaged": ("仓库 · 残次", "Stock room · damaged"),
    "room_tester": ("仓库 · 试用", "Stock room · testers"),
    "count_blind_means": ("只数实物；数完才显示账面。", "Count what is there. The book is shown afterwards."),
    "check_count": ("数完了", "Done counting"),
    "you_counted": ("清点 {0}，账面 {1}", "You counted {0}, the book says {1}"),
    "why_differs": ("为什么不同？", "Why is it different?"),
    "post_difference": ("记录 {0}", "Post {0}"),
    "recount": ("重新数", "Count again"),
    "done_count_same": ("{0} 件，与账面一致。", "{0}: as in the book."),
    "done_count_differs": ("已记录：{0} 件（{1}）。", "Posted: {0} ({1})."),
    # changing what goods are good for
    "from": ("从", "From"),
    "into": ("转为", "Into"),
    "bucket_available": ("可卖", "Sellable"),
    "bucket_damaged": ("残次", "Damaged"),
    "bucket_tester": ("试用", "Tester"),
    "means_move": (
        "残次品和试用品不能销售。只限仓库里的商品。",
        "Damaged units and testers are not sold. This is for units in the stock room.",
    ),
    "done_move": ("已转 {0} 件。", "{0} moved."),
    # throwing away
    "means_waste": (
        "从仓库里扔掉的商品。货道里的请先取出。",
        "Units in the stock room that are thrown away. Take them out of a slot first.",
    ),
    "done_waste": ("已报废 {0} 件。", "{0} thrown away."),
    # filling
    "way_in": ("放进货道", "Into the slot"),
    "way_out": ("从货道取出", "Out of the slot"),
    "slot_holds": ("现有 {0} / {1}", "{0} of {1} inside"),
    "room_has": ("仓库有 {0} 件", "{0} in the stock room"),
    "no_slot_for_it": ("没有货道卖这种商品。", "No slot is planned for this product."),
    "done_fill": ("已放入 {0} 件。", "{0} put in."),
    "done_take_out": ("已取出 {0} 件。", "{0} taken out."),
    "undone": ("已撤销。", "Undone."),
    # ── reserved online ──
    "pins": ("线上预订，请放到一边", "Reserved online: put these aside"),
    "pins_hint": (
        "放在仓库，写上取货码；顾客出示取货码后再交给他。",
        "Keep them in the stock room with the code on them, and hand them over to whoever shows the code.",
    ),
    "pick_up_code": ("取货码", "Pick-up code"),
    "pin_picked_up": ("到店自取", "Picked up here"),
    "pin_shipped": ("寄给顾客", "To be sent off"),
    "hand_over": ("交给顾客", "Hand over"),
    "ship_off": ("寄出", "Send off"),
    "hand_over_title": ("取货码对吗？", "Is the code right?"),
    "ship_off_title": ("已经寄出？", "Sent off?"),
    "hand_over_means": (
        "顾客出示的取货码必须是 {0}。交出 {1} 件，记录后不能撤销。",
        "The shopper must show the code {0}. Hand over {1}; this cannot be undone.",
    ),
    "ship_off_means": (
        "取货码 {0}，共 {1} 件。交给快递后再确认，记录后不能撤销。",
        "Code {0}, {1} in all. Confirm once the carrier has it; this cannot be undone.",
    ),
    "hand_over_yes": ("确认：已交给顾客", "Yes, handed over"),
    "ship_off_yes": ("确认：已寄出", "Yes, sent off"),
    "take_out_first": (
        "仓库里不够，请先从货道取出。",
        "There are too few in the stock room: take them out of a slot first.",
    ),
    "done_hand_over": ("已记录：交出 {0} 件。", "Noted: {0} handed over."),
    # ── counting in after joining again ──
    "guide_title": ("先盘点，再销售", "Count first, then it sells"),
    "guide_why": (
        "本店刚刚重新加入总部。旧账不再可靠，所以每种商品都要数一遍；数完一种，就能卖一种。",
        "This store has just joined headquarters again. Its old book cannot be trusted, so every product is counted"
        " once. Each sells again as soon as it is counted.",
    ),
    "guide_1": (
        "数每个货道和仓库里的实物，不看账面。",
        "Count each slot and the stock room, without the book.",
    ),
    "guide_2": (
        "一种商品的每个地方都数完，点“全部数完”。",
        "When every place of a product is counted, tap “All counted”.",
    ),
    "guide_3": (
        "总部收到后会分配可售数，商品自动恢复销售。",
        "Headquarters then grants the right to sell, and the product sells again by itself.",
    ),
    "guide_progress": ("已盘点 {0} / {1} 种商品", "{0} of {1} products counted"),
    "still_to_count": ("还要盘点", "Still to count"),
    "all_counted": ("全部数完", "All counted"),
    "places_left": ("还有 {0} 处没数", "{0} places left to count"),
    "next_place": ("下一处：{0}", "Next: {0}"),
    "stock_room": ("仓库", "Stock room"),
    "counted_tick": ("已数", "Counted"),
    "count_here": ("数一数", "Count"),
    "count_in_title": ("每个地方都数过了吗？", "Is every place counted?"),
    "count_in_means": (
        "店里能卖的“{0}”一共 {1} 件。报给总部后，等总部答复即可销售。",
        "There are {1} sellable units of “{0}” in this store. It sells again when headquarters has answered.",
    ),
    "count_in_yes": ("确认：全部数完", "Yes, all counted"),
    "done_count_in": (
        "已报给总部，答复后自动恢复销售。",
        "Told to headquarters. It sells again when the answer is here.",
    ),
    "not_here": ("这些商品不在本店（{0} 种）", "Not in this store ({0})"),
    "not_here_hint": (
        "账面上没有货道也没有库存。店里若有，请在下面查找并盘点；都没有，点一次即可。",
        "By the book they have no slot and no stock here. Is one here after all? Find it below and count it."
        " If none is, one tap will do.",
    ),
    "not_here_yes": ("确认：一件也没有", "There is none of these"),
    "not_here_means": (
        "{0} 种商品都记为 0 件。以后到货照常收货。",
        "All {0} are noted as none here. If some arrive later, receive them as usual.",
    ),
    "waits_for_hq": ("已盘点，等总部答复", "Counted, waits for headquarters"),
    "guide_short": (
        "还有 {0} 种商品要盘点，盘点后才能销售。",
        "{0} products must be counted before they sell.",
    ),
    "guide_open": ("去盘点", "Count now"),
}
